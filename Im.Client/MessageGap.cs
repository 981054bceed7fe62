using Im.Protocol;

namespace Im.Client;

/// <summary>Messages left out of the stream because more were missed than <see cref="ImClientOptions.MaxFillMessages"/>. <see cref="ImClient.HistoryAsync"/> reads them by the page, with <c>after: AfterSeq</c> on from above or <c>before: BeforeSeq</c> back from below.</summary>
/// <param name="AfterSeq">The last sequence before the gap.</param>
/// <param name="BeforeSeq">The first sequence after the gap: the conversation's next message in the stream.</param>
public sealed record MessageGap(ConversationId Conversation, long AfterSeq, long BeforeSeq)
{
    /// <summary>How many are left out, 1 or more.</summary>
    public long Count => BeforeSeq - AfterSeq - 1;
}
