using System.Net;
using System.Net.Sockets;
using Aspire.Containerless.Lifecycle;
using Aspire.Hosting;
using Im.Tests.Fixtures;

namespace Im.Tests.Hosting;

public sealed class PortTests : AppTest
{
    [Fact]
    public async Task A_port_that_is_taken_is_said_in_one_sentence_with_its_number_and_who_wants_it()
    {
        using var holder = new TcpListener(IPAddress.Loopback, FreePort.Next());
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        var failure = await Assert.ThrowsAsync<DistributedApplicationException>(() => StartAsync(
            builder => builder.AddExecutable("page", "sleep", ".", "600").WithHttpEndpoint(port: port), "--DcpPublisher:RandomizePorts=false", "--Containerless:PortPatienceSeconds=0.2"));

        Assert.StartsWith($"Port {port} for 'page' is in use by another program", failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public async Task A_port_that_an_ending_run_lets_go_of_is_waited_for_and_said_once()
    {
        using var holder = new TcpListener(IPAddress.Loopback, FreePort.Next());
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        var ports = new PortAllocator();
        var said = new List<string>();
        Assert.Equal(port, ports.Claim(port, "'page'"));

        var waiting = ports.AwaitClaimsAsync(TimeSpan.FromSeconds(30), said.Add, Limit);
        Assert.False(waiting.IsCompleted);
        holder.Stop();
        await waiting;

        Assert.StartsWith($"Port {port} for 'page' is in use", Assert.Single(said));
    }

    [Fact]
    public async Task Tests_get_random_ports_unless_they_ask_for_the_real_ones()
    {
        var port = FreePort.Next();
        Uri? address = null;
        await StartAsync(builder =>
        {
            var page = builder.AddExecutable("page", "sleep", ".", "600").WithHttpEndpoint(port: port);
            builder.AddExecutable("other", "true", ".").WithEnvironment(_ => address = new Uri(page.GetEndpoint("http").Url));
        });
        await Notifications.WaitForResourceAsync("other", "Finished", Limit);

        Assert.NotEqual(port, address!.Port);
    }
}
