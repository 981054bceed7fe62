using Im.Core.Limits;
using Im.Core.Messages;
using Im.Protocol;
using Im.Realtime.Connections;

namespace Im.Realtime.Messages;

/// <summary>Pages of a conversation: lines, events, and messages for version 1.</summary>
internal sealed class HistoryHandler(ConversationResolver resolver, IEventStore store, ReadBudget reads)
{
    public async Task ReadMessagesAsync(ClientConnection connection, HistoryRequest frame)
    {
        var limit = LimitOf(frame.Limit);
        if (frame is { Before: not null, After: not null } or { Before: < 0 } or { After: < 0 })
            throw new FrameRefusedException(ErrorCodes.BadFrame, "Give \"before\" or \"after\", not both; neither is negative.");
        var target = await resolver.ResolveAsync(connection.User, frame, hasRooms: false);
        var page = await store.ReadMessagesAsync(target.Conversation, frame.Before, frame.After, limit);
        reads.Charge(connection.ReadOwner, connection.Send(new HistoryFrame(target.Conversation, page.Messages, page.LastSeq, page.More) { Id = frame.Id }));
    }

    public async Task ReadLinesAsync(ClientConnection connection, LinesRequest frame)
    {
        var limit = LimitOf(frame.Limit);
        if (new[] { frame.Before, frame.After, frame.Around }.Count(cursor => cursor is not null) > 1 || frame is { Before: < 0 } or { After: < 0 } or { Around: < 0 })
            throw new FrameRefusedException(ErrorCodes.BadFrame, "Give \"before\", \"after\" or \"around\", one of them; none is negative.");
        var target = await resolver.ResolveAsync(connection.User, frame, mayHaveLeft: true);
        var before = frame.Around is { } middle ? Math.Min(middle, long.MaxValue - limit) + (limit + 1) / 2 : frame.Before;
        var page = await store.ReadLinesAsync(target.Conversation, before, frame.After, limit, target.Room?.Scope);
        reads.Charge(connection.ReadOwner, connection.Send(new LinesFrame(target.Conversation, page.Lines, page.Quoted, page.Head.LastSeq, page.Head.LastLine, page.More) { Id = frame.Id }));
    }

    public async Task ReadEventsAsync(ClientConnection connection, EventsRequest frame)
    {
        var limit = LimitOf(frame.Limit);
        if (frame.After < 0)
            throw new FrameRefusedException(ErrorCodes.BadFrame, "\"after\" is not negative.");
        var target = await resolver.ResolveAsync(connection.User, frame, mayHaveLeft: true);
        var page = await store.ReadEventsAsync(target.Conversation, frame.After, limit, target.Room?.Scope);
        reads.Charge(connection.ReadOwner, connection.Send(new EventsFrame(target.Conversation, page.Events, page.LastSeq, page.More) { Id = frame.Id }));
    }

    private static int LimitOf(int? asked) => (asked ?? ProtocolLimits.DefaultPageMessages) is >= 1 and <= ProtocolLimits.MaxPageMessages and var limit
        ? limit : throw new FrameRefusedException(ErrorCodes.BadFrame, $"\"limit\" is 1 to {ProtocolLimits.MaxPageMessages}.");
}
