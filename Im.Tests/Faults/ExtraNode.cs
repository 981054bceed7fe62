using System.Diagnostics;
using System.Net;
using Aspire.Hosting.Testing;
using Im.Tests.Fixtures;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Im.Tests.Faults;

/// <summary>One more node beside the AppHost's, a process as theirs are, whose way to Redis alone can be cut.</summary>
internal sealed class ExtraNode : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly HttpClient _http;

    private ExtraNode(string name, TcpRelay redis, Process process, HttpClient http) => (Name, Redis, _process, _http) = (name, redis, process, http);

    public string Name { get; }

    /// <summary>Between this node and Redis.</summary>
    public TcpRelay Redis { get; }

    /// <summary>Returns when the gateway gives it connections.</summary>
    public static async Task<ExtraNode> StartAsync(ImAppFixture im, string name)
    {
        var redis = ConfigurationOptions.Parse((await im.App.GetConnectionStringAsync("redis"))!);
        var relay = new TcpRelay("127.0.0.1", ((IPEndPoint)redis.EndPoints[0]).Port);
        redis.EndPoints.Clear();
        redis.EndPoints.Add("127.0.0.1", relay.Port);
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Im.Realtime.dll")])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            Environment =
            {
                ["ConnectionStrings__redis"] = redis.ToString(includePassword: true),
                ["ConnectionStrings__im"] = await im.GetDatabaseAsync(),
                ["ASPNETCORE_URLS"] = address,
                ["Im__Node__Name"] = name,
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "",
            },
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { }; // read, or it would stop when the pipe is full
        process.BeginOutputReadLine();
        var node = new ExtraNode(name, relay, process, new() { BaseAddress = new(address), Timeout = TimeSpan.FromSeconds(2) });
        await Eventually.TrueAsync(() => im.TakesConnectionsAsync(name), seconds: 30);
        return node;
    }

    public async Task<bool> IsHealthyAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(HealthEndpoints.ReadyPath);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Redis.Open();
        using var terminate = Process.Start("kill", [$"{_process.Id}"]);
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            _process.Kill(entireProcessTree: true);
            _process.Dispose();
            _http.Dispose();
            await Redis.DisposeAsync();
        }
    }
}
