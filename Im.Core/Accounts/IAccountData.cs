using Im.Core.Messages;
using Im.Protocol;

namespace Im.Core.Accounts;

/// <summary>
/// What people leave behind: their messages to take along, to erase, or for an administrator to remove. A removed message keeps its place: its text is empty, so that sequences stay
/// gapless. Every method throws <see cref="StoreUnavailableException"/> when the database cannot be reached.
/// </summary>
public interface IAccountData
{
    /// <summary>What the user wrote, by conversation and sequence, at most <paramref name="limit"/> messages after a place; for reading it all in parts.</summary>
    Task<IReadOnlyList<MessageInfo>> ReadWrittenAsync(Guid userId, ConversationId? afterConversation, long afterSeq, int limit, CancellationToken cancellationToken = default);

    /// <summary>
    /// Erases the account: nickname (free again, or when a mute or ban of it ends), brief, password, keys. Its id stays, for the conversations of others; the sender's nickname of its messages
    /// becomes <see cref="ErasedNickname"/>, and their text empty if <paramref name="removeMessages"/>. That holds for messages under way too, on whichever node: from the
    /// beginning the store refuses what the account sends, and waits for what it was storing. After a failure the account is still there, can no longer write, and is perhaps
    /// without some of its messages' texts: ask again.
    /// </summary>
    Task EraseAsync(Guid userId, bool removeMessages, CancellationToken cancellationToken = default);

    /// <summary>Empties the text of one message. Null when there is none, else its conversation's two members, nobody for the lobby.</summary>
    Task<IReadOnlyList<Guid>?> RemoveMessageAsync(ConversationId conversation, long seq, CancellationToken cancellationToken = default);

    /// <summary>Nobody can be called this.</summary>
    const string ErasedNickname = "(deleted)";
}
