using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;

namespace Im.AppHost.Supervision;

/// <summary>Every process there is, and what becomes of it.</summary>
internal sealed class Replicas(ResourceNotificationService notifications) : BackgroundService
{
    private readonly ConcurrentDictionary<string, Replica> _known = [];

    public IEnumerable<Replica> All => _known.Values;

    /// <summary>Called in order, one at a time, with what was known before (null at first) and what is now.</summary>
    public event Action<Replica?, Replica>? Changed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in notifications.WatchAsync(stoppingToken))
        {
            var before = _known.GetValueOrDefault(change.ResourceId);
            var now = new Replica(change.Resource, change.ResourceId, change.Snapshot).After(before);
            _known[now.Id] = now;
            Changed?.Invoke(before, now);
        }
    }
}
