using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Im.Core.Bus;

/// <summary>
/// The bus on Redis pub/sub. Subscribing to and leaving a topic are serialised per topic (by one of <see cref="GateCount"/> gates), because StackExchange.Redis
/// may lose a subscription that begins while the last one on the same channel ends. In a cluster it is sharded pub/sub, and this class sees to it that no subscription is deaf for longer than the cluster
/// needs to replace a server: the client library does not notice one that hangs, and says nothing when it has subscribed elsewhere.
/// </summary>
internal sealed partial class RedisBus : IBus, IDisposable
{
    private const int GateCount = 64;
    private static readonly TimeSpan ConfirmRetryDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>Whoever hears of it looks for what was missed, which costs; several signs of one fault are one.</summary>
    private static readonly TimeSpan ReconnectedPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(1);
    private static readonly ParallelOptions Parallelism = new() { MaxDegreeOfParallelism = GateCount };

    /// <summary>In a cluster a server that hangs would keep a publish for as long as the client library waits for answers (5 s).</summary>
    private static readonly TimeSpan PublishLimit = TimeSpan.FromSeconds(2);

    private readonly IConnectionMultiplexer _redis;
    private readonly ISubscriber _subscriber;
    private readonly BusOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<RedisBus> _logger;
    private readonly ConcurrentDictionary<string, RedisTopic> _topics = new();
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, GateCount).Select(_ => new SemaphoreSlim(1))];
    private readonly CancellationTokenSource _disposed = new();
    private readonly RedisTopology _topology;
    private IReadOnlyList<string> _shardTags = [];
    private long _disturbances;
    private Task _configuring = Task.CompletedTask;
    private int _isConfirming;
    private bool _wasAmiss;

    public RedisBus(IConnectionMultiplexer redis, IOptions<BusOptions> options, TimeProvider time, ILogger<RedisBus> logger)
    {
        _redis = redis;
        _subscriber = redis.GetSubscriber();
        _options = options.Value;
        _time = time;
        _logger = logger;
        _topology = new(redis);
        redis.ConnectionRestored += OnConnectionRestored;
        redis.ConnectionFailed += OnConnectionFailed;
        redis.ConfigurationChanged += OnConfigurationChanged;
        redis.HashSlotMoved += OnHashSlotMoved;
    }

    public event Action? Reconnected;

    public event Action? Disturbed;

    public async ValueTask<long> PublishAsync(BusTopic topic, BusEnvelope envelope, CancellationToken cancellationToken = default)
    {
        try
        {
            // Otherwise the client library would keep it for seconds in the hope of a reconnect: the caller knows better what to do without Redis.
            if (!IsReachable(ChannelOf(topic)))
                throw new BusUnavailableException("Redis is not connected.");
            return await (RedisBundle.TryAdd(this, topic, envelope) ?? SendAsync(topic, envelope)).WaitAsync(_topology.IsCluster ? PublishLimit : Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (Exception exception) when (IsRedisAway(exception))
        {
            if (_topology.IsKnownCluster)
                Doubt();
            throw new BusUnavailableException("Redis did not take the envelope.", exception);
        }
    }

    /// <summary>One envelope, or several joined, with one command.</summary>
    internal async Task<long> SendAsync(BusTopic topic, BusEnvelope envelope, int count = 1)
    {
        var length = BusEnvelopeFormat.GetLength(envelope);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        BusEnvelopeFormat.Write(envelope, buffer);
        var receivers = await _subscriber.PublishAsync(ChannelOf(topic), (ReadOnlyMemory<byte>)buffer.AsMemory(0, length), Flags);
        // Only now: one that failed may still be waiting to be written.
        ArrayPool<byte>.Shared.Return(buffer);
        BusMetrics.Published.Add(count);
        return receivers;
    }

    public async ValueTask<IAsyncDisposable> SubscribeAsync(BusTopic topic, Action<BusEnvelope> handler, CancellationToken cancellationToken = default)
    {
        var gate = GateOf(topic);
        if (!await gate.WaitAsync(TimeSpan.FromSeconds(_options.SubscribeTimeoutSeconds), cancellationToken))
            throw new BusUnavailableException("Redis is slow to confirm subscriptions.");
        try
        {
            if (!_topics.TryGetValue(topic.Name, out var shared))
                shared = await OpenAsync(topic);
            else
                await ConfirmAsync(shared);
            shared.Add(handler);
        }
        catch (Exception exception) when (IsRedisAway(exception))
        {
            throw new BusUnavailableException("Redis did not confirm the subscription.", exception);
        }
        finally
        {
            gate.Release();
        }
        return new Subscription(this, topic, handler);
    }

    private async Task<RedisTopic> OpenAsync(BusTopic topic)
    {
        var opened = new RedisTopic(topic.Name, ChannelOf(topic), _logger);
        if (_topology.IsCluster && !IsReachable(opened.Channel))
            throw RedisTopology.Away("The topic's shard is not connected.");
        try
        {
            // Completes when Redis' confirmation has come.
            var queue = await _subscriber.SubscribeAsync(opened.Channel, Flags);
            queue.OnMessage(opened.Receive);
        }
        catch (Exception exception) when (IsRedisAway(exception))
        {
            // The library has registered a queue all the same, would subscribe it later, and fill it with nobody reading.
            _subscriber.Unsubscribe(opened.Channel, flags: CommandFlags.FireAndForget);
            throw;
        }
        _topics[topic.Name] = opened;
        BusMetrics.Topics.Add(1);
        return opened;
    }

    private async ValueTask UnsubscribeAsync(BusTopic topic, Action<BusEnvelope> handler)
    {
        var gate = GateOf(topic);
        await gate.WaitAsync();
        try
        {
            if (!_topics.TryGetValue(topic.Name, out var shared))
                return;
            shared.Remove(handler);
            if (!shared.IsUnused)
                return;
            _topics.TryRemove(topic.Name, out _);
            BusMetrics.Topics.Add(-1);
            await _subscriber.UnsubscribeAsync(shared.Channel);
        }
        catch (Exception exception) when (IsRedisAway(exception))
        {
            LogUnsubscribeFailed(exception, topic.Name);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Something looks amiss: a probe is out, a publish got no answer.</summary>
    internal void Doubt()
    {
        if (_topology.IsKnownCluster)
            Disturb(isSign: false);
        else
            _ = Task.Run(() => Disturbed?.Invoke()); // one server: a connection that is lost says so, or comes back as it was
    }

    /// <summary>The topics through which a node probes the bus: its own, in a cluster one through each shard, as of the last look at it.</summary>
    internal IReadOnlyList<BusTopic> ProbesOf(string nodeId) =>
        !_topology.IsCluster ? [BusTopic.Node(nodeId)] : [.. _shardTags.Select(tag => BusTopic.Probe(nodeId, tag))];

    /// <summary>Asks a cluster who serves what. While a shard is away, those known from before stay.</summary>
    /// <returns>Whether every slot is served by a master that answers and is subscribed at.</returns>
    internal async Task<bool> LookAsync()
    {
        if (!_topology.IsCluster)
            return true;
        var shards = await _topology.AskAsync(AskLimit);
        if (!shards.IsWhole)
            return false;
        _shardTags = shards.Tags;
        if (shards.Tags.All(tag => _redis.GetServer((RedisKey)$"{{{tag}}}") is { IsConnected: true, IsReplica: false }))
            return true;
        // To the client library one that has just become a master is still a replica, at which it does not subscribe. Not waited for: it asks also those who do not answer.
        if (_configuring.IsCompleted)
            _configuring = _redis.ConfigureAsync();
        return false;
    }

    // In a cluster a server that died does not come back under its address: ConnectionRestored is not raised then.
    private void OnConnectionRestored(object? sender, ConnectionFailedEventArgs args) => Disturb(isSign: true);

    private void OnConnectionFailed(object? sender, ConnectionFailedEventArgs args)
    {
        if (args.FailureType == ConnectionFailureType.UnableToConnect)
            return; // one that is away is still away
        if (_topology.IsKnownCluster)
            Disturb(isSign: true);
        else
            _ = Task.Run(() => Disturbed?.Invoke());
    }

    private void OnConfigurationChanged(object? sender, EndPointEventArgs args)
    {
        if (_topology.IsKnownCluster)
            Disturb(isSign: false);
    }

    private void OnHashSlotMoved(object? sender, HashSlotMovedEventArgs args)
    {
        if (_topology.IsKnownCluster)
            Disturb(isSign: true);
    }

    /// <param name="isSign">Something was lost. Else it has to show.</param>
    private void Disturb(bool isSign)
    {
        if (isSign)
            Volatile.Write(ref _wasAmiss, true);
        Interlocked.Increment(ref _disturbances);
        _ = Task.Run(() =>
        {
            Disturbed?.Invoke();
            return Interlocked.Exchange(ref _isConfirming, 1) == 0 ? ConfirmSubscriptionsAsync() : Task.CompletedTask;
        });
    }

    /// <summary>Tries until every subscription is confirmed and nothing was amiss meanwhile. One at a time.</summary>
    private async Task ConfirmSubscriptionsAsync()
    {
        string? said = null;
        while (!_disposed.IsCancellationRequested)
        {
            var seen = Volatile.Read(ref _disturbances);
            try
            {
                await TryConfirmSubscriptionsAsync();
            }
            catch (Exception exception)
            {
                if (said != exception.Message)
                    LogConfirmFailed(exception);
                said = exception.Message;
                Volatile.Write(ref _wasAmiss, true);
                await Task.Delay(ConfirmRetryDelay, _time);
                continue;
            }
            if (seen != Volatile.Read(ref _disturbances))
                continue;
            if (Interlocked.Exchange(ref _wasAmiss, false))
            {
                OnReconnected();
                await Task.Delay(ReconnectedPause, _time);
            }
            Volatile.Write(ref _isConfirming, 0);
            if (seen == Volatile.Read(ref _disturbances) || Interlocked.Exchange(ref _isConfirming, 1) != 0)
                return;
        }
    }

    /// <summary>
    /// The library subscribes again by itself but does not wait for Redis' answers. On one server a ping on the same connection comes back after them, and a topic that then has no server is subscribed
    /// here. In a cluster that says nothing of the other shards: there each topic is subscribed where its slot is served now.
    /// </summary>
    private async Task TryConfirmSubscriptionsAsync()
    {
        if (!_topology.IsCluster)
            await _subscriber.PingAsync();
        else if (!await LookAsync())
            throw RedisTopology.Away("A shard of the cluster is away.");
        await Parallel.ForEachAsync(_topics.Keys, Parallelism, async (name, _) => await ConfirmAsync(new BusTopic(name)));
    }

    private void OnReconnected()
    {
        BusMetrics.Reconnects.Add(1);
        LogReconnected(_topics.Count);
        try
        {
            Reconnected?.Invoke();
        }
        catch (Exception exception)
        {
            LogReconnectedHandlerFailed(exception);
        }
    }

    private async Task ConfirmAsync(BusTopic topic)
    {
        var gate = GateOf(topic);
        await gate.WaitAsync();
        try
        {
            if (_topics.TryGetValue(topic.Name, out var shared))
                await ConfirmAsync(shared);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Called only while the topic's gate is held.</summary>
    private async Task ConfirmAsync(RedisTopic topic)
    {
        // Null from the loss of the connection until Redis has confirmed the channel again. In a cluster it may still be the server that served the slot before.
        var before = _subscriber.SubscribedEndpoint(topic.Channel);
        if (before is not null && !_topology.IsCluster)
            return;
        if (!IsReachable(topic.Channel))
            throw RedisTopology.Away("The topic's server is not connected.");
        try
        {
            // A second, empty handler makes the library subscribe where it is not, or not in the right place, and wait; the topic's queue stays as it is.
            await _subscriber.SubscribeAsync(topic.Channel, Ignore, Flags);
        }
        finally
        {
            await _subscriber.UnsubscribeAsync(topic.Channel, Ignore);
        }
        if (!Equals(before, _subscriber.SubscribedEndpoint(topic.Channel)))
            Volatile.Write(ref _wasAmiss, true);
    }

    private static void Ignore(RedisChannel channel, RedisValue value)
    {
    }

    private bool IsReachable(RedisChannel channel) => _topology.IsCluster ? _subscriber.IsConnected(channel) : _redis.IsConnected;

    /// <summary>In a cluster every topic lives on the shard of its name: its messages cost that shard alone. Elsewhere sharded channels do not exist (Garnet), or are the same.</summary>
    /// <exception cref="RedisConnectionException">No server has answered yet.</exception>
    private RedisChannel ChannelOf(BusTopic topic) =>
        _topology.IsCluster ? RedisChannel.Sharded(_options.ChannelPrefix + topic.Name) : RedisChannel.Literal(_options.ChannelPrefix + topic.Name);

    /// <summary>A replica would take a subscription too, for as long as its master is not connected: there would be two then, and everything would come twice.</summary>
    private CommandFlags Flags => _topology.IsCluster ? CommandFlags.DemandMaster : CommandFlags.None;

    private SemaphoreSlim GateOf(BusTopic topic) => _gates[(uint)topic.Name.GetHashCode() % GateCount];

    private static bool IsRedisAway(Exception exception) => exception is RedisException or TimeoutException or ObjectDisposedException || RedisFailure.IsUnavailable(exception);

    public void Dispose()
    {
        _redis.ConnectionRestored -= OnConnectionRestored;
        _redis.ConnectionFailed -= OnConnectionFailed;
        _redis.ConfigurationChanged -= OnConfigurationChanged;
        _redis.HashSlotMoved -= OnHashSlotMoved;
        _disposed.Cancel();
    }

    private sealed class Subscription(RedisBus bus, BusTopic topic, Action<BusEnvelope> handler) : IAsyncDisposable
    {
        private int _disposed;

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _disposed, 1) == 0 ? bus.UnsubscribeAsync(topic, handler) : default;
    }

    [LoggerMessage(1210, LogLevel.Information, "Redis is back: {Topics} subscriptions confirmed")]
    private partial void LogReconnected(int topics);

    [LoggerMessage(1211, LogLevel.Warning, "Redis does not confirm the subscriptions; trying on")]
    private partial void LogConfirmFailed(Exception exception);

    [LoggerMessage(1212, LogLevel.Error, "A handler of the bus' reconnect failed")]
    private partial void LogReconnectedHandlerFailed(Exception exception);

    [LoggerMessage(1213, LogLevel.Debug, "Redis did not answer the end of the subscription to {Topic}; it ends with the connection")]
    private partial void LogUnsubscribeFailed(Exception exception, string topic);
}
