using Im.Core.Limits;
using Im.Core.Messages;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Frames;

namespace Im.Realtime.Messages;

internal sealed class HistoryHandler(ConversationResolver resolver, IMessageStore store, ReadBudget reads)
{
    public async Task HandleAsync(ClientConnection connection, HistoryRequest frame)
    {
        var limit = frame.Limit ?? ProtocolLimits.DefaultPageMessages;
        if (limit is < 1 or > ProtocolLimits.MaxPageMessages)
            throw new FrameRefusedException(ErrorCodes.BadFrame, $"\"limit\" is 1 to {ProtocolLimits.MaxPageMessages}.");
        if (frame is { Before: not null, After: not null } or { Before: < 0 } or { After: < 0 })
            throw new FrameRefusedException(ErrorCodes.BadFrame, "Give \"before\" or \"after\", not both; neither is negative.");
        var target = await resolver.ResolveAsync(connection.User, frame);
        var page = await store.ReadAsync(target.Conversation, frame.Before, frame.After, limit);
        reads.Charge(connection.ReadOwner, connection.Send(new HistoryFrame(target.Conversation, page.Messages, page.LastSeq, page.More) { Id = frame.Id }));
    }
}
