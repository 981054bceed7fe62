using System.Collections.Concurrent;
using Im.Core.Bus;
using Im.Core.Presence;
using Im.Protocol;
using Im.Tests.Fixtures;
using Im.Tests.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Im.Tests.Presence;

public abstract class PresenceTests(RedisUnderTest server) : IAsyncLifetime
{
    private static readonly UserInfo Jenny = new(Guid.NewGuid(), "Jenny", "爱喝茶"), Tom = new(Guid.NewGuid(), "Tom", "");

    private readonly Cluster _cluster = new(server);
    private TestNode _one = null!, _two = null!;

    public async Task InitializeAsync()
    {
        _one = await _cluster.StartNodeAsync("one");
        _two = await _cluster.StartNodeAsync("two");
    }

    public Task DisposeAsync() => _cluster.DisposeAsync().AsTask();

    [Fact]
    public async Task Places_are_counted_over_both_nodes_and_guests_apart()
    {
        _one.Presence.Enter("c-1", Jenny);
        _one.Presence.Enter("c-2", Jenny);
        _two.Presence.Enter("c-3", Jenny);
        _two.Presence.Enter("c-4", Tom);
        _one.Presence.Enter("c-5", null);
        _two.Presence.Enter("c-6", null);
        await AssertSeenAsync(2, "Jenny (3), Tom (1)");
        _two.Presence.Leave("c-3");
        _two.Presence.Leave("c-4");
        _two.Presence.Leave("c-6");
        await AssertSeenAsync(1, "Jenny (2)");
        Assert.Equal([new OnlineUser(Jenny.Id, "Jenny", "爱喝茶", 2)], _two.Presence.Snapshot().Users);
    }

    [Fact]
    public async Task A_guest_who_logs_in_becomes_a_user_and_after_the_logout_a_guest_again()
    {
        _one.Presence.Enter("c-1", null);
        await AssertSeenAsync(1, "");
        _one.Presence.Enter("c-1", Jenny);
        _one.Presence.Enter("c-1", Jenny);
        await AssertSeenAsync(0, "Jenny (1)");
        _one.Presence.Enter("c-1", Tom);
        await AssertSeenAsync(0, "Tom (1)");
        _one.Presence.Enter("c-1", null);
        await AssertSeenAsync(1, "");
        _one.Presence.Leave("c-1");
        _one.Presence.Leave("c-1");
        await AssertSeenAsync(0, "");
    }

    [Fact]
    public async Task A_changed_brief_is_seen_on_every_node()
    {
        _one.Presence.Enter("c-1", Jenny);
        _two.Presence.Enter("c-2", Jenny);
        await AssertSeenAsync(0, "Jenny (2)");
        var busy = Jenny with { Brief = "busy" };
        _one.Presence.Update(busy);
        _two.Presence.Update(busy);
        _two.Presence.Update(Tom);
        await Eventually.TrueAsync(() => new[] { _one, _two }.All(node => node.Presence.Snapshot().Users is [{ Brief: "busy", Places: 2 }]));
    }

    [Fact]
    public async Task A_node_that_starts_sees_who_was_there_before()
    {
        _one.Presence.Enter("c-1", Jenny);
        _two.Presence.Enter("c-2", null);
        await AssertSeenAsync(1, "Jenny (1)");
        var late = await _cluster.StartNodeAsync("late");
        await Eventually.TrueAsync(() => Seen(late) == (1, "Jenny (1)"));
    }

    [Fact]
    public async Task Two_thousand_connections_at_once_are_a_handful_of_publishes_and_frames()
    {
        var frames = new ConcurrentQueue<PresenceFrame>();
        _two.Presence.Changed += frames.Enqueue;
        var before = Published;
        for (var i = 0; i < 2_000; i++)
            _one.Presence.Enter($"c-{i}", new(Guid.NewGuid(), $"user {i}", "a brief"));
        await Eventually.TrueAsync(() => _two.Presence.Snapshot().Online == 2_000);
        await Eventually.TrueAsync(() => frames.LastOrDefault()?.Online == 2_000);
        Assert.InRange(Published - before, 1, 5);
        Assert.InRange(frames.Count, 1, 5);
    }

