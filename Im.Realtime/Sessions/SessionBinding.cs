using System.Net.WebSockets;
using Im.Core.Bus;
using Im.Core.Data;
using Im.Core.Nodes;
using Im.Core.Presence;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Delivery;
using Im.Realtime.Presence;

namespace Im.Realtime.Sessions;

/// <summary>Makes a connection a user's or a guest's: route, presence, and its line in the session manager's table.</summary>
internal sealed partial class SessionBinding(
    NodeIdentity node, UserRoutes routes, RoomRoutes rooms, IPresence presence, LastSeen lastSeen, ISessionManager sessions, TimeProvider time, ILogger<SessionBinding> log)
{
    /// <summary>Returns when everything for the new user is subscribed. Nothing happens to a connection that is over.</summary>
    /// <param name="news">Sent when it is that user's.</param>
    /// <returns>False when it is not: the session has been logged out meanwhile, and the client was told.</returns>
    /// <exception cref="Core.Bus.BusUnavailableException">The connection is who it was before.</exception>
    public Task<bool> BindAsync(ClientConnection connection, string? sessionId, UserInfo? user, ServerFrame? news = null) => WithGateAsync(connection, async () =>
    {
        await ChangeAsync(connection, sessionId, user);
        if (user is not null)
            await ConfirmAsync(connection, sessionId!, user.Id);
        if (connection.User?.Id != user?.Id)
            return false;
        if (news is not null)
            connection.Send(news);
        return true;
    });

    /// <summary>Its session is a guest's again. Nothing happens to a connection that has another session by now.</summary>
    public Task LogOutAsync(ClientConnection connection, string sessionId) => WithGateAsync(connection, async () =>
    {
        if (connection.SessionId != sessionId)
            return false;
        await ChangeAsync(connection, sessionId, null);
        connection.Send(new SessionFrame(SessionFrame.Logout));
        return true;
    });

    private async Task<bool> WithGateAsync(ClientConnection connection, Func<Task<bool>> change)
    {
        await connection.BindingGate.WaitAsync();
        try
        {
            if (connection.IsOver)
                return false;
            var changed = await change();
            _ = RecordAsync(() => sessions.ConnectAsync(new(connection.Id, node.Id, connection.SessionId, connection.User?.Id, time.GetUtcNow())));
            return changed;
        }
        finally
        {
            connection.BindingGate.Release();
        }
    }

    private async Task ChangeAsync(ClientConnection connection, string? sessionId, UserInfo? user)
    {
        var before = connection.User;
        if (user is not null && user.Id != before?.Id)
            await routes.JoinAsync(user.Id, connection);
        rooms.Close(connection.Become(sessionId, user));
        presence.Enter(connection.Id, user);
        if (before is not null && before.Id != user?.Id)
            Leave(before.Id, connection);
        if (user is not null && user.Id != before?.Id)
        {
            lastSeen.Note(user.Id);
            await EnterRoomsAsync(user.Id, connection);
        }
    }

    private void Leave(Guid userId, ClientConnection connection)
    {
        if (routes.Leave(userId, connection))
            lastSeen.Note(userId);
    }

    // It is that user's by now, so it does not go on without their rooms: it comes back.
    private async Task EnterRoomsAsync(Guid userId, ClientConnection connection)
    {
        try
        {
            await rooms.EnterAsync(userId, connection);
        }
        catch (Exception e) when (e is BusUnavailableException or StoreUnavailableException)
        {
            connection.Outbox.Close((int)WebSocketCloseStatus.EndpointUnavailable, "a server behind the node is away, try again");
        }
    }

    // A sign-out between the look into the session and this moment found no connection to tell. Whichever comes later sees the other.
    private async Task ConfirmAsync(ClientConnection connection, string sessionId, Guid userId)
    {
        try
        {
            if (await sessions.GetAsync(sessionId) is not { } session)
                connection.Outbox.Close(CloseCodes.SessionEnded, EndReasons.Over);
            else if (session.UserId != userId)
            {
                await ChangeAsync(connection, sessionId, null);
                connection.Send(new SessionFrame(SessionFrame.Logout));
            }
        }
        catch (SessionsUnavailableException)
        {
            // Nobody can be signed out either; afterwards the watch looks.
        }
    }

    public async Task UnbindAsync(ClientConnection connection)
    {
        await connection.BindingGate.WaitAsync();
        connection.IsOver = true;
        connection.BindingGate.Release();
        rooms.Close(connection.ExitAll());
        if (connection.User is { } user)
            Leave(user.Id, connection);
        // Who said goodbye, or was signed out, is gone; a page that is loaded anew closes with 1001 or says nothing.
        presence.Leave(connection.Id, mayReturn: connection.Outbox.CloseCode is not ((int)WebSocketCloseStatus.NormalClosure or CloseCodes.SessionEnded));
        _ = RecordAsync(() => sessions.DisconnectAsync(connection.Id));
    }

    // The table is for operators and for "send to"; while Redis is away it is wrong, and it is written anew afterwards.
    private async Task RecordAsync(Func<Task> record)
    {
        try
        {
            await record();
        }
        catch (Exception e)
        {
            LogRecordFailed(log, e);
        }
    }

    [LoggerMessage(501, LogLevel.Debug, "The session table could not be written.")]
    private static partial void LogRecordFailed(ILogger logger, Exception exception);
}
