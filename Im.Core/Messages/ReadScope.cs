namespace Im.Core.Messages;

/// <summary>What somebody reads of a room: stretches of its events, by sequence, ascending and apart from each other. What lies between them is told to them by nobody.</summary>
public sealed record ReadScope(IReadOnlyList<ReadSpan> Spans)
{
    /// <summary>From one event on everything, also what is still to come. Then what holds for a line is all theirs to know.</summary>
    public bool IsOpen => Spans is [{ LastSeq: null }];

    public bool Contains(long seq) => Spans.Any(span => span.FirstSeq <= seq && seq <= (span.LastSeq ?? long.MaxValue));

    /// <summary>Where the conversation ends for them.</summary>
    public ConversationHead Bound(ConversationHead head) => Spans[^1] is { LastSeq: { } seq, LastLine: { } line } ? new(seq, line) : head;

    /// <summary>The lines of the stretch that a page before a line is of; null where there is none.</summary>
    /// <param name="before">Null: the newest.</param>
    internal (long First, long Before, bool More)? Before(long? before)
    {
        for (var i = Spans.Count - 1; i >= 0; i--)
            if (Spans[i] is var span && span.FirstLine < (before ?? long.MaxValue))
                return (span.FirstLine, Math.Min(before ?? long.MaxValue, (span.LastLine ?? long.MaxValue - 1) + 1), i > 0);
        return null;
    }

    /// <summary>The same of a page after a line.</summary>
    internal (long After, long Last, bool More)? After(long after)
    {
        for (var i = 0; i < Spans.Count; i++)
            if (Spans[i] is var span && (span.LastLine ?? long.MaxValue) > after)
                return (Math.Max(after, span.FirstLine - 1), span.LastLine ?? long.MaxValue, i < Spans.Count - 1);
        return null;
    }
}

/// <param name="LastSeq">Null, as <paramref name="LastLine"/>, where it goes on.</param>
public readonly record struct ReadSpan(long FirstSeq, long FirstLine, long? LastSeq = null, long? LastLine = null);
