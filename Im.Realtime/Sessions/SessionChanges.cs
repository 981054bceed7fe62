using System.Text.Json;
using Im.Core.Accounts;
using Im.Core.Bus;
using Im.Core.Messages;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Realtime.Connections;

namespace Im.Realtime.Sessions;

/// <summary>
/// Brings what happened to a session (login, logout, sign-out from elsewhere) to its open connections on this node. What happens to one connection is applied in the order in
/// which it came; connections do not wait for one another. A sign-out waits for nothing.
/// </summary>
internal sealed partial class SessionChanges(IBus bus, ConnectionTable connections, SessionBinding binding, IUserStandings standings, IUserDirectory users, ILogger<SessionChanges> log)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ClientConnection, Task> _last = [];

    public async Task OpenAsync(CancellationToken cancellationToken) =>
        await bus.SubscribeAsync(BusTopic.Sessions, Accept, cancellationToken);

    /// <param name="sessionId">To which it happened: the connection may have another one before its turn comes.</param>
    /// <param name="reason">Of <see cref="EndReasons"/>, where the session was ended.</param>
    public void Apply(ClientConnection connection, string sessionId, SessionChangeKind kind, string reason = EndReasons.SignedOut)
    {
        if (kind is SessionChangeKind.Destroyed or SessionChangeKind.AllDestroyed)
        {
            connection.Outbox.Close(CloseCodes.SessionEnded, reason);
            return;
        }
        lock (_gate)
        {
            var before = _last.GetValueOrDefault(connection, Task.CompletedTask);
            var applied = ApplyAsync(before, connection, sessionId, kind);
            if (applied.IsCompleted)
                return;
            _last[connection] = applied;
            _ = ForgetAsync(connection, applied);
        }
    }

    private void Accept(BusEnvelope envelope)
    {
        if (envelope.Kind != BusKind.Session || JsonSerializer.Deserialize(envelope.Payload.Span, SessionJson.Default.SessionChange) is not { } change)
            return;
        if (change.Kind == SessionChangeKind.Standing)
        {
            standings.Invalidate(change.UserId ?? Guid.Empty);
            users.Invalidate(change.UserId ?? Guid.Empty);
            return;
        }
        var concerned = change.UserId is { } user
            ? connections.All.Where(connection => connection.User?.Id == user && connection.SessionId != change.SessionId)
            : connections.OfSession(change.SessionId);
        foreach (var connection in concerned)
            Apply(connection, change.SessionId, change.Kind, change.Reason ?? EndReasons.SignedOut);
    }

    private async Task ApplyAsync(Task before, ClientConnection connection, string sessionId, SessionChangeKind kind)
    {
        await before;
        try
        {
            if (kind == SessionChangeKind.LoggedOut)
                await binding.LogOutAsync(connection, sessionId);
            else
                connection.Send(new SessionFrame(SessionFrame.Login) { Authenticate = true });
        }
        catch (Exception e)
        {
            // A connection whose session could not be changed must not go on as who it was.
            LogFailed(log, connection.Id, e);
            connection.Outbox.Close(CloseCodes.SessionEnded, EndReasons.Over);
        }
    }

    private async Task ForgetAsync(ClientConnection connection, Task applied)
    {
        await applied;
        lock (_gate)
            if (_last.GetValueOrDefault(connection) == applied)
                _last.Remove(connection);
    }

    [LoggerMessage(511, LogLevel.Warning, "A change of session could not be applied to connection {Connection}; it is closed.")]
    private static partial void LogFailed(ILogger logger, string connection, Exception exception);
}
