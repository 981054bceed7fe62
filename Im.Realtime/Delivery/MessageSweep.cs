using Im.Core.Bus;
using Im.Core.Data;
using Im.Core.Messages;

namespace Im.Realtime.Delivery;

/// <summary>
/// Asks the store once a second what is new, and at once when the bus is disturbed, and tells the feeds what they must come to have. Nearly always the bus has brought it already; what it lost, or could not
/// carry while Redis was away, goes out from here. So delivery between nodes needs Redis to be fast, not to happen.
/// </summary>
internal sealed partial class MessageSweep(
    IEventStore store, StoreEpoch epoch, IBus bus, Lobby lobby, UserRoutes routes, RoomRoutes rooms, FeedFactory feeds, NodeMetrics metrics, TimeProvider time, ILogger<MessageSweep> log) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopped = new();
    private readonly SemaphoreSlim _sooner = new(0);
    private Task _running = Task.CompletedTask;
    private bool _isAnother;

    /// <summary>Nothing that is stored after this is missed. Before anything else asks where a conversation stands.</summary>
    public async Task MarkAsync(CancellationToken cancellationToken) =>
        feeds.Mark = (await store.ReadChangesAsync(since: null, cancellationToken)).Mark;

    /// <summary>Called when the store is another one than it was, its <see cref="StoreEpoch"/> with it; again until it does not fail.</summary>
    public Func<CancellationToken, Task>? StartOver { get; set; }

    public void Start()
    {
        bus.Reconnected += Hasten;
        bus.Disturbed += Hasten;
        epoch.MayHaveChanged += Hasten;
        using (ExecutionContext.SuppressFlow())
            _running = Task.Run(RunAsync, CancellationToken.None);
    }

    private void Hasten() => _sooner.Release();

    private async Task RunAsync()
    {
        var failing = false;
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                if (await _sooner.WaitAsync(Interval, _stopped.Token))
                    while (_sooner.Wait(0)) ; // however many signs came
                await SweepAsync();
                failing = false;
            }
            catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
            {
            }
            catch (Exception e)
            {
                if (!failing)
                    LogFailed(log, e);
                failing = true;
            }
        }
    }

    private async Task SweepAsync()
    {
        var started = time.GetTimestamp();
        var changes = await store.ReadChangesAsync(feeds.Mark, _stopped.Token);
        if (_isAnother || changes.Timeline != epoch.Timeline || changes.Epoch != epoch.Current || changes.Mark < feeds.Mark)
        {
            await StartOverAsync(wentBack: changes.Mark < feeds.Mark);
            return;
        }
        foreach (var change in changes.Conversations)
        {
            if (change.Conversation.IsLobby)
                lobby.Expect(change);
            else if (change.User is null)
                rooms.Expect(change);
            if (change.User is { } user)
                routes.Expect(user, change);
            if (change.Peer is { } peer)
                routes.Expect(peer, change);
        }
        feeds.Mark = changes.Mark;
        metrics.Swept(time.GetElapsedTime(started));
    }

    // Transaction numbers may have begun lower than where the mark stands, and sequences that clients have seen be given again. Whether a promotion has lost something cannot be told from the server that was promoted.
    private async Task StartOverAsync(bool wentBack)
    {
        var (before, timeline) = (epoch.Current, epoch.Timeline);
        await epoch.ReadAsync(_stopped.Token);
        if (wentBack && !_isAnother && epoch.Current == before)
            await epoch.RenewAsync(_stopped.Token);
        if (epoch.Current != before)
            LogAnother(log, timeline, epoch.Timeline);
        _isAnother |= epoch.Current != before;
        if (!_isAnother)
            return;
        await (StartOver?.Invoke(_stopped.Token) ?? Task.CompletedTask);
        _isAnother = false;
    }

    public async ValueTask DisposeAsync()
    {
        bus.Reconnected -= Hasten;
        bus.Disturbed -= Hasten;
        epoch.MayHaveChanged -= Hasten;
        await _stopped.CancelAsync();
        await _running;
    }

    [LoggerMessage(422, LogLevel.Warning, "The store is another one than it was (timeline {Before}, now {Timeline}): what was stored last may be lost, and clients start over.")]
    private static partial void LogAnother(ILogger logger, int before, int timeline);

    [LoggerMessage(421, LogLevel.Warning, "What is new could not be asked of the store; trying on.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
