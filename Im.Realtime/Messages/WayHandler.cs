using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Delivery;

namespace Im.Realtime.Messages;

/// <summary>Asks the nodes for the way of an event, for who may read its conversation. It is answered by several frames, one of each node that knows something.</summary>
internal sealed class WayHandler(ConversationResolver resolver, Ways ways)
{
    public async Task AskAsync(ClientConnection connection, WayRequest frame)
    {
        if (!ways.IsOn)
            throw new FrameRefusedException(ErrorCodes.Forbidden, "This server does not show how events travel.");
        if (frame.Seq < 1)
            throw new FrameRefusedException(ErrorCodes.BadFrame, "\"seq\" is 1 or more.");
        var target = await resolver.ResolveAsync(connection.User, frame);
        if (target.Room is { } room && !room.Scope.Contains(frame.Seq))
            throw ConversationResolver.NotFound();
        ways.Ask(connection, target.Conversation, frame.Seq, frame.Id);
    }
}
