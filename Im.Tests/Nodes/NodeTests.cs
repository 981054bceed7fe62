using System.Collections.Concurrent;
using Im.Core.Nodes;
using Im.Protocol;
using Im.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Im.Tests.Nodes;

public abstract class NodeTests(RedisUnderTest server) : IAsyncLifetime
{
    private static readonly UserInfo Jenny = new(Guid.NewGuid(), "Jenny", "");

    private readonly Cluster _cluster = new(server);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _cluster.DisposeAsync().AsTask();

    [Fact]
    public async Task A_node_with_an_address_is_listed_with_it()
    {
        var one = await _cluster.StartNodeAsync("one");
        await _cluster.StartNodeAsync("two");
        var web = await _cluster.StartWebAsync();
        Assert.Equal([new("one", "http://127.0.0.1/one", 0, true), new NodeInfo("two", "http://127.0.0.1/two", 0, true)], await web.Nodes.ListAsync());
        Assert.Equal("one", one.Lease.Identity.Name);
        Assert.StartsWith("one.", one.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_does_not_know_its_address_yet_is_not_listed()
    {
        await using var node = await TestNode.StartAsync(await server.ConnectAsync(), _cluster.Keys, _cluster.Bus.Connect(), "one");
        Assert.False(node.Lease.IsHeld);
        Assert.Empty(await node.Nodes.ListAsync());
    }

    [Fact]
    public async Task Connections_and_draining_reach_the_others_with_a_renewal()
    {
        var one = await _cluster.StartNodeAsync("one");
        var two = await _cluster.StartNodeAsync("two");
        one.Lease.Connections = 17;
        one.Lease.StartDraining();
        await Eventually.TrueAsync(async () => (await two.Nodes.ListAsync())[0] == new NodeInfo("one", "http://127.0.0.1/one", 17, false));
        Assert.True((await two.Nodes.ListAsync())[1].Live);
    }

    [Fact]
    public async Task A_node_that_stops_in_order_leaves_nothing_behind()
    {
        var one = await _cluster.StartNodeAsync("one");
        await one.Sessions.ConnectAsync(new("c-1", one.Id, null, null, DateTimeOffset.UtcNow));
        await one.StopAsync();
        Assert.Empty(await _cluster.AllKeysAsync());
    }

    [Fact]
    public async Task A_crashed_node_is_gone_when_its_lease_ends_by_itself()
    {
        var two = await _cluster.StartNodeAsync("two");
        var one = await _cluster.StartNodeAsync("one", configure: Short);
        await one.CrashAsync();
        Assert.Equal(2, (await two.Nodes.ListAsync()).Count);
        await Eventually.TrueAsync(async () => (await two.Nodes.ListAsync()) is [{ Name: "two" }]);
        await Eventually.TrueAsync(async () => !(await _cluster.AllKeysAsync()).Any(key => key.Contains(one.Id, StringComparison.Ordinal)));

        static void Short(NodeOptions options) => (options.LeaseTime, options.RenewInterval) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public async Task A_restarted_replica_is_another_incarnation_of_the_same_name()
    {
        var before = await _cluster.StartNodeAsync("one");
        await before.CrashAsync();
        var after = await _cluster.StartNodeAsync("one");
        Assert.NotEqual(before.Id, after.Id);
        Assert.Equal(2, (await after.Nodes.ListAsync()).Count);
        await _cluster.EndLeaseAsync(before);
        Assert.Single(await after.Nodes.ListAsync());
    }

    [Fact]
    public async Task Of_many_nodes_that_see_a_lease_end_exactly_one_reaps()
    {
        var reapers = new ConcurrentBag<string>();
        var dying = await _cluster.StartNodeAsync("dying");
        await dying.Sessions.ConnectAsync(new("c-1", dying.Id, null, null, DateTimeOffset.UtcNow));
        var others = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => _cluster.StartNodeAsync($"node-{i}")));
        var checks = new ConcurrentDictionary<TestNode, bool>();
        foreach (var node in others)
        {
            node.Watch.Reaped += reapers.Add;
            node.Watch.Checked += check => _ = check.Live.Contains(dying.Id) || checks.TryAdd(node, true);
        }
        await dying.CrashAsync();
        await _cluster.EndLeaseAsync(dying);
        await Eventually.TrueAsync(() => checks.Count == others.Length);
        await Eventually.TrueAsync(() => !reapers.IsEmpty);
        Assert.Equal([dying.Id], reapers);
        Assert.DoesNotContain(await _cluster.AllKeysAsync(), key => key.Contains(dying.Id, StringComparison.Ordinal));
        Assert.False(await _cluster.Redis.SetContainsAsync(_cluster.Keys.Nodes, dying.Id));
    }

    [Fact]
    public async Task A_node_that_wakes_up_after_it_was_reaped_restores_its_entries_by_itself()
    {
        var sleeper = await _cluster.StartNodeAsync("sleeper", configure: Sleepy);
        var (lost, acquired) = (0, 0);
        sleeper.Lease.Lost += () => lost++;
        sleeper.Lease.Acquired += () => acquired++;
        sleeper.Presence.Enter("c-1", Jenny);
        await sleeper.Sessions.ConnectAsync(new("c-1", sleeper.Id, "s-1", Jenny.Id, DateTimeOffset.UtcNow));
        await Eventually.TrueAsync(async () => await EntriesAsync(sleeper) == 2);
        await ReapAsync(sleeper);
        Assert.DoesNotContain(await _cluster.AllKeysAsync(), key => key.Contains(sleeper.Id, StringComparison.Ordinal));
        sleeper.Watch.CheckSoon();
        await Eventually.TrueAsync(async () => await EntriesAsync(sleeper) == 2);
        Assert.Equal((1, 1), (lost, acquired));
        Assert.Equal(2, sleeper.Lease.Epoch);
        Assert.Equal("c-1", Assert.Single(await sleeper.Sessions.ListConnectionsAsync()).Id);
    }

    [Fact]
    public async Task What_a_node_writes_under_a_lease_it_lost_is_refused()
    {
        var node = await _cluster.StartNodeAsync("node", configure: Sleepy);
        await node.Sessions.ConnectAsync(new("c-1", node.Id, null, null, DateTimeOffset.UtcNow));
        var hash = new LeasedHash(id => "hash-of-" + _cluster.Keys.Connections(id), node.Lease, _cluster.Keys, _cluster.Redis, TimeProvider.System);
        await _cluster.Redis.HashSetAsync(_cluster.Keys.Lease(node.Id), "epoch", 99);
        Assert.Null(await hash.WriteAsync(_ => [new("field", "value")], CancellationToken.None));
        Assert.False(await _cluster.Redis.KeyExistsAsync("hash-of-" + _cluster.Keys.Connections(node.Id)));
        await Eventually.TrueAsync(() => node.Lease.Epoch == 2);
    }

    [Fact]
    public async Task After_Redis_lost_everything_every_node_is_registered_again()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => _cluster.StartNodeAsync($"node-{i}")));
        foreach (var node in nodes)
            await node.Sessions.ConnectAsync(new($"c-{node.Id}", node.Id, null, null, DateTimeOffset.UtcNow));
        await _cluster.WipeAsync();
        await Eventually.TrueAsync(async () => (await nodes[0].Nodes.ListAsync()).Count == 3 && (await nodes[0].Sessions.ListConnectionsAsync()).Count == 3);
        Assert.All(nodes, node => Assert.Equal(2, node.Lease.Epoch));
    }

    [Fact]
    public async Task While_its_own_lease_is_in_doubt_a_node_declares_nobody_dead()
    {
        var reaped = 0;
        var one = await _cluster.StartNodeAsync("one");
        var silent = await _cluster.StartNodeAsync("silent");
        one.Watch.Reaped += _ => Interlocked.Increment(ref reaped);
        await silent.CrashAsync();
        await Task.WhenAll(_cluster.EndLeaseAsync(one), _cluster.EndLeaseAsync(silent));
        await Eventually.TrueAsync(() => one.Lease.Epoch == 2);
        var check = await NextCheckAsync(one);
        Assert.False(check.Settled);
        Assert.DoesNotContain(silent.Id, check.Live);
        Assert.Equal(0, reaped);
        Assert.True(await _cluster.Redis.SetContainsAsync(_cluster.Keys.Nodes, silent.Id));
    }

    [Fact]
    public async Task A_table_that_Redis_brought_back_from_an_old_snapshot_is_written_anew()
    {
        var node = await _cluster.StartNodeAsync("node");
        await node.Sessions.ConnectAsync(new("c-1", node.Id, null, null, DateTimeOffset.UtcNow));
        var key = _cluster.Keys.Connections(node.Id);
        await _cluster.Redis.KeyDeleteAsync(key);
        await _cluster.Redis.HashSetAsync(key, [new("version", 1), new("c:ghost", "{}")]);
        await Eventually.TrueAsync(async () => await _cluster.Redis.HashExistsAsync(key, "c:c-1") && !await _cluster.Redis.HashExistsAsync(key, "c:ghost"));
    }

    [Fact]
    public async Task A_table_of_ten_thousand_fields_and_more_is_written_and_restored()
    {
        var node = await _cluster.StartNodeAsync("node");
        await Task.WhenAll(Enumerable.Range(0, 12_000).Select(i => node.Sessions.ConnectAsync(new($"c-{i}", node.Id, null, null, DateTimeOffset.UtcNow))));
        await _cluster.WipeAsync();
        await Eventually.TrueAsync(async () => await _cluster.Redis.HashLengthAsync(_cluster.Keys.Connections(node.Id)) == 12_001);
    }

    private static void Sleepy(NodeOptions options) => (options.RenewInterval, options.CheckInterval) = (TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(2));

    private async Task ReapAsync(TestNode node)
    {
        await _cluster.EndLeaseAsync(node);
        Assert.True(await node.Get<RedisNodeRegistry>().ReapAsync(node.Id));
        Assert.False(await node.Get<RedisNodeRegistry>().ReapAsync(node.Id));
    }

    private Task<long> EntriesAsync(TestNode node) => _cluster.Redis.KeyExistsAsync([_cluster.Keys.Presence(node.Id), _cluster.Keys.Connections(node.Id)]);

    private static async Task<NodeCheck> NextCheckAsync(TestNode node)
    {
        var next = new TaskCompletionSource<NodeCheck>();
        node.Watch.Checked += check => next.TrySetResult(check);
        return await next.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }
}

public sealed class NodesOnRedis(RealRedis server) : NodeTests(server), IClassFixture<RealRedis>;

public sealed class NodesOnGarnet(Garnet server) : NodeTests(server), IClassFixture<Garnet>;

[OnRedisCluster]
public sealed class NodesOnRedisCluster(ClusterOfRedis server) : NodeTests(server), IClassFixture<ClusterOfRedis>;

public sealed class NodeOptionsTests
{
    [Theory]
    [InlineData(6, 3, 1)]
    [InlineData(0.5, 0.1, 1)]
    [InlineData(6, 2, 5)]
    public void Options_under_which_live_nodes_would_die_are_refused(double leaseSeconds, double renewSeconds, double checkSeconds)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Nodes:LeaseTime"] = $"{TimeSpan.FromSeconds(leaseSeconds)}",
            ["Nodes:RenewInterval"] = $"{TimeSpan.FromSeconds(renewSeconds)}",
            ["Nodes:CheckInterval"] = $"{TimeSpan.FromSeconds(checkSeconds)}",
        };
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).AddImNode("one").BuildServiceProvider();
        Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
    }
}
