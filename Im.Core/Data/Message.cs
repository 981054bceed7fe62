namespace Im.Core.Data;

/// <summary>A stored message; never changed. Its key is (conversation, sequence), and (conversation, sender, client id) is unique.</summary>
internal sealed class Message
{
    public Guid ConversationId { get; init; }

    public long Seq { get; init; }

    public Guid SenderId { get; init; }

    /// <summary>
    /// The nickname at the time, and not joined from the accounts: history then shows what was delivered live, outlives an account, and a page is one range of one table.
    /// </summary>
    public required string SenderNickname { get; init; }

    public required string ClientId { get; init; }

    public required string Body { get; init; }

    /// <summary>When the node took it.</summary>
    public DateTime At { get; init; }

    /// <summary>The name of the node that took it.</summary>
    public required string Node { get; init; }

    /// <summary>The transaction that stored it. What a snapshot does not show yet is what has this one's number or a later one: see <see cref="Messages.IMessageStore.ReadChangesAsync"/>.</summary>
    public ulong Transaction { get; init; }
}
