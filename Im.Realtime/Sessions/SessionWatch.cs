using Im.Core.Bus;
using Im.Core.Nodes;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Realtime.Connections;
using Microsoft.Extensions.Options;
using SessionOptions = Im.Core.Sessions.SessionOptions;

namespace Im.Realtime.Sessions;

/// <summary>
/// Looks up the sessions of this node's sockets: once a minute, and at once when the bus is back or Redis has lost its data, for then changes were missed. It keeps sessions in use
/// alive, and ends the sockets of those that ended. While Redis is away it tries on; the sockets stay as they are.
/// </summary>
internal sealed partial class SessionWatch(
    ISessionManager sessions, IBus bus, INodeLease lease, ConnectionTable connections, SessionChanges changes,
    IOptions<SessionOptions> options, TimeProvider time, ILogger<SessionWatch> log) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _sooner = new(0), _looking = new(1);
    private readonly Dictionary<ClientConnection, DateTimeOffset> _lost = [];

    /// <summary>One look at every session that has a socket here; not two at once.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken);
        try
        {
            await LookAsync(cancellationToken);
        }
        finally
        {
            _looking.Release();
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var bound = connections.All.Select(connection => (Connection: connection, connection.SessionId, User: connection.User?.Id)).Where(bound => bound.SessionId is not null).ToArray();
        var found = await sessions.CheckAsync([.. bound.Select(one => one.SessionId!).Distinct()], cancellationToken);
        if (found.Lost)
            LogLost(log, bound.Length);
        foreach (var (connection, sessionId, user) in bound)
            if (connection.SessionId != sessionId || connection.User?.Id != user)
                continue; // it changed meanwhile, and was told
            else if (found.Alive.TryGetValue(sessionId!, out var owner))
            {
                if (user is not null && owner is null)
                    changes.Apply(connection, sessionId!, SessionChangeKind.LoggedOut);
            }
            else if (user is null)
                connection.Outbox.Close(CloseCodes.ServiceRestart, "the session is over, connect again");
            else
                End(connection, sessionId!, found.Lost);
        foreach (var gone in _lost.Keys.Where(connection => connections.Find(connection.Id) is null).ToArray())
            _lost.Remove(gone);
    }

    // Lost with Redis, it is not known to have been ended: such sockets go one after the other. Whoever authenticated again meanwhile has a session that is found.
    private void End(ClientConnection connection, string sessionId, bool lost)
    {
        var now = time.GetUtcNow();
        if (lost)
            _lost.TryAdd(connection, now + options.Value.LostSessionGrace * (0.5 + (Random.Shared.NextDouble() / 2)));
        if (!_lost.TryGetValue(connection, out var until))
            changes.Apply(connection, sessionId, SessionChangeKind.Destroyed, EndReasons.Over);
        else if (until <= now)
            changes.Apply(connection, sessionId, SessionChangeKind.Destroyed, EndReasons.Lost);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bus.Reconnected += Hasten;
        lease.Acquired += Hasten;
        var wait = TimeSpan.Zero; // the first check learns how Redis is marked
        try
        {
            while (true)
            {
                await _sooner.WaitAsync(wait, stoppingToken);
                wait = await TryCheckAsync(stoppingToken) ? options.Value.CheckInterval : RetryDelay;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        bus.Reconnected -= Hasten;
        lease.Acquired -= Hasten;
    }

    private async Task<bool> TryCheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CheckAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(log, e);
            return false;
        }
    }

    private void Hasten() => _sooner.Release();

    [LoggerMessage(521, LogLevel.Warning, "Redis has lost its sessions: {Connections} sockets go on for some minutes, then their people log in again")]
    private static partial void LogLost(ILogger logger, int connections);

    [LoggerMessage(522, LogLevel.Warning, "The sessions of open sockets could not be looked up; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
