namespace Im.Core.Data;

/// <summary>A conversation's head. Its row is the lock under which numbers are given, and the only one an event changes.</summary>
internal sealed class Conversation
{
    /// <summary>All zeros for the lobby; for a direct conversation it follows from its members (<see cref="Protocol.ConversationId.Direct"/>); a room's is random.</summary>
    public Guid Id { get; init; }

    public ConversationKind Kind { get; init; }

    /// <summary>The newest event's sequence, 0 when there is none. Sequences have no gaps: it is the number of events too.</summary>
    public long LastSeq { get; init; }

    /// <summary>The newest line's number, 0 when there is none; the number of lines too.</summary>
    public long LastLine { get; init; }

    /// <summary>When the newest line was taken.</summary>

    public DateTime? LastMessageAt { get; init; }
}

/// <summary>Numbers are stored: never reuse one.</summary>
internal enum ConversationKind : short
{
    Lobby = 0,
    Direct = 1,
    Room = 2,
}
