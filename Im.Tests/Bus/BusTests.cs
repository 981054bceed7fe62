using System.Collections.Concurrent;
using Im.Core;
using Im.Core.Bus;
using Im.Core.Rounds;
using Im.Tests.Fixtures;
using StackExchange.Redis;

namespace Im.Tests.Bus;

/// <summary>What a bus has to do, whichever server is behind it.</summary>
public abstract class BusTests(string server) : IAsyncLifetime
{
    private readonly string _prefix = BusNode.NewPrefix();
    private readonly TcpRelay _relay = BusNode.RelayTo(server);
    private BusNode _one = null!;
    private BusNode _two = null!;

    protected string Prefix => _prefix;

    public async Task InitializeAsync()
    {
        _one = await BusNode.StartAsync(_prefix, server);
        _two = await BusNode.StartAsync(_prefix, server, _relay);
    }

    [Fact]
    public async Task Fifty_thousand_envelopes_arrive_on_the_other_node_in_order()
    {
        const int Count = 50_000;
        var received = new List<long>();
        var all = new TaskCompletionSource();
        await using var subscription = await _two.Bus.SubscribeAsync(BusTopic.Presence, envelope =>
        {
            received.Add(envelope.Seq);
            if (received.Count == Count)
                all.TrySetResult();
        });

        var published = new List<Task<long>>(Count);
        for (var seq = 1; seq <= Count; seq++)
            published.Add(_one.Bus.PublishAsync(BusTopic.Presence, Frame(seq)).AsTask());
        Assert.All(await Task.WhenAll(published), receivers => Assert.Equal(1, receivers));
        await all.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(Enumerable.Range(1, Count).Select(seq => (long)seq), received);
    }

