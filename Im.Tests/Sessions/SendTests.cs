using System.Text.Json;
using Im.Core.Bus;
using Im.Protocol;
using Im.Tests.Fixtures;
using Im.Tests.Nodes;

namespace Im.Tests.Sessions;

public abstract class SendTests(RedisUnderTest server) : SessionSuite(server)
{
    private readonly List<(string Place, BusEnvelope Envelope)> _received = [];
    private TestNode _nodeOne = null!, _nodeTwo = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _nodeOne = await Cluster.StartNodeAsync("one");
        _nodeTwo = await Cluster.StartNodeAsync("two");
    }

    [Fact]
    public async Task A_frame_to_a_user_reaches_every_node_the_user_is_on()
    {
        await ConnectAsync(_nodeOne, "c-1", null, Jenny);
        await ConnectAsync(_nodeTwo, "c-2", null, Jenny);
        Assert.True(await Sessions.SendToUserAsync(Jenny, new MoveFrame(7)));
        Assert.Equal(["one", "two"], _received.Select(one => one.Place).Order());
        var envelope = _received[0].Envelope;
        Assert.Equal((BusKind.Frame, null), (envelope.Kind, envelope.Connection));
        Assert.Equal(new MoveFrame(7), JsonSerializer.Deserialize(envelope.Payload.Span, ProtocolJson.Default.ServerFrame));
    }

    [Fact]
    public async Task Sending_answers_null_where_nobody_is_connected_and_false_where_no_node_took_it()
    {
        Assert.Null(await Sessions.SendToUserAsync(Jenny, new MoveFrame(1)));
        Assert.Null(await Sessions.SendToSessionAsync("no-session", new MoveFrame(1)));
        Assert.Null(await Sessions.SendToConnectionAsync("no-connection", new MoveFrame(1)));
        await _nodeOne.Sessions.ConnectAsync(new("c-1", _nodeOne.Id, "s-1", Jenny, DateTimeOffset.UtcNow));
        Assert.False(await Sessions.SendToUserAsync(Jenny, new MoveFrame(1)));
        Assert.False(await Sessions.SendToSessionAsync("s-1", new MoveFrame(1)));
        Assert.False(await Sessions.SendToConnectionAsync("c-1", new MoveFrame(1)));
        await _nodeOne.Sessions.DisconnectAsync("c-1");
        Assert.Null(await Sessions.SendToUserAsync(Jenny, new MoveFrame(1)));
        Assert.Null(await Sessions.SendToSessionAsync("s-1", new MoveFrame(1)));
        Assert.Null(await Sessions.SendToConnectionAsync("c-1", new MoveFrame(1)));
    }

    [Fact]
    public async Task A_frame_to_a_session_reaches_each_of_its_connections_on_both_nodes_and_no_other()
    {
        await ConnectAsync(_nodeOne, "c-1", "s-1", Jenny);
        await ConnectAsync(_nodeOne, "c-2", "s-1", Jenny);
        await ConnectAsync(_nodeTwo, "c-3", "s-1", Jenny);
        await ConnectAsync(_nodeTwo, "c-4", "s-2", Jenny);
        Assert.True(await Other.Sessions.SendToSessionAsync("s-1", new MoveFrame(1)));
        Assert.Equal([("one", "c-1"), ("one", "c-2"), ("two", "c-3")], _received.Select(one => (one.Place, one.Envelope.Connection!)).Order());
    }

    [Fact]
    public async Task A_frame_to_a_connection_goes_to_its_node_alone()
    {
        await ConnectAsync(_nodeOne, "c-1", null, null);
        await ConnectAsync(_nodeTwo, "c-2", null, null);
        Assert.True(await Sessions.SendToConnectionAsync("c-2", new MoveFrame(1)));
        Assert.Equal([("two", "c-2")], _received.Select(one => (one.Place, one.Envelope.Connection!)));
    }

    [Fact]
    public async Task Connections_are_listed_over_all_nodes_and_by_user()
    {
        await ConnectAsync(_nodeOne, "c-1", "s-1", Jenny);
        await ConnectAsync(_nodeTwo, "c-2", "s-1", Jenny);
        await ConnectAsync(_nodeTwo, "c-3", null, null);
        Assert.Equal(["c-1", "c-2", "c-3"], await ConnectionsAsync());
        Assert.Equal(["c-1", "c-2"], await ConnectionsAsync(Jenny));
        var listed = (await Sessions.ListConnectionsAsync()).Single(connection => connection.Id == "c-2");
        Assert.Equal((_nodeTwo.Id, "s-1", (Guid?)Jenny), (listed.NodeId, listed.SessionId, listed.UserId));
    }

    [Fact]
    public async Task A_connection_whose_session_changed_is_found_under_the_new_one_only()
    {
        await ConnectAsync(_nodeOne, "c-1", "s-guest", null);
        await ConnectAsync(_nodeOne, "c-1", "s-jenny", Jenny);
        Assert.Null(await Sessions.SendToSessionAsync("s-guest", new MoveFrame(1)));
        Assert.True(await Sessions.SendToSessionAsync("s-jenny", new MoveFrame(1)));
        Assert.Equal(["c-1"], await ConnectionsAsync(Jenny));
        await ConnectAsync(_nodeOne, "c-1", "s-jenny", null);
        Assert.Empty(await ConnectionsAsync(Jenny));
        Assert.Equal(["c-1"], await ConnectionsAsync());
    }

    [Fact]
    public async Task The_connections_of_a_crashed_node_are_gone_with_its_lease()
    {
        await ConnectAsync(_nodeOne, "c-1", "s-1", Jenny);
        await ConnectAsync(_nodeTwo, "c-2", "s-2", Tom);
        await _nodeTwo.CrashAsync();
        await Cluster.EndLeaseAsync(_nodeTwo);
        Assert.Equal(["c-1"], await ConnectionsAsync());
        Assert.Null(await Sessions.SendToUserAsync(Tom, new MoveFrame(1)));
        Assert.Null(await Sessions.SendToConnectionAsync("c-2", new MoveFrame(1)));
        await Eventually.TrueAsync(async () => !await Cluster.Redis.KeyExistsAsync(Cluster.Keys.Connections(_nodeTwo.Id)));
    }

    [Fact]
    public async Task After_Redis_lost_everything_a_node_registers_its_connections_again()
    {
        await ConnectAsync(_nodeOne, "c-1", "s-1", Jenny);
        await ConnectAsync(_nodeTwo, "c-2", "s-2", Jenny);
        await _nodeTwo.Sessions.DisconnectAsync("c-2");
        await Cluster.WipeAsync();
        await Eventually.TrueAsync(async () => (await ConnectionsAsync()) is ["c-1"]);
        Assert.True(await Sessions.SendToSessionAsync("s-1", new MoveFrame(1)));
    }

    [Fact]
    public async Task A_thousand_connections_at_once_are_all_registered_in_a_few_writes()
    {
        var before = await VersionAsync(_nodeOne);
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => _nodeOne.Sessions.ConnectAsync(new($"c-{i}", _nodeOne.Id, $"s-{i}", Jenny, DateTimeOffset.UtcNow))));
        Assert.Equal(1_000, (await Sessions.ListConnectionsAsync(Jenny)).Count);
        Assert.InRange(await VersionAsync(_nodeOne), before + 1, before + 200);
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => _nodeOne.Sessions.DisconnectAsync($"c-{i}")));
        Assert.Empty(await Sessions.ListConnectionsAsync());
        Assert.Equal(["version"], (await Cluster.Redis.HashKeysAsync(Cluster.Keys.Connections(_nodeOne.Id))).Select(name => name.ToString()));
    }

    [Fact]
    public async Task Only_a_node_registers_connections_and_only_its_own()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Sessions.ConnectAsync(new("c-1", "one", null, null, DateTimeOffset.UtcNow)));
        await Assert.ThrowsAsync<ArgumentException>(() => _nodeOne.Sessions.ConnectAsync(new("c-1", _nodeTwo.Id, null, null, DateTimeOffset.UtcNow)));
        await Assert.ThrowsAsync<ArgumentException>(() => _nodeOne.Sessions.ConnectAsync(new("c 1", _nodeOne.Id, null, null, DateTimeOffset.UtcNow)));
        await Sessions.DisconnectAsync("never connected");
    }

    /// <summary>As a node does: subscribes to what concerns the connection, then registers it.</summary>
    private async Task ConnectAsync(TestNode node, string id, string? sessionId, Guid? userId)
    {
        await SubscribeAsync(node, BusTopic.Node(node.Id));
        if (userId is { } user)
            await SubscribeAsync(node, BusTopic.User(user));
        await node.Sessions.ConnectAsync(new(id, node.Id, sessionId, userId, DateTimeOffset.UtcNow));
    }

    private readonly HashSet<(TestNode, BusTopic)> _subscribed = [];

    private async Task SubscribeAsync(TestNode node, BusTopic topic)
    {
        if (_subscribed.Add((node, topic)))
            await node.Bus.SubscribeAsync(topic, envelope => _received.Add((node.Lease.Identity.Name, envelope)));
    }

    private async Task<string[]> ConnectionsAsync(Guid? userId = null) => [.. (await Sessions.ListConnectionsAsync(userId)).Select(connection => connection.Id).Order()];

    private async Task<long> VersionAsync(TestNode node) => (long)await Cluster.Redis.HashGetAsync(Cluster.Keys.Connections(node.Id), "version");
}

[Trait("Category", "Sessions")]
public sealed class SendOnRedis(RealRedis server) : SendTests(server), IClassFixture<RealRedis>;

[Trait("Category", "Sessions")]
public sealed class SendOnGarnet(Garnet server) : SendTests(server), IClassFixture<Garnet>;

[Trait("Category", "Sessions")]
[OnRedisCluster]
public sealed class SendOnRedisCluster(ClusterOfRedis server) : SendTests(server), IClassFixture<ClusterOfRedis>;
