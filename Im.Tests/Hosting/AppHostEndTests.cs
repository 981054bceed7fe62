using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Im.Tests.Fixtures;

namespace Im.Tests.Hosting;

/// <summary>What is left after the AppHost: nothing. Looks at processes as Linux lists them.</summary>
[Collection(HostingCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class AppHostEndTests
{
    [Fact]
    public async Task CtrlC_ends_everything_within_five_seconds()
    {
        // The port for telemetry is taken, as by a second application: any other does.
        using var holder = new TcpListener(IPAddress.Loopback, FreePort.Next());
        holder.Start();
        await using var host = await RunningAsync($"--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://{holder.LocalEndpoint}");
        var family = FamilyOf(host);

        var clock = Stopwatch.StartNew();
        await host.SignalAsync("INT");
        Assert.Equal(0, await host.ExitAsync());

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"It took {clock.Elapsed}.");
        Assert.DoesNotContain(family, AppHostProcess.IsAlive);
        AssertFree(host.WebPort, host.DashboardPort);
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), $"aspire-containerless-{host.Id}-*"));
    }

    [Fact]
    public async Task Ten_seconds_after_kill_9_nothing_is_left()
    {
        await using var host = await RunningAsync();
        var family = FamilyOf(host);

        await host.SignalAsync("KILL");
        await host.ExitAsync();

        await ServersProcess.UntilAsync(() => Task.FromResult(!family.Any(AppHostProcess.IsAlive)), TimeSpan.FromSeconds(10), "its processes to end");
        AssertFree(host.WebPort, host.DashboardPort);
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_it_with_one_line_and_exit_code_1()
    {
        using var holder = new TcpListener(IPAddress.Loopback, FreePort.Next());
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        await using var host = new AppHostProcess(port, "--Containerless:PortPatienceSeconds=0.2");

        Assert.Equal(1, await host.ExitAsync());
        Assert.Contains($"Port {port} for 'web' is in use", host.Output);
        Assert.DoesNotContain("   at ", host.Output);
    }

    [Fact]
    public async Task The_dashboards_port_that_is_taken_is_said_with_the_argument_that_moves_it()
    {
        using var holder = new TcpListener(IPAddress.Loopback, FreePort.Next());
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        await using var host = new AppHostProcess(
            FreePort.Next(), $"--ASPNETCORE_URLS=http://localhost:{port}", "--Containerless:PortPatienceSeconds=0.2");

        Assert.Equal(1, await host.ExitAsync());
        Assert.Contains($"Port {port} for 'aspire-dashboard' is in use", host.Output);
        Assert.Contains("--ASPNETCORE_URLS=http://localhost:", host.Output);
    }

    private static async Task<AppHostProcess> RunningAsync(params string[] more)
    {
        var host = new AppHostProcess(FreePort.Next(), more);
        await host.SaysAsync("Chat at ");
        await host.SaysAsync($"Login to the dashboard at http://localhost:{host.DashboardPort}/login?t=");
        return host;
    }

    private static IReadOnlySet<int> FamilyOf(AppHostProcess host)
    {
        var family = host.Descendants();
        // The orchestrator's two, and for each of six resources the process and its guard.
        Assert.True(family.Count >= 14, $"Only {family.Count} processes are known.");
        return family;
    }

    private static void AssertFree(params int[] ports)
    {
        foreach (var port in ports)
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }
    }
}
