using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Im.Core.Bus;

/// <summary>
/// The bus on Redis pub/sub. Subscribing to and leaving a topic are serialised per topic (by one of <see cref="GateCount"/> gates), because StackExchange.Redis
/// may lose a subscription that begins while the last one on the same channel ends.
/// </summary>
internal sealed partial class RedisBus : IBus, IDisposable
{
    private const int GateCount = 64;
    private static readonly TimeSpan ConfirmRetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly IConnectionMultiplexer _redis;
    private readonly ISubscriber _subscriber;
    private readonly BusOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<RedisBus> _logger;
    private readonly ConcurrentDictionary<string, RedisTopic> _topics = new();
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, GateCount).Select(_ => new SemaphoreSlim(1))];
    private readonly CancellationTokenSource _disposed = new();
    private int _connectionGeneration;

    public RedisBus(IConnectionMultiplexer redis, IOptions<BusOptions> options, TimeProvider time, ILogger<RedisBus> logger)
    {
        _redis = redis;
        _subscriber = redis.GetSubscriber();
        _options = options.Value;
        _time = time;
        _logger = logger;
        redis.ConnectionRestored += OnConnectionRestored;
    }

    public event Action? Reconnected;

    public async ValueTask<long> PublishAsync(BusTopic topic, BusEnvelope envelope, CancellationToken cancellationToken = default)
    {
        // Otherwise the client library would keep it for seconds in the hope of a reconnect: the caller knows better what to do without Redis.
        if (!_redis.IsConnected)
            throw new BusUnavailableException("Redis is not connected.");
        try
        {
            return await (RedisBundle.TryAdd(this, topic, envelope) ?? SendAsync(topic, envelope)).WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (IsRedisAway(exception))
        {
            throw new BusUnavailableException("Redis did not take the envelope.", exception);
        }
    }

    /// <summary>One envelope, or several joined, with one command.</summary>
    internal async Task<long> SendAsync(BusTopic topic, BusEnvelope envelope, int count = 1)
    {
        var length = BusEnvelopeFormat.GetLength(envelope);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        BusEnvelopeFormat.Write(envelope, buffer);
        var receivers = await _subscriber.PublishAsync(ChannelOf(topic), (ReadOnlyMemory<byte>)buffer.AsMemory(0, length));
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
        try
        {
            // Completes when Redis' confirmation has come.
            var queue = await _subscriber.SubscribeAsync(opened.Channel);
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

    private void OnConnectionRestored(object? sender, ConnectionFailedEventArgs restored)
    {
        var generation = Interlocked.Increment(ref _connectionGeneration);
        _ = Task.Run(() => ConfirmSubscriptionsAsync(generation));
    }

    /// <summary>
    /// The library subscribes again by itself but does not wait for Redis' answers. A ping on the same connection comes back after them; a topic that then has no server is
    /// subscribed here. Tries until it has succeeded or the connection was lost again, which begins it anew.
    /// </summary>
    private async Task ConfirmSubscriptionsAsync(int generation)
    {
        while (generation == Volatile.Read(ref _connectionGeneration) && !_disposed.IsCancellationRequested)
        {
            try
            {
                await _subscriber.PingAsync();
                foreach (var name in _topics.Keys)
                    await ConfirmAsync(new BusTopic(name));
                if (generation != Volatile.Read(ref _connectionGeneration))
                    return;
                BusMetrics.Reconnects.Add(1);
                LogReconnected(_topics.Count);
                Reconnected?.Invoke();
                return;
            }
            catch (Exception exception) when (IsRedisAway(exception))
            {
                LogConfirmFailed(exception);
                await Task.Delay(ConfirmRetryDelay, _time);
            }
            catch (Exception exception)
            {
                LogReconnectedHandlerFailed(exception);
                return;
            }
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
        // Null from the loss of the connection until Redis has confirmed the channel again.
        if (_subscriber.SubscribedEndpoint(topic.Channel) is not null)
            return;
        try
        {
            // A second, empty handler makes the library subscribe and wait; the topic's queue stays as it is.
            await _subscriber.SubscribeAsync(topic.Channel, Ignore);
        }
        finally
        {
            await _subscriber.UnsubscribeAsync(topic.Channel, Ignore);
        }
    }

    private static void Ignore(RedisChannel channel, RedisValue value)
    {
    }

    private RedisChannel ChannelOf(BusTopic topic) => RedisChannel.Literal(_options.ChannelPrefix + topic.Name);

    private SemaphoreSlim GateOf(BusTopic topic) => _gates[(uint)topic.Name.GetHashCode() % GateCount];

    private static bool IsRedisAway(Exception exception) => exception is RedisException or RedisTimeoutException or ObjectDisposedException;

    public void Dispose()
    {
        _redis.ConnectionRestored -= OnConnectionRestored;
        _disposed.Cancel();
    }

    private sealed class Subscription(RedisBus bus, BusTopic topic, Action<BusEnvelope> handler) : IAsyncDisposable
    {
        private int _disposed;

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _disposed, 1) == 0 ? bus.UnsubscribeAsync(topic, handler) : default;
    }

    [LoggerMessage(1210, LogLevel.Information, "Redis is back: {Topics} subscriptions confirmed")]
    private partial void LogReconnected(int topics);

    [LoggerMessage(1211, LogLevel.Warning, "Redis came back but did not confirm the subscriptions; trying again")]
    private partial void LogConfirmFailed(Exception exception);

    [LoggerMessage(1212, LogLevel.Error, "A handler of the bus' reconnect failed")]
    private partial void LogReconnectedHandlerFailed(Exception exception);

    [LoggerMessage(1213, LogLevel.Debug, "Redis did not answer the end of the subscription to {Topic}; it ends with the connection")]
    private partial void LogUnsubscribeFailed(Exception exception, string topic);
}
