using System.Threading.Channels;
using Im.Core.Bus;
using Im.Core.Nodes;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Im.Core.Presence;

/// <summary>
/// Keeps the other nodes' columns. Deltas come over the bus; one that does not continue the version known makes the column be read from Redis, as does each check of
/// the nodes that finds another version there. Everything is handled in one loop, so that no answer of Redis can overtake a delta that came after it was asked.
/// </summary>
internal sealed partial class PresenceReader : IDisposable
{
    private readonly PresenceBoard _board;
    private readonly PresenceWriter _writer;
    private readonly NodeWatch _watch;
    private readonly IBus _bus;
    private readonly IDatabase _database;
    private readonly RedisKeys _keys;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _ownId;
    // What does not fit is no loss: the next delta leaves a hole, and the next check compares versions.
    private readonly Channel<Inbound> _inbox = Channel.CreateBounded<Inbound>(new BoundedChannelOptions(1_024) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public PresenceReader(
        PresenceBoard board, PresenceWriter writer, NodeLease lease, NodeWatch watch, IBus bus, IConnectionMultiplexer redis, RedisKeys keys, TimeProvider time,
        ILogger<RedisPresence> logger)
    {
        (_board, _writer, _watch, _bus, _database, _keys, _time, _logger, _ownId) = (board, writer, watch, bus, redis.GetDatabase(), keys, time, logger, lease.Identity.Id);
        _watch.Checked += OnChecked;
        _watch.Reaped += OnReaped;
        _bus.Reconnected += _watch.CheckSoon;
    }

    public void Dispose()
    {
        _watch.Checked -= OnChecked;
        _watch.Reaped -= OnReaped;
        _bus.Reconnected -= _watch.CheckSoon;
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var subscription = await SubscribeAsync(cancellationToken);
        _watch.CheckSoon();
        await foreach (var inbound in _inbox.Reader.ReadAllAsync(cancellationToken))
        {
            try
            {
                await HandleAsync(inbound, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
    }

    private async Task<IAsyncDisposable> SubscribeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await _bus.SubscribeAsync(BusTopic.Presence, OnEnvelope, cancellationToken);
            }
            catch (BusUnavailableException exception)
            {
                LogFailed(exception);
                await Task.Delay(TimeSpan.FromSeconds(1), _time, cancellationToken);
            }
        }
    }

    private void OnEnvelope(BusEnvelope envelope)
    {
        if (envelope.Kind == BusKind.Presence && PresenceDelta.Parse(envelope.Payload.Span) is { } delta && delta.Node != _ownId)
            _inbox.Writer.TryWrite(new(delta, null, null));
    }

    private void OnChecked(NodeCheck check) => _inbox.Writer.TryWrite(new(null, check, null));

    private void OnReaped(string node) => _inbox.Writer.TryWrite(new(null, null, node));

    private Task HandleAsync(Inbound inbound, CancellationToken cancellationToken)
    {
        if (inbound.Check is { } check)
            return CompareAsync(check, cancellationToken);
        if (inbound.Reaped is { } reaped)
        {
            _board.Drop(reaped);
            return _writer.PublishAsync(new(reaped, 0, 0) { Ended = true }, cancellationToken);
        }
        return HandleAsync(inbound.Delta!, cancellationToken);
    }

    private Task HandleAsync(PresenceDelta delta, CancellationToken cancellationToken)
    {
        if (delta.Ended)
        {
            // It may be back meanwhile: the nodes' leases tell, not an old message.
            _watch.CheckSoon();
            return Task.CompletedTask;
        }
        var known = _board.VersionOf(delta.Node);
        if (delta.Version <= known)
            return Task.CompletedTask;
        if (delta.Users is null || delta.Version != known + 1)
            return ReadAsync(delta.Node, cancellationToken);
        _board.Apply(delta.Node, delta.Version, [.. delta.Users], delta.Guests);
        return Task.CompletedTask;
    }

    private async Task CompareAsync(NodeCheck check, CancellationToken cancellationToken)
    {
        if (check.Settled)
            foreach (var node in _board.Nodes.Where(node => node != _ownId && !check.Live.Contains(node)))
                _board.Drop(node);
        string[] others = [.. check.Live.Where(node => node != _ownId)];
        var versions = await Task.WhenAll(others.Select(node => _database.HashGetAsync(_keys.Presence(node), LeasedHash.VersionField))).WaitAsync(cancellationToken);
        foreach (var (node, version) in others.Zip(versions))
            if (version.HasValue && !((long)version <= _board.VersionOf(node)))
                await ReadAsync(node, cancellationToken);
    }

    private async Task ReadAsync(string node, CancellationToken cancellationToken)
    {
        var (version, users, guests) = OwnColumn.Read(await _database.HashGetAllAsync(_keys.Presence(node)).WaitAsync(cancellationToken));
        // None: reaped, or lost and about to be written anew; the next check knows which.
        if (version is { } read && !(read < _board.VersionOf(node)))
            _board.Replace(node, read, users, guests);
    }

    [LoggerMessage(3201, LogLevel.Warning, "The other nodes' presence may be out of date until the next check")]
    private partial void LogFailed(Exception exception);

    private readonly record struct Inbound(PresenceDelta? Delta, NodeCheck? Check, string? Reaped);
}
