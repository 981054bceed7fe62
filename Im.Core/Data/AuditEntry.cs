namespace Im.Core.Data;

/// <summary>One thing an administrator did, or was about to do: it is written before it is done.</summary>
public sealed class AuditEntry
{
    public long Id { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>Null for the installation's own settings.</summary>
    public Guid? ActorId { get; init; }

    /// <summary>The nickname at the time.</summary>
    public required string Actor { get; init; }

    /// <summary>Such as <c>user.ban</c>.</summary>
    public required string Action { get; init; }

    /// <summary>A user's id, or a conversation and sequence.</summary>
    public required string Target { get; init; }

    /// <summary>The reason given, how long, and the like; never a message's text.</summary>
    public string? Detail { get; init; }
}
