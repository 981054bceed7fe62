using Im.Core.Bus;
using Im.Core.Limits;
using Im.Core.Messages;
using Im.Core.Nodes;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Frames;

namespace Im.Realtime.Messages;

/// <summary>The list of conversations and how far they were read.</summary>
internal sealed class ConversationsHandler(NodeIdentity node, ConversationResolver resolver, IConversationStore conversations, ReadBudget reads, IBus bus)
{
    public async Task ListAsync(ClientConnection connection, ConversationsRequest frame)
    {
        ConversationCursor? cursor = null;
        if (frame.After is not null && !ConversationCursor.TryParse(frame.After, out cursor))
            throw new FrameRefusedException(ErrorCodes.BadFrame, "\"after\" is the \"next\" of the page before.");
        var page = await conversations.ListPageAsync(connection.User?.Id, cursor);
        reads.Charge(connection.ReadOwner, connection.Send(new ConversationsFrame(page.Conversations) { Id = frame.Id, Next = page.Next?.ToString(), Unread = page.Unread }));
    }

    public async Task MarkReadAsync(ClientConnection connection, ReadRequest frame)
    {
        var user = connection.User ?? throw ConversationResolver.NotLoggedIn();
        if (frame.Seq < 0)
            throw new FrameRefusedException(ErrorCodes.BadFrame, "\"seq\" is not negative.");
        var (conversation, _) = await resolver.ResolveAsync(user, frame);
        var seq = await conversations.MarkReadAsync(conversation, user.Id, frame.Seq);
        connection.Send(new AckFrame(conversation, seq) { Id = frame.Id });
        // Not waited for: a hung Redis holds up nothing that comes after it.
        _ = bus.TryPublishAsync(BusTopic.User(user.Id), new(BusKind.Frame, node.Name, ClientConnection.Serialize(new ReadFrame(conversation, seq)))).AsTask();
    }
}
