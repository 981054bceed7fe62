using Im.Core.Bus;
using Im.Core.Data;
using Im.Core.Nodes;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Delivery;
using Im.Realtime.Limits;
using Im.Realtime.Sessions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Im.Realtime.Node;

/// <summary>
/// A node's life: subscribe before the first connection; announce the address once the server listens; on shutdown stop taking connections, ask clients to move,
/// and close what is left with "service restart".
/// </summary>
internal sealed partial class NodeLifecycle(
    StoreEpoch epoch, MessageSweep sweep, Lobby lobby, UserRoutes routes, RoomRoutes rooms, SessionChanges sessionChanges, NodeInbox inbox, Ways ways, ConnectionTable connections,
    INodeLease lease, IServer server, IConfiguration configuration, IHostEnvironment environment, IOptions<DoorOptions> door, TimeProvider time, ILogger<NodeLifecycle> log) : IHostedLifecycleService
{
    /// <summary>Clients spread their move over this time; then the node closes.</summary>
    private static readonly TimeSpan MoveWithin = TimeSpan.FromMilliseconds(1_000);

    private static readonly TimeSpan CloseWithin = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan StartRetry = TimeSpan.FromMilliseconds(500);

    private volatile bool _serving;

    /// <summary>Subscribed and not draining.</summary>
    public bool IsServing => _serving;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await InsistAsync(epoch.ReadAsync, cancellationToken);
        await InsistAsync(sessionChanges.OpenAsync, cancellationToken);
        await InsistAsync(inbox.OpenAsync, cancellationToken);
        await InsistAsync(ways.OpenAsync, cancellationToken);
        await InsistAsync(sweep.MarkAsync, cancellationToken);
        await InsistAsync(lobby.OpenAsync, cancellationToken);
        sweep.StartOver = StartOverAsync;
        sweep.Start();
    }

    // As at the start, and then every connection begins anew: it is told the epoch first of all. Clients spread their return over a second.
    private async Task StartOverAsync(CancellationToken cancellationToken)
    {
        await sweep.MarkAsync(cancellationToken);
        routes.Forget();
        rooms.Forget();
        await lobby.OpenAsync(cancellationToken);
        foreach (var connection in connections.All)
            connection.Outbox.Close(CloseCodes.ServiceRestart, "the store is another one");
    }

    // A server that is slow or away for a moment is no reason to give up starting.
    private async Task InsistAsync(Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await step(cancellationToken);
                return;
            }
            catch (Exception e) when (e is BusUnavailableException or StoreUnavailableException)
            {
                LogWaiting(log, e.Message);
                await Task.Delay(StartRetry, time, cancellationToken);
            }
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var own = configuration["Im:Node:Address"] ?? server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        if (own is null)
            throw new InvalidOperationException("The node listens nowhere; set Im:Node:Address.");
        var publicUrl = PublicAddress.Of(configuration, environment, own, door.Value);
        if (publicUrl is not null)
            LogPublic(log, publicUrl);
        lease.SetAddress(own, publicUrl);
        _serving = true;
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _serving = false;
        LogDraining(log, connections.Count);
        lease.StartDraining();
        lobby.Move(new MoveFrame((int)MoveWithin.TotalMilliseconds));
        await WaitUntilEmptyAsync(MoveWithin + TimeSpan.FromMilliseconds(200), cancellationToken);
        foreach (var connection in connections.All)
            connection.Outbox.Close(CloseCodes.ServiceRestart, "service restart");
        await WaitUntilEmptyAsync(CloseWithin, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task WaitUntilEmptyAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        var end = time.GetUtcNow() + atMost;
        while (connections.Count > 0 && time.GetUtcNow() < end && !cancellationToken.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, CancellationToken.None);
    }

    [LoggerMessage(102, LogLevel.Warning, "Waiting for the servers behind the node: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);

    [LoggerMessage(103, LogLevel.Information, "Clients may come straight to {Address}")]
    private static partial void LogPublic(ILogger logger, string address);

    [LoggerMessage(101, LogLevel.Information, "Draining: {Connections} connections are asked to move.")]
    private static partial void LogDraining(ILogger logger, int connections);
}
