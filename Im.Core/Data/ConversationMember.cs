namespace Im.Core.Data;

/// <summary>
/// A user in a conversation and how far they have read. A direct conversation has a row for each of its two people, made with its first message and kept for ever;
/// the lobby has one for each user who ever wrote or read there, a room for each who was ever a member.
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

    /// <summary>They have written in it, or accepted it: else, in a direct conversation, it is a request of a stranger's.</summary>
    public bool Written { get; init; }

    /// <summary>They declined the request when this was its newest line: it is not listed before there is another one.</summary>
    public long DeclinedLine { get; init; }

    /// <summary>Of what they want to be told; null: as in conversations of its kind.</summary>
    public NotifyLevel? Notify { get; init; }

    /// <summary>When they pinned it; null: it is not.</summary>
    public DateTime? PinnedAt { get; init; }

    /// <summary>In a room what they are; null for who is no member any more, and outside of rooms.</summary>
    public RoomRole? Role { get; init; }

    /// <summary>The first event they read: 1, or that of their joining. As the other two of a room's member alone.</summary>
    public long? FirstSeq { get; init; }

    /// <summary>The first line they read.</summary>
    public long? FirstLine { get; init; }

    /// <summary>The event of their joining.</summary>
    public long? JoinedSeq { get; init; }

    /// <summary>The newest event by which they came or went.</summary>
    public long? ChangedSeq { get; init; }
}

/// <summary>Numbers are stored: never reuse one.</summary>
internal enum NotifyLevel : short
{
    Nothing = 0,
    Mentions = 1,
    All = 2,
}
