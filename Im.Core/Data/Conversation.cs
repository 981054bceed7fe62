namespace Im.Core.Data;

/// <summary>A conversation's head. Its row is the lock under which sequences are given, and the only one a message changes.</summary>
internal sealed class Conversation
{
    /// <summary>All zeros for the lobby; for a direct conversation it follows from its members (<see cref="Protocol.ConversationId.Direct"/>).</summary>
    public Guid Id { get; init; }

    public ConversationKind Kind { get; init; }

    /// <summary>The newest message's sequence, 0 when there is none. Sequences have no gaps: it is the number of messages too.</summary>
    public long LastSeq { get; init; }

    public DateTime? LastMessageAt { get; init; }
}

/// <summary>Numbers are stored: never reuse one.</summary>
internal enum ConversationKind : short
{
    Lobby = 0,
    Direct = 1,
}
