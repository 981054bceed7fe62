using Im.Core.Bus;
using Im.Core.Messages;

namespace Im.Realtime.Delivery;

/// <summary>
/// Asks the store once a second what is new, and at once when the bus is disturbed, and tells the feeds what they must come to have. Nearly always the bus has brought it already; what it lost, or could not
/// carry while Redis was away, goes out from here. So delivery between nodes needs Redis to be fast, not to happen.
/// </summary>
internal sealed partial class MessageSweep(
    IEventStore store, IBus bus, Lobby lobby, UserRoutes routes, RoomRoutes rooms, FeedFactory feeds, NodeMetrics metrics, TimeProvider time, ILogger<MessageSweep> log) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopped = new();
    private readonly SemaphoreSlim _sooner = new(0);
    private Task _running = Task.CompletedTask;

    /// <summary>Nothing that is stored after this is missed. Before anything else asks where a conversation stands.</summary>
    public async Task MarkAsync(CancellationToken cancellationToken) =>
        feeds.Mark = (await store.ReadChangesAsync(since: null, cancellationToken)).Mark;

    public void Start()
    {
        bus.Reconnected += Hasten;
        bus.Disturbed += Hasten;
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

    public async ValueTask DisposeAsync()
    {
        bus.Reconnected -= Hasten;
        bus.Disturbed -= Hasten;
        await _stopped.CancelAsync();
        await _running;
    }

    [LoggerMessage(421, LogLevel.Warning, "What is new could not be asked of the store; trying on.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
