using System.Collections.Concurrent;
using System.Text.Json;
using Im.Core.Bus;
using Im.Core.Nodes;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Tests.Fixtures;

namespace Im.Tests.Nodes;

/// <summary>Sessions, nodes and presence on the product's own bus, with a Redis that can be taken away.</summary>
public abstract class WholeNodeTests : IAsyncLifetime
{
    private static readonly UserInfo Jenny = new(Guid.NewGuid(), "Jenny", ""), Tom = new(Guid.NewGuid(), "Tom", "");

    private readonly TcpRelay _relay;
    private readonly Cluster _cluster;
    private readonly ConcurrentQueue<OnlineUser> _gone = [];
    private TestNode _one = null!, _two = null!;

    protected WholeNodeTests(RedisUnderTest server)
    {
        _relay = server.Relay();
        _cluster = new(server, redisBus: true, _relay);
    }

    public async Task InitializeAsync()
    {
        _one = await _cluster.StartNodeAsync("one", configure: Short);
        _two = await _cluster.StartNodeAsync("two", configure: Short);
        _one.Presence.Enter("c-1", Jenny);
        _two.Presence.Enter("c-2", Tom);
        await _two.Sessions.ConnectAsync(new("c-2", _two.Id, "s-2", Tom.Id, DateTimeOffset.UtcNow));
        await Eventually.TrueAsync(() => _one.Presence.Snapshot().Online == 2 && _two.Presence.Snapshot().Online == 2);
        foreach (var node in new[] { _one, _two })
            node.Presence.Changed += frame =>
            {
                foreach (var user in frame.Users.Where(user => user.Places == 0))
                    _gone.Enqueue(user);
            };

        static void Short(NodeOptions options) => (options.LeaseTime, options.RenewInterval) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(0.5));
    }

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _relay.DisposeAsync();
    }

    [Fact]
    public async Task What_one_node_does_the_other_hears_over_Redis()
    {
        var heard = new ConcurrentQueue<string>();
        await _two.Bus.SubscribeAsync(BusTopic.Sessions, envelope =>
            heard.Enqueue($"{JsonSerializer.Deserialize(envelope.Payload.Span, SessionJson.Default.SessionChange)!.Kind} from {envelope.OriginNode}"));
        await _two.Bus.SubscribeAsync(BusTopic.Node(_two.Id), envelope =>
        {
            if (envelope.Kind == BusKind.Frame)
                heard.Enqueue($"{JsonSerializer.Deserialize(envelope.Payload.Span, ProtocolJson.Default.ServerFrame)!.GetType().Name} for {envelope.Connection}");
        });
        var (session, _) = await _one.Sessions.LoginAsync(null, Jenny.Id, new(null, null));
        await _one.Sessions.LogoutAsync(session.Id);
        Assert.True(await _one.Sessions.SendToSessionAsync("s-2", new MoveFrame(1)));
        await Eventually.TrueAsync(() => heard.Count == 2);
        Assert.Equal(["LoggedOut from one", "MoveFrame for c-2"], heard.Order());
        _one.Presence.Enter("c-3", Tom);
        await Eventually.TrueAsync(() => _two.Presence.Snapshot().Users.Single(user => user.Id == Tom.Id).Places == 2);
    }

    [Fact]
    public async Task When_Redis_was_away_for_longer_than_a_lease_nobody_was_ever_gone()
    {
        _relay.Close();
        await Eventually.TrueAsync(async () => await _cluster.Redis.KeyExistsAsync([_cluster.Keys.Lease(_one.Id), _cluster.Keys.Lease(_two.Id)]) == 0);
        _one.Presence.Enter("c-3", Tom);
        _relay.Open();
        await AssertWholeAgainAsync();
    }

    [Fact]
    public async Task When_Redis_hung_for_longer_than_a_lease_nobody_was_ever_gone()
    {
        _relay.Freeze();
        await Eventually.TrueAsync(async () => await _cluster.Redis.KeyExistsAsync([_cluster.Keys.Lease(_one.Id), _cluster.Keys.Lease(_two.Id)]) == 0);
        _one.Presence.Enter("c-3", Tom);
        _relay.Thaw();
        await AssertWholeAgainAsync();
    }

    private async Task AssertWholeAgainAsync()
    {
        await Eventually.TrueAsync(() => _one.Lease.Epoch >= 2 && _two.Lease.Epoch >= 2, seconds: 30);
        await Eventually.TrueAsync(() => _two.Presence.Snapshot().Users.Single(user => user.Id == Tom.Id).Places == 2, seconds: 30);
        await Eventually.TrueAsync(async () => (await _one.Nodes.ListAsync()).Count == 2 && (await _one.Sessions.ListConnectionsAsync()).Count == 1, seconds: 30);
        Assert.Empty(_gone);
    }
}

public sealed class WholeNodesOnRedis(RealRedis server) : WholeNodeTests(server), IClassFixture<RealRedis>;

public sealed class WholeNodesOnGarnet(Garnet server) : WholeNodeTests(server), IClassFixture<Garnet>;
