using Im.Core.Bus;
using Im.Core.Nodes;
using Im.Protocol;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Im.Core.Presence;

/// <summary>Brings this node's column to Redis and tells the others: one write and one publish for all that changed within an interval, however much it was.</summary>
internal sealed partial class PresenceWriter(
    OwnColumn column, NodeLease lease, IBus bus, IConnectionMultiplexer redis, RedisKeys keys, TimeProvider time, ILogger<RedisPresence> logger)
{
    private readonly LeasedHash _hash = new(keys.Presence, lease, keys, redis.GetDatabase(), time);
    private bool _away;

    public async Task RunAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
            await WriteAsync(cancellationToken);
    }

    /// <summary>Does not throw: what could not be written or told is written at a later call, and found by the others' checks.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<OnlineUser> users = [];
            var guests = 0;
            var written = await _hash.WriteAsync(all =>
            {
                (var fields, users, guests) = column.Collect(all);
                return fields;
            }, cancellationToken);
            _away = false;
            if (written is { } write)
                await PublishAsync(new(lease.Identity.Id, write.Version, guests) { Users = write.Whole ? null : users }, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (!_away)
                LogAway(exception);
            _away = true;
        }
    }

    public async Task PublishAsync(PresenceDelta delta, CancellationToken cancellationToken) =>
        await bus.PublishAsync(BusTopic.Presence, new(BusKind.Presence, lease.Identity.Name, delta.ToUtf8()), cancellationToken);

    [LoggerMessage(3200, LogLevel.Warning, "The other nodes see no presence changes of this one until Redis takes them")]
    private partial void LogAway(Exception exception);
}
