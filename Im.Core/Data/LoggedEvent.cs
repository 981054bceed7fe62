namespace Im.Core.Data;

/// <summary>
/// An event of a conversation. Its key is (conversation, sequence), and (conversation, sender, client id) is unique. It is added and stays; what changes is that its content is erased, or that
/// another one takes its place. Both are done by a trigger in the statement that adds that other one (migration <c>Events</c>), with the conversation's row locked.
/// </summary>
internal sealed class LoggedEvent
{
    public Guid ConversationId { get; init; }

    public long Seq { get; init; }

    /// <summary>Its number among the lines; null for an event that is no line. Where no such event stands before it, it is <see cref="Seq"/>, and in no index of its own.</summary>
    public long? Line { get; init; }

    /// <summary>A number of <see cref="Kinds.EventKinds"/>.</summary>
    public short Kind { get; init; }

    /// <summary>The <see cref="Line"/> it is about.</summary>
    public long? Target { get; init; }

    /// <summary>A <see cref="Protocol.EventEffect"/>; null for a line, 0 for what is about the conversation as a whole.</summary>
    public short? Effect { get; init; }

    public string? Slot { get; init; }

    /// <summary>False when a newer event of the same target, kind and slot has taken its place; of a line, when an event has replaced its content.</summary>
    public bool InForce { get; init; }

    public Guid SenderId { get; init; }

    /// <summary>
    /// The nickname at the time, and not joined from the accounts: history then shows what was delivered live, outlives an account, and a page is one range of one table.
    /// </summary>
    public required string SenderNickname { get; init; }

    public required string ClientId { get; init; }

    /// <summary>A JSON object, by kind; null when it was erased.</summary>
    public string? Content { get; init; }

    /// <summary>Whom it names, kept until the trigger has put it into <c>mentions</c>.</summary>
    public Guid[]? Mentions { get; init; }

    /// <summary>When the node took it.</summary>
    public DateTime At { get; init; }

    /// <summary>The name of the node that took it.</summary>
    public required string Node { get; init; }

    /// <summary>The transaction that stored it. What a snapshot does not show yet is what has this one's number or a later one: see <c>IEventStore.ReadChangesAsync</c>.</summary>
    public ulong Transaction { get; init; }
}

/// <summary>A line that names a user; the all-zero UUID is everybody.</summary>
internal sealed class Mention
{
    public Guid UserId { get; init; }

    public Guid ConversationId { get; init; }

    public long Line { get; init; }
}
