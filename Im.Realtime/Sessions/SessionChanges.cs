using System.Text.Json;
using Im.Core.Bus;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Realtime.Connections;

namespace Im.Realtime.Sessions;

/// <summary>Brings what happened to a session (login, logout, sign-out from elsewhere) to its open connections on this node.</summary>
internal sealed partial class SessionChanges(IBus bus, ConnectionTable connections, SessionBinding binding, ILogger<SessionChanges> log)
{
    public async Task OpenAsync(CancellationToken cancellationToken) =>
        await bus.SubscribeAsync(BusTopic.Sessions, Accept, cancellationToken);

    private void Accept(BusEnvelope envelope)
    {
        if (envelope.Kind == BusKind.Session && JsonSerializer.Deserialize(envelope.Payload.Span, SessionJson.Default.SessionChange) is { } change)
            foreach (var connection in connections.OfSession(change.SessionId))
                _ = ApplyAsync(connection, change.Kind);
    }

    private async Task ApplyAsync(ClientConnection connection, SessionChangeKind kind)
    {
        try
        {
            switch (kind)
            {
                case SessionChangeKind.LoggedIn:
                    connection.Send(new SessionFrame(SessionFrame.Login) { Authenticate = true });
                    break;
                case SessionChangeKind.LoggedOut:
                    await binding.BindAsync(connection, connection.SessionId, null);
                    connection.Send(new SessionFrame(SessionFrame.Logout));
                    break;
                case SessionChangeKind.Destroyed:
                    connection.Outbox.Close(CloseCodes.SessionEnded, "signed out");
                    break;
            }
        }
        catch (Exception e)
        {
            // A connection whose session could not be changed must not go on as who it was.
            LogFailed(log, connection.Id, e);
            connection.Outbox.Close(CloseCodes.SessionEnded, "signed out");
        }
    }

    [LoggerMessage(511, LogLevel.Warning, "A change of session could not be applied to connection {Connection}; it is closed.")]
    private static partial void LogFailed(ILogger logger, string connection, Exception exception);
}
