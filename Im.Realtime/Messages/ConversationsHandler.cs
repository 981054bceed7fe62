using Im.Core.Accounts;
using Im.Core.Bus;
using Im.Core.Limits;
using Im.Core.Messages;
using Im.Core.Nodes;
using Im.Protocol;
using Im.Realtime.Connections;

namespace Im.Realtime.Messages;

/// <summary>The list of conversations and how far they were read.</summary>
internal sealed class ConversationsHandler(NodeIdentity node, ConversationResolver resolver, IConversationStore conversations, IUserStandings standings, ReadBudget reads, IBus bus)
{
    public async Task ListAsync(ClientConnection connection, ConversationsRequest frame)
    {
        ConversationCursor? cursor = null;
        if (frame.After is not null && !ConversationCursor.TryParse(frame.After, out cursor))
            throw new FrameRefusedException(ErrorCodes.BadFrame, "\"after\" is the \"next\" of the page before.");
        var page = await conversations.ListPageAsync(connection.User?.Id, cursor, rooms: connection.Version > 1);
        if (connection.Widget is not null && page.Conversations.Where(each => connection.MayHear(each.Conversation)).ToList() is var own)
            page = page with { Conversations = own, Next = null, Unread = own.Sum(each => each.Unread) };
        ServerFrame answer = connection.Version == 1
            ? new ConversationsFrame([.. page.Conversations.Select(VersionOne.ToSummary)]) { Id = frame.Id, Next = page.Next?.ToString(), Unread = page.Unread }
            : new ConversationListFrame(page.Conversations) { Id = frame.Id, Next = page.Next?.ToString(), Unread = page.Unread };
        reads.Charge(connection.ReadOwner, connection.Send(answer));
    }

    public async Task MarkReadAsync(ClientConnection connection, ConversationFrame frame, long upTo, long known = 0)
    {
        var user = connection.User ?? throw ConversationResolver.NotLoggedIn();
        if (upTo < 0 || known < 0)
            throw new FrameRefusedException(ErrorCodes.BadFrame, connection.Version == 1 ? "\"seq\" is not negative." : "\"line\" and \"known\" are not negative.");
        var (conversation, peer, _) = await resolver.ResolveAsync(user, frame, hasRooms: connection.Version > 1);
        var (line, isTold) = await conversations.MarkReadAsync(conversation, user.Id, upTo, known);
        connection.Send(new AckFrame(conversation, line) { Id = frame.Id, Line = connection.Version == 1 ? null : line });
        // Not waited for: a hung Redis holds up nothing that comes after it.
        _ = bus.TryPublishAsync(BusTopic.User(user.Id), new(BusKind.Frame, node.Name, ProtocolJson.Write(new ReadFrame(conversation, line) { Line = line }))).AsTask();
        if (isTold && peer is { } other && !(await standings.FindAsync(user.Id)).IsApartFrom(other))
            _ = bus.TryPublishAsync(BusTopic.User(other), new(BusKind.LaterFrame, node.Name, ProtocolJson.Write(new SeenFrame(conversation, user.Id, line)))).AsTask();
    }

    /// <summary>The other member of a direct conversation hears nothing of it: what was seen stays seen.</summary>
    public async Task MarkUnreadAsync(ClientConnection connection, UnreadRequest frame)
    {
        var user = connection.User ?? throw ConversationResolver.NotLoggedIn();
        if (frame.Line < 1)
            throw new FrameRefusedException(ErrorCodes.BadFrame, "\"line\" is 1 or more.");
        var (conversation, _, _) = await resolver.ResolveAsync(user, frame);
        var line = await conversations.MarkUnreadAsync(conversation, user.Id, frame.Line);
        connection.Send(new AckFrame(conversation, line) { Id = frame.Id, Line = line });
        _ = bus.TryPublishAsync(BusTopic.User(user.Id), new(BusKind.LaterFrame, node.Name, ProtocolJson.Write(new UnreadFrame(conversation, line + 1)))).AsTask();
    }
}
