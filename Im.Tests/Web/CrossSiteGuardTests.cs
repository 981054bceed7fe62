using Im.Core.Widgets;
using Im.Web.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Im.Tests.Web;

/// <summary>Behind a proxy that ends TLS and is not named, nobody can log in; from another site nobody shall.</summary>
public sealed class CrossSiteGuardTests
{
    [Theory]
    [InlineData("http", "https://chat.example", 403, 1)]
    [InlineData("http", "https://evil.example", 403, 0)]
    [InlineData("https", "http://chat.example", 403, 0)]
    [InlineData("https", "https://chat.example", 200, 0)]
    public async Task A_page_by_https_whose_requests_come_by_http_is_refused_and_the_log_says_once_what_to_do(string scheme, string origin, int status, int warnings)
    {
        var log = new Warnings();
        var guard = new CrossSiteGuard(_ => Task.CompletedTask, new(new NoSites()), log);
        for (var times = 0; times < 2; times++)
        {
            var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
            (context.Request.Method, context.Request.Scheme, context.Request.Host, context.Request.Headers.Origin) = ("GET", scheme, new("chat.example"), origin);
            await guard.InvokeAsync(context);
            Assert.Equal(status, context.Response.StatusCode);
        }
        Assert.Equal(warnings, log.Texts.Count(text => text.Contains("the setting Proxies", StringComparison.Ordinal)));
    }

    private sealed class NoSites : IWidgetSites
    {
        public ValueTask<WidgetSite?> FindAsync(string origin, CancellationToken cancellationToken = default) => default;

        public ValueTask<bool> IsAllowedAsync(Guid site, CancellationToken cancellationToken = default) => default;
    }

    private sealed class Warnings : ILogger<CrossSiteGuard>
    {
        public List<string> Texts { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
                Texts.Add(formatter(state, exception));
        }
    }
}
