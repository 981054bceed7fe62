using Im.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Im.Tests.Hosting;

/// <summary>Another program on a port: answers whatever it is asked.</summary>
internal sealed class AnyWebServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    public AnyWebServer(Func<HttpRequest, string> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(context => context.Response.WriteAsync(answer(context.Request)));
        _app.Urls.Add($"{Address}");
        _app.Start();
    }

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort.Next()}");

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
