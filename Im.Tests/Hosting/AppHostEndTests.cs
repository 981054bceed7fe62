using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Im.Tests.Fixtures;

namespace Im.Tests.Hosting;

/// <summary>What is left after the AppHost: nothing. Looks at processes as Linux lists them.</summary>
[Collection(AppHostProcess.Collection)]
[SupportedOSPlatform("linux")]
public sealed class AppHostEndTests
{
    [LinuxTheory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task When_CtrlC_returns_nothing_is_left_and_every_port_is_free(string signal)
    {
        await using var host = await RunningAsync();
        var family = FamilyOf(host);

        await host.SignalAsync(signal);
        Assert.Equal(0, await host.ExitAsync());

        Assert.DoesNotContain(family, AppHostProcess.IsAlive);
        AssertFree(host.WebPort, host.DashboardPort);
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), $"aspire-embedded-{host.Id}-*"));
    }

    [LinuxFact]
    public async Task Soon_after_kill_9_nothing_is_left()
    {
        await using var host = await RunningAsync();
        var family = FamilyOf(host);

        await host.SignalAsync("KILL");
        await host.ExitAsync();

        await ServersProcess.UntilAsync(() => Task.FromResult(!family.Any(AppHostProcess.IsAlive)), TimeSpan.FromSeconds(60), "its processes to end");
        AssertFree(host.WebPort, host.DashboardPort);
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), $"aspire-embedded-{host.Id}-*"));
    }

    [LinuxFact]
    public async Task CtrlC_during_the_start_is_no_failure()
    {
        await using var host = new AppHostProcess(FreePort.Next());
        await host.SaysAsync("Distributed application starting");
        await ServersProcess.UntilAsync(() => Task.FromResult(host.Descendants().Count > 0), TimeSpan.FromSeconds(30), "DCP to start");
        var family = host.Descendants();

        await host.SignalAsync("INT");
        await host.ExitAsync();

        Assert.DoesNotContain("   at ", host.Output);
        await ServersProcess.UntilAsync(() => Task.FromResult(!family.Any(AppHostProcess.IsAlive)), TimeSpan.FromSeconds(60), "its processes to end");
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
        // DCP's two, and for each of six resources the process and its guard.
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
