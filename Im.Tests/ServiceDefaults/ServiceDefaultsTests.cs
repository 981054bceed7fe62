using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using Im.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Im.Tests.ServiceDefaults;

/// <summary>What every service has, on a small one.</summary>
public sealed class ServiceDefaultsTests : IAsyncLifetime
{
    private static readonly ActivitySource Source = new("Im.Tests.ServiceDefaults");

    private readonly ConcurrentQueue<Activity> _spans = new();
    // The test's own client leaves no spans.
    private readonly HttpClient _http = new(new SocketsHttpHandler { ActivityHeadersPropagator = null });
    private WebApplication? _app;
    private HealthStatus _database = HealthStatus.Healthy;
    private TaskCompletionSource? _hang;
    private bool _blocks;
    private int _hung;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _http.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
    }

    [Fact]
    public async Task A_request_is_a_trace_over_both_services_and_a_probe_is_none()
    {
        await StartAsync();
        await _http.GetStringAsync("/calls");
        await Eventually.TrueAsync(() => Mine.Count(span => span.Kind == ActivityKind.Server) == 2);

        Assert.Equal(3, Mine.Count()); // the handler asked /alive and /health too
        var outer = Mine.Single(span => span.DisplayName.Contains("/calls", StringComparison.Ordinal));
        var client = Mine.Single(span => span.Kind == ActivityKind.Client);
        var inner = Mine.Single(span => span.DisplayName.Contains("/hello", StringComparison.Ordinal));
        Assert.Equal((outer.SpanId, client.SpanId), (client.ParentSpanId, inner.ParentSpanId));
    }

    [Fact]
    public async Task A_socket_is_no_span_and_what_happens_on_it_is_a_trace_of_its_own()
    {
        await StartAsync();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(_http.BaseAddress!) { Scheme = "ws", Path = "/ws" }.Uri, _http, default);
        await socket.ReceiveAsync(new byte[16], default);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        await Eventually.TrueAsync(() => Mine.Any());
        await _app!.StopAsync(); // what was under way has ended

        var work = Assert.Single(Mine);
        Assert.Equal(("work", default), (work.OperationName, work.ParentSpanId));
    }

    [Fact]
    public async Task Ready_asks_every_check_and_alive_only_whether_the_process_runs()
    {
        await StartAsync();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await StatusAsync("/health"), await StatusAsync("/alive")));
        _database = HealthStatus.Unhealthy;
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (await StatusAsync("/health"), await StatusAsync("/alive")));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_check_that_hangs_is_unhealthy_is_not_begun_again_and_holds_up_no_other(bool blocksItsThread)
    {
        await StartAsync();
        _http.Timeout = TimeSpan.FromSeconds(10);
        _hang = new();
        _blocks = blocksItsThread;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync("/health"));
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => StatusAsync("/health"))), status => Assert.Equal(HttpStatusCode.ServiceUnavailable, status));
        Assert.Equal((1, HttpStatusCode.OK), (_hung, await StatusAsync("/alive")));
        var hang = _hang;
        _hang = null;
        hang.SetResult();
        await Eventually.TrueAsync(async () => await StatusAsync("/health") == HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Production", null, HttpStatusCode.NotFound)]
    [InlineData("Production", "true", HttpStatusCode.OK)]
    [InlineData("Development", null, HttpStatusCode.OK)]
    public async Task Outside_Development_ready_answers_this_machine_alone_unless_told_otherwise(string environment, string? remote, HttpStatusCode expected)
    {
        await StartAsync(environment, new("Health:Remote", remote));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/health"));
        _http.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7"); // a proxy on this machine brings it from elsewhere
        Assert.Equal((expected, HttpStatusCode.OK), (await StatusAsync("/health"), await StatusAsync("/alive")));
    }

    [Fact]
    public async Task A_service_is_found_by_its_name()
    {
        await StartAsync();
        var client = _app!.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        Assert.Equal("hello", await client.GetStringAsync("http://other/hello"));
    }

    // Tests beside this one make spans in the same process.
    private IEnumerable<Activity> Mine => _spans.Where(span =>
        span.Source == Source || span.TagObjects.Any(tag => tag is { Key: "server.port", Value: int port } && port == _http.BaseAddress!.Port));

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var response = await _http.GetAsync(path);
        return response.StatusCode;
    }

    private async Task StartAsync(string environment = "Production", KeyValuePair<string, string?> setting = default)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment, ApplicationName = "Im.Tests" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([setting.Key is null ? new("unset", "") : setting]);
        builder.AddServiceDefaults(Source.Name);
        builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddProcessor(new Collector(_spans)));
        builder.Services.AddHealthChecks().AddCheck("database", () => new(_database)).AddAsyncCheck("hangs", async () =>
        {
            if (_hang is { } hang)
            {
                _hung++;
                if (_blocks)
                    hang.Task.Wait();
                await hang.Task;
            }
            return HealthCheckResult.Healthy();
        });
        _app = builder.Build();
        _app.UseWebSockets();
        _app.MapDefaultEndpoints();
        _app.MapGet("/hello", () => "hello");
        _app.MapGet("/calls", async (IHttpClientFactory clients) =>
        {
            using var client = clients.CreateClient();
            foreach (var path in new[] { "/alive", "/health", "/hello" })
                await client.GetStringAsync(new Uri(_http.BaseAddress!, path));
        });
        _app.Map("/ws", async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            Activity.Current = null;
            using (Source.StartActivity("work"))
                await socket.SendAsync("done"u8.ToArray(), WebSocketMessageType.Text, true, default);
            await socket.ReceiveAsync(new byte[16], default);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        });
        await _app.StartAsync();
        _http.BaseAddress = new(_app.Urls.Single());
        _app.Configuration["services:other:http:0"] = _app.Urls.Single();
    }

    private sealed class Collector(ConcurrentQueue<Activity> spans) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data) => spans.Enqueue(data);
    }
}
