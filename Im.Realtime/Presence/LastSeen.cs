using Im.Core.Data;
using Im.Core.People;

namespace Im.Realtime.Presence;

/// <summary>
/// Stores when people came to this node and when their last connection here ended: gathered for a second, then one statement for all of them. Nothing is stored for what they say.
/// Without the database it is kept for the next second; what a node had not stored when it crashed is lost, and the time of their coming stays.
/// </summary>
internal sealed class LastSeen(IPeopleStore people, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan GatherTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private HashSet<Guid> _seen = [];

    public void Note(Guid userId)
    {
        lock (_gate)
            _seen.Add(userId);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAny(StoreAsync(), Task.Delay(LastWait, time, CancellationToken.None)); // a database that hangs holds up no stop
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(GatherTime, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await StoreAsync();
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task StoreAsync()
    {
        HashSet<Guid> seen;
        lock (_gate)
            (seen, _seen) = (_seen, []);
        if (seen.Count == 0)
            return;
        try
        {
            await people.SeeAsync(seen);
        }
        catch (StoreUnavailableException)
        {
            lock (_gate)
                _seen.UnionWith(seen);
        }
    }
}
