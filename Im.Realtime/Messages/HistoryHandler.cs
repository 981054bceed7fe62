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
        var before = frame.Around is { } middle ? Math.Min(middle, long.MaxValue - limit) + (limit + 1) / 2 : frame.Before;
        var (conversation, page) = await ReadAsync(connection, frame, target => store.ReadLinesAsync(target.Conversation, before, frame.After, limit, target.Room?.Scope));
        reads.Charge(connection.ReadOwner, connection.Send(new LinesFrame(conversation, page.Lines, page.Quoted, page.Head.LastSeq, page.Head.LastLine, page.More) { Id = frame.Id }));
    }

    public async Task ReadEventsAsync(ClientConnection connection, EventsRequest frame)
    {
        var limit = LimitOf(frame.Limit);
        if (frame.After < 0)
            throw new FrameRefusedException(ErrorCodes.BadFrame, "\"after\" is not negative.");
        var (conversation, page) = await ReadAsync(connection, frame, target => store.ReadEventsAsync(target.Conversation, frame.After, limit, target.Room?.Scope));
        reads.Charge(connection.ReadOwner, connection.Send(new EventsFrame(conversation, page.Events, page.LastSeq, page.More) { Id = frame.Id }));
    }

    // Who is a member reads to the end. Whoever went while the page was read is asked about again after it, and reads what was theirs.
    private async Task<(ConversationId, TPage)> ReadAsync<TPage>(ClientConnection connection, ConversationFrame frame, Func<Target, Task<TPage>> read)
    {
        var target = await resolver.ResolveAsync(connection.User, frame, mayHaveLeft: true);
        while (true)
        {
            var page = await read(target);
            if (target.Room is not { } room || room.Scope.Spans[^1].LastSeq is not null)
                return (target.Conversation, page);
            target = await resolver.ResolveAsync(connection.User, frame, mayHaveLeft: true);
            if (target.Room!.Scope.Spans.SequenceEqual(room.Scope.Spans))
                return (target.Conversation, page);
        }
    }

    private static int LimitOf(int? asked) => (asked ?? ProtocolLimits.DefaultPageMessages) is >= 1 and <= ProtocolLimits.MaxPageMessages and var limit
        ? limit : throw new FrameRefusedException(ErrorCodes.BadFrame, $"\"limit\" is 1 to {ProtocolLimits.MaxPageMessages}.");
}
