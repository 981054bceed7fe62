using Im.Core.Bus;
using Im.Core.Messages;
using Im.Core.Presence;
using Im.Protocol;
using Im.Realtime.Connections;

namespace Im.Realtime.Delivery;

/// <summary>The users with a connection on this node: their audience and its subscription, from the first connection to the last.</summary>
internal sealed class UserRoutes(IBus bus, FeedFactory feeds, IUserDirectory users, IPresence presence)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, UserRoute> _routes = [];

    /// <summary>The bus says that a user with a connection here came into a room, with which of its events.</summary>
    public event Action<Guid, ConversationId, long>? CameIntoRoom;

    /// <summary>The user's connections on this node.</summary>
    public IReadOnlyList<ClientConnection> ConnectionsOf(Guid userId) => Find(userId)?.Audience.Snapshot ?? [];

    /// <summary>Returns when the user's topic is subscribed: nothing published after that is missed.</summary>
    /// <exception cref="BusUnavailableException"/>
    public async Task JoinAsync(Guid userId, ClientConnection connection)
    {
        Task subscribed;
        lock (_gate)
        {
            if (!_routes.TryGetValue(userId, out var route))
                _routes.Add(userId, route = new(userId, feeds, ChangeProfile, (room, seq) => CameIntoRoom?.Invoke(userId, room, seq)));
            route.Audience.Add(connection);
            subscribed = route.SubscribeAsync(bus);
        }
        try
        {
            await subscribed;
        }
        catch
        {
            Leave(userId, connection);
            throw;
        }
    }

    /// <returns>Whether it was the user's last connection here.</returns>
    public bool Leave(Guid userId, ClientConnection connection)
    {
        UserRoute? route;
        lock (_gate)
        {
            if (!_routes.TryGetValue(userId, out route) || !route.Audience.Remove(connection))
                return false;
            _routes.Remove(userId);
        }
        _ = route.UnsubscribeAsync();
        return true;
    }

    /// <summary>Hands an envelope to the user's connections on this node, if there are any.</summary>
    public void Accept(Guid userId, BusEnvelope envelope) => Find(userId)?.Accept(envelope);

    /// <summary>The same for what the store has and the bus may not have brought.</summary>
    public void Expect(Guid userId, ConversationChange change) => Find(userId)?.Expect(change);

    /// <inheritdoc cref="UserRoute.Forget"/>
    public void Forget()
    {
        lock (_gate)
            foreach (var route in _routes.Values)
                route.Forget();
    }

    private UserRoute? Find(Guid userId)
    {
        lock (_gate)
            return _routes.GetValueOrDefault(userId);
    }

    private void ChangeProfile(UserInfo user, Audience audience)
    {
        users.Invalidate(user.Id);
        foreach (var connection in audience.Snapshot)
            connection.Rename(user);
        presence.Update(user);
        audience.Send(ProtocolJson.Write(new SessionFrame(SessionFrame.Profile) { User = user }));
    }
}
