using System.Net;
using System.Text.Json;
using Aspire.Containerless.Dashboard;
using Aspire.Containerless.Servers;

namespace Im.Tests.Hosting;

/// <summary>Aspire's real dashboard, started as this library starts it.</summary>
public sealed class ServersDashboardProcessTests
{
    [Fact]
    public async Task The_real_dashboard_asks_people_for_the_token_and_programs_for_the_key()
    {
        await using var host = await DashboardHost.StartAsync(new ServersDashboardFeed(), new(), default);
        var options = new DashboardProcessOptions
        {
            FrontendPort = ServersProcess.FreePort(),
            OtlpGrpcPort = ServersProcess.FreePort(),
            OtlpHttpPort = ServersProcess.FreePort(),
            ResourceServiceUrl = host.ResourceServiceUrl,
            ResourceServiceApiKey = host.ApiKey,
            BrowserToken = "browser-token",
            OtlpApiKey = "otlp-key",
            TelemetryApiKey = "telemetry-key",
        };
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new($"http://localhost:{options.FrontendPort}") };
        var bundle = await AspireBundle.LocateAsync(_ => { }, default);
        await using var dashboard = await ServersProcess.StartAsync(DashboardProcess.CreateLaunch(bundle, options), IsListeningAsync);

        Assert.Equal($"http://localhost:{options.FrontendPort}/login?t=browser-token", DashboardProcess.LoginUrl(options));
        Assert.Equal("/login", (await http.GetAsync("/")).Headers.Location?.AbsolutePath);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/telemetry/spans")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ExportAsync("wrong")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await ExportAsync("otlp-key")).StatusCode);

        http.DefaultRequestHeaders.Add("x-api-key", "telemetry-key");
        var spans = JsonDocument.Parse(await http.GetStringAsync("/api/telemetry/spans")).RootElement.GetRawText();
        Assert.Contains("a span of a test", spans);
        Assert.InRange((await dashboard.StopAsync()).Took, TimeSpan.Zero, TimeSpan.FromSeconds(3));

        async Task<bool> IsListeningAsync()
        {
            try
            {
                using var _ = await http.GetAsync("/login");
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }

        async Task<HttpResponseMessage> ExportAsync(string key)
        {
            const string Span = """
                {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"realtime"}},{"key":"service.instance.id","value":{"stringValue":"realtime-1"}}]},
                "scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"a span of a test","kind":2,
                "startTimeUnixNano":"1900000000000000000","endTimeUnixNano":"1900000001000000000"}]}]}]}
                """;
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://localhost:{options.OtlpHttpPort}/v1/traces")
            {
                Content = new StringContent(Span, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")),
                Headers = { { "x-otlp-api-key", key } },
            };
            return await http.SendAsync(request);
        }
    }
}
