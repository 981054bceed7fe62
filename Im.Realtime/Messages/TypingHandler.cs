using Im.Core.Accounts;
using Im.Core.Bus;
using Im.Core.Data;
using Im.Core.Nodes;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Delivery;

namespace Im.Realtime.Messages;

/// <summary>Passes "is typing" on, best effort: not stored, first to be dropped, at most one per connection, conversation and interval.</summary>
internal sealed class TypingHandler(NodeIdentity node, ConversationResolver resolver, RoomRoutes rooms, IUserStandings standings, IBus bus, TimeProvider time)
{
    public async Task HandleAsync(ClientConnection connection, TypingRequest frame)
    {
        var user = connection.User ?? throw ConversationResolver.NotLoggedIn();
        // Whoever gets what is said in a room is in it: nobody is asked.
        var (conversation, peer, _) = frame is { Conversation: { IsRoom: true } mine, User: null } && rooms.Has(mine, connection) ? new(mine, null) : await resolver.ResolveAsync(user, frame, hasRooms: connection.Version > 1);
        if (!connection.MayType(conversation, time.GetUtcNow()) || peer is not null && await IsApartAsync(user.Id, peer.Value))
            return;
        var topic = peer is null ? BusTopic.Conversation(conversation) : BusTopic.User(peer.Value);
        var payload = ProtocolJson.Write(new TypingFrame(conversation, new(user.Id, user.Nickname)));
        _ = bus.TryPublishAsync(topic, new(BusKind.Typing, node.Name, payload)).AsTask(); // a hung Redis holds up nothing that comes after it
    }

    // Typing goes on without the database; what is known of a user outlives its absence by minutes.
    private async ValueTask<bool> IsApartAsync(Guid userId, Guid peer)
    {
        try
        {
            return (await standings.FindAsync(userId)).IsApartFrom(peer);
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }
}
