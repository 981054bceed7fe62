using Im.Protocol;

namespace Im.Client;

/// <summary>
/// Events left out of the stream because more were missed than <see cref="ImClientOptions.MaxFillMessages"/>. Lines that are held may have changed in it: drop them, and load the newest with
/// <see cref="Chat.ImClient.LinesAsync"/>.
/// </summary>
/// <param name="AfterSeq">The last sequence before the gap.</param>
/// <param name="BeforeSeq">The first sequence after the gap: the conversation's next event in the stream.</param>
public sealed record EventGap(ConversationId Conversation, long AfterSeq, long BeforeSeq)
{
    /// <summary>How many are left out, 1 or more.</summary>
    public long Count => BeforeSeq - AfterSeq - 1;
}
