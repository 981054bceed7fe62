using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Im.Tests.Fixtures;

namespace Im.Tests.Hosting;

/// <summary>What a person reads on the console: one sentence for what is wrong, before anything starts or when it happens.</summary>
[Collection(AppHostProcess.Collection)]
[SupportedOSPlatform("linux")]
public sealed class AppHostSaysTests
{
    [LinuxTheory]
    [InlineData("--WebPort=", "the page", "--WebPort=")]
    [InlineData("--ASPNETCORE_URLS=http://localhost:", "the dashboard", "--ASPNETCORE_URLS=http://localhost:")]
    [InlineData("--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:", "the dashboard's telemetry", "--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:")]
    [InlineData("--ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL=http://localhost:", "the dashboard's resource service", "--ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL=http://localhost:")]
    public async Task A_port_that_is_taken_is_said_with_the_argument_that_moves_it(string argument, string what, string advice)
    {
        using var holder = new TcpListener(IPAddress.Loopback, FreePort.Next());
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        await using var host = new AppHostProcess(FreePort.Next(), $"{argument}{port}", "--PortPatienceSeconds=0.1");

        Assert.Equal(1, await host.ExitAsync());
        Assert.Contains($"Port {port} for {what} is in use by another program: end it, or start with {advice}", host.Output);
        Assert.DoesNotContain("   at ", host.Output);
        Assert.DoesNotContain("starting", host.Output);
    }

    [LinuxTheory]
    [InlineData("--Replicas=0", "--Replicas is 0; it is from 1 to 32.")]
    [InlineData("--Servers=docker", "--Servers is 'docker'; it is 'embedded' or 'containers'.")]
    [InlineData("--ConnectionStrings:redis=localhost", "Give both --ConnectionStrings:redis and --ConnectionStrings:im, or neither.")]
    public async Task An_argument_that_makes_no_sense_is_said(string argument, string sentence)
    {
        await using var host = new AppHostProcess(FreePort.Next(), argument);

        Assert.Equal(1, await host.ExitAsync());
        Assert.Contains(sentence, host.Output);
        Assert.DoesNotContain("   at ", host.Output);
    }

    [LinuxFact]
    public async Task A_setting_out_of_range_is_said_with_its_reason_and_not_tried_for_ever()
    {
        await using var host = new AppHostProcess(FreePort.Next(), "--Limits:Messages:Burst=0");

        await host.SaysAsync("web has ended by itself and is started again: OptionsValidationException");
        Assert.Contains("Burst", host.Output);
        await host.SaysAsync("realtime-1 has ended by itself 5 times in a row soon after its start and is not started again: ");
    }

    [LinuxFact]
    public async Task What_hangs_is_said_and_what_recovers_too_and_what_crashes_comes_back()
    {
        await using var host = new AppHostProcess(FreePort.Next());
        await host.SaysAsync("Chat at ");
        var postgres = host.Descendants("postgres -D").Max(); // the server host above it names it too
        using var page = new HttpClient();
        await ServersProcess.UntilAsync(
            async () => JsonNode.Parse(await page.GetStringAsync($"http://localhost:{host.WebPort}/api/nodes"))!.AsArray().Count == 2, TimeSpan.FromSeconds(60), "both replicas to take part");

        await ServersProcess.SignalAsync("STOP", postgres);
        await host.SaysAsync("postgres is unhealthy: ");
        await ServersProcess.SignalAsync("CONT", postgres);
        await host.SaysAsync("postgres is healthy again after ");

        var web = Assert.Single(host.Descendants("Im.Web/bin"));
        await ServersProcess.SignalAsync("KILL", web);
        await host.SaysAsync("web has ended by itself and is started again: its log does not say why");
        await ServersProcess.UntilAsync(() => Task.FromResult(host.Descendants("Im.Web/bin").Any(id => id != web)), TimeSpan.FromSeconds(30), "another web server");
    }

    [LinuxFact]
    public async Task A_data_folder_that_cannot_be_written_is_said_in_one_sentence()
    {
        using var folder = new ServersFolder();
        File.WriteAllText(folder["file"], "");
        await using var host = new AppHostProcess(FreePort.Next(), "--UseVolumes=true", $"--Embedded:DataFolder={folder["file"]}");

        foreach (var server in (string[])["redis", "postgres"])
            await host.SaysAsync($"{server} does not start: The data folder {folder["file"]}");
        Assert.Contains("set Embedded:DataFolder to another.", host.Output);
    }

    [LinuxFact]
    public async Task Data_of_the_other_kind_of_servers_is_said_with_the_argument_that_goes_back_to_it()
    {
        using var folder = new ServersFolder();
        Dictionary<string, string> home = new() { ["XDG_DATA_HOME"] = folder.Path };
        string[] keeping = ["--UseVolumes=true", $"--Embedded:DataFolder={folder["data"]}"];
        await using (var embedded = new AppHostProcess(FreePort.Next(), home, keeping))
            await embedded.SaysAsync("Distributed application starting");

        await using var containers = new AppHostProcess(FreePort.Next(), home, [.. keeping, "--Servers=containers"]);
        await containers.SaysAsync("What was written with --Servers=embedded is kept there and not seen now: start with --Servers=embedded to go back to it.");
    }

    [LinuxFact]
    public async Task After_the_first_run_neither_npm_nor_a_network_is_needed()
    {
        _ = (TestServers.Redis, TestServers.Postgres); // fetches them
        // npm, node and docker are in none of these.
        await using var host = new AppHostProcess(FreePort.Next(), new Dictionary<string, string> { ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" });
        await host.SaysAsync("Chat at ");
        Assert.DoesNotContain("Fetching", host.Output);
    }

    [LinuxFact]
    public async Task Without_npm_at_the_first_run_the_sentence_says_what_to_install()
    {
        using var folder = new ServersFolder();
        await using var host = new AppHostProcess(FreePort.Next(), new Dictionary<string, string> { ["PATH"] = folder.Path, ["EMBEDDED_CACHE"] = folder["cache"] });
        // With a Postgres installed on the machine it goes on to say that it uses that one.
        await host.SaysAsync("Postgres 18 comes from npm, and 'npm' is not on PATH: install Node.js 20 or newer.");
    }
}
