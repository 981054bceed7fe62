using System.Diagnostics;
using Aspire.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Im.Tests.Hosting;

public sealed class HealthTests : AppTest
{
    /// <summary>A web server in one line; answers one request at a time.</summary>
    private const string Server = """
        const http = require('http');
        http.createServer((_, response) => response.end('ok')).listen(process.env.PORT, '127.0.0.1');
        """;

    [Fact]
    public async Task A_hung_server_is_unhealthy_within_five_seconds_and_well_again_when_it_goes_on()
    {
        if (OperatingSystem.IsWindows())
            return;
        await StartAsync(builder => builder.AddExecutable("server", "node", ".", "-e", Server)
            .WithHttpEndpoint(env: "PORT").WithHttpHealthCheck("/"));
        await Notifications.WaitForResourceHealthyAsync("server", Limit);
        var processId = await ProcessIdAsync("server");

        await ServersProcess.SignalAsync("STOP", processId);
        var clock = Stopwatch.StartNew();
        await Notifications.WaitForResourceAsync("server", e => e.Snapshot.HealthStatus == HealthStatus.Unhealthy, Limit);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"It took {clock.Elapsed}.");

        await ServersProcess.SignalAsync("CONT", processId);
        await Notifications.WaitForResourceAsync("server", e => e.Snapshot.HealthStatus == HealthStatus.Healthy, Limit);
    }
}