    [Fact]
    public async Task What_the_bus_lost_is_found_by_comparing_versions()
    {
        _one.Presence.Enter("c-1", Tom);
        await AssertSeenAsync(0, "Tom (1)");
        _cluster.Bus.LosesEverything = true;
        _one.Presence.Enter("c-2", Jenny);
        await AssertSeenAsync(0, "Jenny (1), Tom (1)");
        _one.Presence.Leave("c-2");
        await AssertSeenAsync(0, "Tom (1)");
    }

    [Fact]
    public async Task A_delta_that_comes_twice_late_or_broken_counts_once_or_not_at_all()
    {
        _one.Presence.Enter("c-1", Jenny);
        await AssertSeenAsync(0, "Jenny (1)");
        _one.Presence.Enter("c-2", Jenny);
        await AssertSeenAsync(0, "Jenny (2)");
        foreach (var (topic, envelope) in _cluster.Bus.Published.Where(published => published.Topic == BusTopic.Presence).ToArray())
            await _one.Bus.PublishAsync(topic, envelope);
        foreach (var payload in new[] { "", "{", "{}", "null", "[1]", """{"node":null,"version":1,"guests":1}""", """{"node":"nobody","version":9,"guests":7,"users":[]}""" })
            await _one.Bus.PublishAsync(BusTopic.Presence, new(BusKind.Presence, "one", System.Text.Encoding.UTF8.GetBytes(payload)));
        _one.Presence.Enter("c-3", Tom);
        await AssertSeenAsync(0, "Jenny (2), Tom (1)");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crashed_node_leaves_no_ghosts_even_if_nobody_hears_of_its_end(bool busLosesEverything)
    {
        var three = await _cluster.StartNodeAsync("three");
        _one.Presence.Enter("c-1", Jenny);
        three.Presence.Enter("c-2", Jenny);
        three.Presence.Enter("c-3", Tom);
        three.Presence.Enter("c-4", null);
        await AssertSeenAsync(1, "Jenny (2), Tom (1)");
        _cluster.Bus.LosesEverything = busLosesEverything;
        await three.CrashAsync();
        await _cluster.EndLeaseAsync(three);
        await AssertSeenAsync(0, "Jenny (1)");
        Assert.False(await _cluster.Redis.KeyExistsAsync(_cluster.Keys.Presence(three.Id)));
    }

    [Fact]
    public async Task A_crash_is_forgotten_by_itself_within_the_lease_and_two_seconds()
    {
        var three = await _cluster.StartNodeAsync("three", configure: options => (options.LeaseTime, options.RenewInterval) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(0.5)));
        three.Presence.Enter("c-1", Jenny);
        await AssertSeenAsync(0, "Jenny (1)");
        var crashed = TimeProvider.System.GetTimestamp();
        await three.CrashAsync();
        await AssertSeenAsync(0, "");
        Assert.InRange(TimeProvider.System.GetElapsedTime(crashed).TotalSeconds, 0, 4);
    }

    [Fact]
    public async Task A_node_that_stops_in_order_is_gone_at_once()
    {
        _two.Presence.Enter("c-1", Jenny);
        await AssertSeenAsync(0, "Jenny (1)");
        _cluster.Bus.Published.Clear();
        await _two.StopAsync();
        await Eventually.TrueAsync(() => Seen(_one) == (0, ""));
        Assert.Contains(_cluster.Bus.Published, published => PresenceDelta.Parse(published.Envelope.Payload.Span) is { Users: [{ Places: 0 }] } delta && delta.Node == _two.Id);
    }

