using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using Im.Core.Nodes;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Im.Tests.Web;

/// <summary>The gateway with the real registry, from its start to its end.</summary>
public sealed class GatewayLifeTests : IAsyncLifetime
{
    private readonly WebServer _server = new();

    public Task InitializeAsync() => _server.InitializeAsync();

    // Stopped by the tests themselves where they say so.
    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_node_with_a_lease_is_found_and_one_that_gave_it_back_is_not()
    {
        var name = $"leased-{Guid.NewGuid():N}";
        await using var node = await TestNode.StartAsync(name);
        using var browser = _server.NewBrowser();
        using (var lease = await TakeLeaseAsync(name, node.Address))
        {
            await Eventually.TrueAsync(async () => await ConnectAsync(name) == name);
            Assert.Contains(name, (await browser.GetAsync("/api/nodes")).Text, StringComparison.Ordinal);
            await lease.StopAsync();
        }
        Assert.DoesNotContain(name, (await browser.GetAsync("/api/nodes")).Text, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => await ConnectAsync(name) != name);
    }

    [Fact]
    public async Task Open_sockets_do_not_hold_up_the_end()
    {
        var name = $"leased-{Guid.NewGuid():N}";
        await using var node = await TestNode.StartAsync(name);
        using var lease = await TakeLeaseAsync(name, node.Address);
        await Eventually.TrueAsync(async () => await ConnectAsync(name) == name);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(Address(name), default);
        await socket.ReceiveAsync(new byte[64], default);

        var started = Stopwatch.GetTimestamp();
        await _server.Services.GetRequiredService<IHost>().StopAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 3);
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ReceiveAsync(new byte[64], new CancellationTokenSource(5_000).Token));
    }

    private static async Task<IHost> TakeLeaseAsync(string name, string address)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Configuration["ConnectionStrings:redis"] = TestServers.Redis;
        builder.AddRedisClient("redis");
        builder.Services.AddImNode(name);
        var host = builder.Build();
        await host.StartAsync();
        host.Services.GetRequiredService<INodeLease>().SetAddress(address);
        return host;
    }

    private async Task<string?> ConnectAsync(string node)
    {
        try
        {
            using var socket = new ClientWebSocket();
            using var limit = new CancellationTokenSource(5_000);
            await socket.ConnectAsync(Address(node), limit.Token);
            var buffer = new byte[4_096];
            var received = await socket.ReceiveAsync(buffer, limit.Token);
            return Encoding.UTF8.GetString(buffer, 0, received.Count);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            return null;
        }
    }

    private Uri Address(string node) => new($"ws://{_server.Address.Authority}/ws?node={node}");
}
