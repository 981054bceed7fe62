using Im.ServiceDefaults.Connections;
using Im.Tests.Fixtures;
using Im.Tests.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Attack;

/// <summary>The gateway's count of open sockets while its nodes refuse, hang and die.</summary>
[Trait("Category", "Attack")]
public sealed class GatewayCountAttacks(GatewayServer server) : IClassFixture<GatewayServer>
{
    private ConnectionCounts Counts => server.Services.GetRequiredService<ConnectionCounts>();

    [Fact]
    public async Task Sockets_that_no_node_takes_keep_no_place()
    {
        await using var node = await TestNode.StartAsync("node-1");
        server.Registry.Nodes = () => [node.Info];
        await IsServedAsync(node);
        node.RefusesHandshakes = true;
        for (var i = 0; i < 5; i++)
            using (var refused = await RawSocket.OpenAsync(server.Address, "127.0.0.2"))
                Assert.Equal((503, "unavailable"), (refused.Status, refused.Code));
        await AreNoneAsync();
    }

    [Fact]
    public async Task Sockets_whose_node_hangs_or_whose_client_waits_no_longer_keep_no_place()
    {
        await using var node = await TestNode.StartAsync("node-1");
        server.Registry.Nodes = () => [node.Info];
        await IsServedAsync(node);
        node.Hang();
        var waiting = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RawSocket.ConnectAsync(server.Address, "127.0.0.2")));
        foreach (var client in waiting)
        {
            await client.FloodAsync("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"u8.ToArray(), 1);
            client.Dispose();
        }
        await AreNoneAsync();
    }

    [Fact]
    public async Task Sockets_whose_node_dies_keep_no_place()
    {
        var node = await TestNode.StartAsync("node-1");
        server.Registry.Nodes = () => [node.Info];
        await IsServedAsync(node);
        var open = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RawSocket.OpenAsync(server.Address, "127.0.0.2")));
        Assert.All(open, socket => Assert.Equal(101, socket.Status));
        Assert.Equal(20, Counts.Sockets.CountOf("127.0.0.2"));
        await node.DisposeAsync();
        await AreNoneAsync();
        foreach (var socket in open)
            socket.Dispose();
    }

    // Not by the one of service discovery, which the gateway goes to until it has looked into the registry.
    private Task IsServedAsync(TestNode node) => Eventually.TrueAsync(async () =>
    {
        using var socket = await RawSocket.OpenAsync(server.Address, "127.0.0.3");
        return socket.Status == 101 && node.LastHandshake is not null;
    });

    private Task AreNoneAsync() => Eventually.TrueAsync(() => Counts is { Sockets.Count: 0, Users.Count: 0 });
}
