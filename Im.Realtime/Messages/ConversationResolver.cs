using Im.Core.Messages;
using Im.Core.Rooms;
using Im.Protocol;
using Im.Realtime.Connections;

namespace Im.Realtime.Messages;

/// <param name="Peer">In a direct conversation the other member.</param>
/// <param name="Room">In a room what the user may do and read there.</param>
internal readonly record struct Target(ConversationId Conversation, Guid? Peer, RoomStanding? Room = null);

/// <summary>Which conversation a frame is about, and whether its sender belongs there. "Not yours" and "does not exist" look the same.</summary>
internal sealed class ConversationResolver(IConversationStore conversations, IRoomStore rooms, IUserDirectory users)
{
    /// <param name="mayBeNobody">Whether the user named has an account is left to the store, which refuses a message to nobody.</param>
    /// <param name="mayHaveLeft">Who was a member of a room reads on what they could read then.</param>
    /// <param name="hasRooms">False for version 1, for which there are none.</param>
    /// <exception cref="FrameRefusedException"/>
    public async ValueTask<Target> ResolveAsync(UserInfo? user, ConversationFrame frame, bool mayBeNobody = false, bool mayHaveLeft = false, bool hasRooms = true)
    {
        if (frame.Conversation.HasValue == frame.User.HasValue)
            throw new FrameRefusedException(ErrorCodes.BadFrame, "Give either \"conversation\" or \"user\".");
        if (frame.Conversation is { IsLobby: true })
            return new(ConversationId.Lobby, null);
        if (user is null)
            throw NotLoggedIn();
        if (frame.Conversation is { IsRoom: true } room)
            return hasRooms && await rooms.FindStandingAsync(room, user.Id) is { } standing && (standing.Role is not null || mayHaveLeft) ? new(room, null, standing) : throw NotFound();
        if (frame.Conversation is { } conversation)
            return new(conversation, await conversations.FindPeerAsync(conversation, user.Id) ?? throw NotFound());
        var peer = frame.User!.Value;
        if (peer == user.Id)
            throw new FrameRefusedException(ErrorCodes.BadFrame, "A direct conversation needs two people.");
        var direct = ConversationId.Direct(user.Id, peer);
        // What somebody wrote who deleted their account can still be read.
        if (!mayBeNobody && await users.FindAsync(peer) is null && await conversations.FindPeerAsync(direct, user.Id) is null)
            throw NotFound();
        return new(direct, peer);
    }

    public static FrameRefusedException NotLoggedIn() => new(ErrorCodes.NotLoggedIn, "Log in first; guests read the lobby.");

    public static FrameRefusedException NotFound() => new(ErrorCodes.NotFound, "There is no such user or conversation.");
}
