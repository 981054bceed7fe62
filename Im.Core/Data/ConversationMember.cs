namespace Im.Core.Data;

/// <summary>
/// A user in a conversation and how far they have read. A direct conversation has a row for each of its two people, made with its first message and kept for ever;
/// the lobby has one for each user who ever wrote or read there.
/// </summary>
internal sealed class ConversationMember
{
    public Guid ConversationId { get; init; }

    public Guid UserId { get; init; }

    /// <summary>The other person of a direct conversation; null in the lobby.</summary>
    public Guid? PeerId { get; init; }

    /// <summary>The newest line they have read.</summary>
    public long ReadLine { get; init; }

    /// <summary>How far they had read when they last put <see cref="ReadLine"/> back. The other person of a direct conversation is told the greater of the two.</summary>
    public long SeenLine { get; init; }

    /// <summary>They have written in it: it stands before those in which only strangers have.</summary>
    public bool Written { get; init; }
}
