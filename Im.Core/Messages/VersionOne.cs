using Im.Core.Kinds;
using Im.Protocol;

namespace Im.Core.Messages;

/// <summary>
/// A conversation as version 1 of the protocol and the HTTP API know it: texts with numbers. Their <c>seq</c> is the line's number, so there is no hole where an event is no line; a line that is no
/// text is shown as one, and one that was erased has an empty text.
/// </summary>
public static class VersionOne
{
    public static MessageInfo ToMessage(EventFrame line) =>
        new(line.Conversation, line.Line!.Value, line.Id!, line.From, EventKinds.Preview(line.Kind, line.Content), line.At, line.Node) { To = line.To };

    public static MessageFrame ToFrame(EventFrame line) =>
        new(line.Conversation, line.Line!.Value, line.From, EventKinds.Preview(line.Kind, line.Content), line.At, line.Node) { Id = line.Id, To = line.To, Via = line.Via };

    /// <summary>A live event as version 1 is told of it; null: not at all.</summary>
    public static ServerFrame? ToLive(EventFrame live) =>
        live.Line is not null ? ToFrame(live) : live is { Effect: EventEffect.Erase, Target: { } target } ? new RemovedFrame(live.Conversation, target) : null;

    /// <summary><see cref="IEventStore.ReadLinesAsync"/>, as messages.</summary>
    public static async Task<MessagePage> ReadMessagesAsync(this IEventStore store, ConversationId conversation, long? before, long? after, int limit, CancellationToken cancellationToken = default)
    {
        var page = await store.ReadLinesAsync(conversation, before, after, limit, cancellationToken: cancellationToken);
        return new([.. page.Lines.Select(ToMessage)], page.Head.LastLine, page.More);
    }

    public static ConversationSummary ToSummary(ConversationInfo info) =>
        new(info.Conversation, info.Kind, info.Peer, info.LastLine, info.ReadLine, info.Unread, info.Last is { } last ? ToMessage(last) : null) { Stranger = info.Stranger };
}

/// <param name="LastSeq">The newest line's number at the time of reading, 0 when there is none.</param>
/// <param name="More">There are further messages in the direction asked for: newer ones after <c>after</c>, else older ones.</param>
public sealed record MessagePage(IReadOnlyList<MessageInfo> Messages, long LastSeq, bool More);