    [Fact]
    public async Task A_node_that_wakes_up_after_it_was_reaped_is_seen_again_with_all_that_happened()
    {
        var sleeper = await _cluster.StartNodeAsync("sleeper", configure: options => (options.RenewInterval, options.CheckInterval) = (TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(2)));
        sleeper.Presence.Enter("c-1", Jenny);
        sleeper.Presence.Enter("c-2", Tom);
        await AssertSeenAsync(0, "Jenny (1), Tom (1)");
        var reaped = new TaskCompletionSource();
        _one.Watch.Reaped += _ => reaped.TrySetResult();
        _two.Watch.Reaped += _ => reaped.TrySetResult();
        await _cluster.EndLeaseAsync(sleeper);
        await reaped.Task.WaitAsync(TimeSpan.FromSeconds(10));
        sleeper.Presence.Leave("c-2");
        sleeper.Presence.Enter("c-3", Jenny);
        await AssertSeenAsync(0, "Jenny (2)");
        Assert.Equal((0, "Jenny (2)"), Seen(sleeper));
    }

    [Fact]
    public async Task After_Redis_lost_everything_all_are_online_as_before_without_a_gap()
    {
        var gaps = new ConcurrentQueue<PresenceFrame>();
        _one.Presence.Enter("c-1", Jenny);
        _two.Presence.Enter("c-2", Tom);
        await AssertSeenAsync(0, "Jenny (1), Tom (1)");
        await Eventually.TrueAsync(async () => await _cluster.Redis.HashLengthAsync(_cluster.Keys.Presence(_two.Id)) > 2);
        _one.Presence.Changed += frame =>
        {
            if (frame.Users.Any(user => user.Places == 0))
                gaps.Enqueue(frame);
        };
        await _cluster.WipeAsync();
        await Eventually.TrueAsync(async () => await _cluster.Redis.HashExistsAsync(_cluster.Keys.Presence(_one.Id), Jenny.Id.ToString("N"))
            && await _cluster.Redis.HashExistsAsync(_cluster.Keys.Presence(_two.Id), Tom.Id.ToString("N")));
        _two.Presence.Enter("c-3", Jenny);
        await AssertSeenAsync(0, "Jenny (2), Tom (1)");
        Assert.Empty(gaps);
    }

    [Fact]
    public async Task A_column_that_Redis_brought_back_from_an_old_snapshot_is_written_anew()
    {
        _one.Presence.Enter("c-1", Jenny);
        await AssertSeenAsync(0, "Jenny (1)");
        var old = await _cluster.Redis.HashGetAllAsync(_cluster.Keys.Presence(_one.Id));
        _one.Presence.Enter("c-2", Tom);
        await AssertSeenAsync(0, "Jenny (1), Tom (1)");
        await _cluster.Redis.KeyDeleteAsync(_cluster.Keys.Presence(_one.Id));
        await _cluster.Redis.HashSetAsync(_cluster.Keys.Presence(_one.Id), old);
        await Eventually.TrueAsync(async () => await _cluster.Redis.HashExistsAsync(_cluster.Keys.Presence(_one.Id), Tom.Id.ToString("N")));
        var late = await _cluster.StartNodeAsync("late");
        await Eventually.TrueAsync(() => Seen(late) == (0, "Jenny (1), Tom (1)"));
    }

    [Fact]
    public async Task A_cut_bus_costs_nothing_but_time()
    {
        var port = Assert.IsType<TestBus.Port>(_one.Bus);
        port.Cut();
        _one.Presence.Enter("c-1", Jenny);
        await AssertSeenAsync(0, "Jenny (1)");
        _two.Presence.Enter("c-2", Tom);
        await AssertSeenAsync(0, "Jenny (1), Tom (1)");
        port.Mend();
        _one.Presence.Leave("c-1");
        await AssertSeenAsync(0, "Tom (1)");
    }

    [Fact]
    public async Task Without_Redis_a_node_still_tells_who_is_on_it()
    {
        var frames = new ConcurrentQueue<PresenceFrame>();
        _two.Presence.Changed += frames.Enqueue;
        await _two.CrashAsync();
        _two.Presence.Enter("c-1", Jenny);
        await Eventually.TrueAsync(() => frames.Any(frame => frame.Users is [{ Nickname: "Jenny", Places: 1 }]));
    }