    [Fact]
    public async Task What_one_round_publishes_to_a_topic_arrives_in_order_with_one_message_of_Redis()
    {
        var (one, other) = (BusTopic.User(Guid.NewGuid()), BusTopic.User(Guid.NewGuid()));
        var received = new ConcurrentQueue<(BusTopic Topic, long Seq)>();
        await using var first = await _two.Bus.SubscribeAsync(one, envelope => received.Enqueue((one, envelope.Seq)));
        await using var second = await _two.Bus.SubscribeAsync(other, envelope => received.Enqueue((other, envelope.Seq)));
        await using var redis = await ConnectionMultiplexer.ConnectAsync(server);
        var messages = new ConcurrentQueue<RedisValue>();
        await redis.GetSubscriber().SubscribeAsync(ChannelOf(redis, one), (_, message) => messages.Enqueue(message));

        var published = new List<Task<long>>();
        Round.Run(published, tasks =>
        {
            for (var seq = 1; seq <= 100; seq++)
                tasks.AddRange(_one.Bus.PublishAsync(one, Frame(seq)).AsTask(), _one.Bus.PublishAsync(other, Frame(-seq)).AsTask());
        });
        await Task.WhenAll(published);
        Assert.Equal([2, 1], published.Take(2).Select(task => task.Result));
        await Eventually.TrueAsync(() => received.Count == 200);
        Assert.Equal(Enumerable.Range(1, 100).Select(seq => (long)seq), received.Where(message => message.Topic == one).Select(message => message.Seq));
        Assert.Equal(Enumerable.Range(1, 100).Select(seq => (long)-seq), received.Where(message => message.Topic == other).Select(message => message.Seq));
        Assert.Single(messages);

        // Its thread is as it was: what is published afterwards waits for no end.
        Assert.Equal(1, await _one.Bus.PublishAsync(other, Frame(7)).AsTask().WaitAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task What_is_published_right_after_subscribing_arrives()
    {
        for (var i = 0; i < 1_000; i++)
        {
            var topic = new BusTopic($"t{i}");
            var received = new TaskCompletionSource<BusEnvelope>();
            await using var subscription = await _two.Bus.SubscribeAsync(topic, envelope => received.TrySetResult(envelope));
            Assert.Equal(1, await _one.Bus.PublishAsync(topic, Frame(i)));
            Assert.Equal(i, (await received.Task.WaitAsync(TimeSpan.FromSeconds(5))).Seq);
        }
    }

    [Fact]
    public async Task Subscriptions_to_one_topic_share_a_channel_until_the_last_one_ends()
    {
        var topic = BusTopic.User(Guid.NewGuid());
        var received = new ConcurrentQueue<string>();
        var first = await _one.Bus.SubscribeAsync(topic, _ => received.Enqueue("first"));
        var second = await _one.Bus.SubscribeAsync(topic, _ => received.Enqueue("second"));

        Assert.Equal(1, await _two.Bus.PublishAsync(topic, Frame(1)));
        await Eventually.TrueAsync(() => received.Count == 2);
        await first.DisposeAsync();
        await first.DisposeAsync();
        Assert.Equal(1, await _two.Bus.PublishAsync(topic, Frame(2)));
        await Eventually.TrueAsync(() => received.Count == 3);
        Assert.Equal("second", received.Last());
        await second.DisposeAsync();
        Assert.Equal(0, await _two.Bus.PublishAsync(topic, Frame(3)));
    }

    [Fact]
    public async Task Subscribing_and_leaving_one_topic_from_many_sides_never_loses_the_ones_who_stay()
    {
        var topic = BusTopic.User(Guid.NewGuid());
        await Parallel.ForAsync(0, 500, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var received = new TaskCompletionSource();
            await using var subscription = await _one.Bus.SubscribeAsync(topic, envelope =>
            {
                if (envelope.Seq == i)
                    received.TrySetResult();
            });
            await _two.Bus.PublishAsync(topic, Frame(i));
            await received.Task.WaitAsync(TimeSpan.FromSeconds(5));
        });
        Assert.Equal(0, await _two.Bus.PublishAsync(topic, Frame(0)));
    }

    [Fact]
    public async Task A_handler_that_throws_disturbs_neither_the_others_nor_what_comes_next()
    {
        var received = new ConcurrentQueue<long>();
        await using var bad = await _one.Bus.SubscribeAsync(BusTopic.Presence, _ => throw new InvalidOperationException("on purpose"));
        await using var good = await _one.Bus.SubscribeAsync(BusTopic.Presence, envelope => received.Enqueue(envelope.Seq));
        await _two.Bus.PublishAsync(BusTopic.Presence, Frame(1));
        await _two.Bus.PublishAsync(BusTopic.Presence, Frame(2));
        await Eventually.TrueAsync(() => received.Count == 2);
    }

    [Fact]
    public async Task Garbage_and_what_a_newer_node_says_is_passed_over()
    {
        var received = new ConcurrentQueue<long>();
        await using var subscription = await _one.Bus.SubscribeAsync(BusTopic.Presence, envelope => received.Enqueue(envelope.Seq));
        await using var redis = await ConnectionMultiplexer.ConnectAsync(server);
        var channel = ChannelOf(redis, BusTopic.Presence);
        var newer = new byte[BusEnvelopeFormat.GetLength(Frame(7))];
        BusEnvelopeFormat.Write(Frame(7), newer);
        newer[0] = 2;
        foreach (var bytes in new byte[][] { [], [1], "hello"u8.ToArray(), newer })
            Assert.Equal(1, await redis.GetSubscriber().PublishAsync(channel, bytes));

        await _two.Bus.PublishAsync(BusTopic.Presence, new((BusKind)200, "node", default));
        await _two.Bus.PublishAsync(BusTopic.Presence, Frame(8));
        await Eventually.TrueAsync(() => !received.IsEmpty);
        Assert.Equal([8L], received);
    }

    [Fact]
    public async Task After_its_connections_were_cut_the_bus_says_when_every_subscription_is_confirmed_again()
    {
        var received = new ConcurrentQueue<long>();
        var topics = Enumerable.Range(0, 200).Select(i => new BusTopic($"t{i}")).ToList();
        foreach (var topic in topics)
            await _two.Bus.SubscribeAsync(topic, envelope => received.Enqueue(envelope.Seq));
        for (var round = 0; round < 3; round++)
        {
            var reconnected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            void OnReconnected() => reconnected.TrySetResult();
            _two.Bus.Reconnected += OnReconnected;
            await CutAsync();
            await reconnected.Task.WaitAsync(TimeSpan.FromSeconds(30));
            _two.Bus.Reconnected -= OnReconnected;

            received.Clear();
            foreach (var topic in topics)
                Assert.Equal(1, await _one.Bus.PublishAsync(topic, Frame(round)));
            await Eventually.TrueAsync(() => received.Count == topics.Count);
        }
    }

    /// <summary>The second node's connections.</summary>
    protected virtual Task CutAsync()
    {
        _relay.Cut();
        return Task.CompletedTask;
    }

    private RedisChannel ChannelOf(ConnectionMultiplexer redis, BusTopic topic) =>
        new RedisTopology(redis).IsCluster ? RedisChannel.Sharded(_prefix + topic) : RedisChannel.Literal(_prefix + topic);

    private static BusEnvelope Frame(long seq) => new(BusKind.Frame, "node", "{}"u8.ToArray()) { Seq = seq };

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _relay.DisposeAsync();
    }
}

public sealed class BusOnRedis() : BusTests(TestServers.Redis);

public sealed class BusOnGarnet() : BusTests(TestServers.Garnet);

[OnRedisCluster]
public sealed class BusOnRedisCluster() : BusTests(RedisCluster.Shared.ConnectionString)
{
    // Of a cluster a client knows the servers themselves, past the relay.
    protected override Task CutAsync() => RedisCluster.Shared.CutAsync(Prefix.TrimEnd(':'));

    [Fact]
    public async Task Another_database_than_0_is_refused_in_one_sentence()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => BusNode.StartAsync(Prefix, $"{RedisCluster.Shared.ConnectionString},defaultDatabase=1"));
        Assert.StartsWith("A Redis Cluster has database 0 alone: take defaultDatabase out of the connection string", refusal.Message);
    }
}
