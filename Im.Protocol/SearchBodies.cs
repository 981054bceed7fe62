namespace Im.Protocol;

/// <summary>How much one search asks and answers.</summary>
public static class SearchLimits
{
    /// <summary>Of what is looked for, in UTF-16 code units.</summary>
    public const int MaxQueryChars = 200;

    public const int DefaultPage = 20;
    public const int MaxPage = 50;

    /// <summary>Places of one text that are told.</summary>
    public const int MaxMatches = 50;
}

/// <summary>A page of what was found, newest first.</summary>
/// <param name="Conversations">Those of the hits.</param>
/// <param name="Next">For the next page's <c>after</c>; null when this is the last. A page may have fewer hits than asked for, even none, and a next one.</param>
public sealed record SearchResponse(IReadOnlyList<SearchHit> Hits, IReadOnlyList<SearchConversation> Conversations, string? Next = null);

/// <summary>A text, as its reader sees it, or a file.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Matches">Where what was looked for stands in the text, ascending, each as its start and its length in UTF-16 code units; none where only a person, a time, a link or a file was asked for.</param>
public sealed record SearchHit(ConversationId Conversation, long Seq, long Line, SenderInfo From, long At, string Text, IReadOnlyList<IReadOnlyList<int>> Matches)
{
    /// <summary><c>file</c>, whose <see cref="Text"/> is its name, a colon and the caption, where it has one; null for a text.</summary>
    public string? Kind { get; init; }
}

/// <param name="Kind"><c>lobby</c>, <c>direct</c> or <c>room</c>.</param>
/// <param name="Title">Of a room.</param>
/// <param name="Peer">Of a direct conversation the other member.</param>
public sealed record SearchConversation(ConversationId Conversation, string Kind, string? Title = null, SenderInfo? Peer = null);