    [Fact]
    public async Task Who_may_return_is_not_seen_to_go_and_come_and_is_gone_where_they_do_not()
    {
        _one.Presence.Enter("c-1", Jenny);
        _one.Presence.Enter("c-2", Tom);
        await AssertSeenAsync(0, "Jenny (1), Tom (1)");
        var places = new ConcurrentQueue<int>();
        foreach (var node in new[] { _one, _two })
            node.Presence.Changed += frame => frame.Users.Where(user => user.Id == Jenny.Id).ToList().ForEach(user => places.Enqueue(user.Places));
        _one.Presence.Leave("c-1", mayReturn: true);
        _one.Presence.Leave("c-2");
        await AssertSeenAsync(0, "Jenny (1)");
        _one.Presence.Enter("c-3", Jenny); // on the same node
        _one.Presence.Enter("c-4", Tom);
        await AssertSeenAsync(0, "Jenny (1), Tom (1)");
        _one.Presence.Leave("c-3", mayReturn: true);
        _two.Presence.Enter("c-5", Jenny); // on another one
        _one.Presence.Leave("c-4");
        await AssertSeenAsync(0, "Jenny (1)");
        Assert.DoesNotContain(0, places);

        _two.Presence.Leave("c-5", mayReturn: true);
        await AssertSeenAsync(0, "");
        Assert.Contains(0, places);
    }

    [Fact]
    public async Task A_handler_that_throws_does_not_stop_the_next_frame()
    {
        var frames = new ConcurrentQueue<PresenceFrame>();
        _one.Presence.Changed += frame =>
        {
            frames.Enqueue(frame);
            throw new InvalidOperationException("a handler's fault");
        };
        _one.Presence.Enter("c-1", Jenny);
        await Eventually.TrueAsync(() => frames.Count == 1);
        _one.Presence.Enter("c-2", Tom);
        await Eventually.TrueAsync(() => frames.Count == 2);
    }

    [Fact]
    public async Task Changes_are_gathered_for_250_ms()
    {
        var time = new FakeTimeProvider();
        var frames = new ConcurrentQueue<PresenceFrame>();
        var node = await _cluster.StartNodeAsync("standing still", time);
        node.Presence.Changed += frames.Enqueue;
        for (var i = 0; i < 10; i++)
            node.Presence.Enter($"c-{i}", Jenny);
        node.Presence.Enter("guest", null);
        time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Empty(frames);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await Eventually.TrueAsync(() => !frames.IsEmpty);
        var frame = Assert.Single(frames);
        Assert.Equal(10, Assert.Single(frame.Users).Places);
        Assert.Equal((false, 1, 1), (frame.Full, frame.Guests, frame.Online));
    }

    private int Published => _cluster.Bus.Published.Count(published => published.Topic == BusTopic.Presence);

    private async Task AssertSeenAsync(int guests, string users)
    {
        foreach (var node in new[] { _one, _two })
            await Eventually.TrueAsync(() => Seen(node) == (guests, users));
    }

    private static (int Guests, string Users) Seen(TestNode node)
    {
        var snapshot = node.Presence.Snapshot();
        Assert.Equal(snapshot.Users.Count, snapshot.Online);
        return (snapshot.Guests, string.Join(", ", snapshot.Users.Select(user => $"{user.Nickname} ({user.Places})").Order()));
    }
}

public sealed class PresenceOnRedis(RealRedis server) : PresenceTests(server), IClassFixture<RealRedis>;

public sealed class PresenceOnGarnet(Garnet server) : PresenceTests(server), IClassFixture<Garnet>;

[OnRedisCluster]
public sealed class PresenceOnRedisCluster(ClusterOfRedis server) : PresenceTests(server), IClassFixture<ClusterOfRedis>;
