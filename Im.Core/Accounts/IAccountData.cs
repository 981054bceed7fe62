using Im.Core.Data;
using Im.Protocol;

namespace Im.Core.Accounts;

/// <summary>
/// What people leave behind, to take along or to erase. An erased event keeps its place, so that sequences stay gapless. Every method throws <see cref="StoreUnavailableException"/> when the database cannot be reached.
/// </summary>
public interface IAccountData
{
    /// <summary>What the user posted, by conversation and sequence, at most <paramref name="limit"/> events after a place; for reading it all in parts.</summary>
    Task<IReadOnlyList<EventFrame>> ReadWrittenAsync(Guid userId, ConversationId? afterConversation, long afterSeq, int limit, CancellationToken cancellationToken = default);

    /// <summary>
    /// Erases the account: nickname (free again, or when a mute or ban of it ends), brief, password, keys. Its id stays, for the conversations of others; the sender's nickname of its messages
    /// becomes <see cref="ErasedNickname"/>, and their text empty if <paramref name="removeMessages"/>. That holds for messages under way too, on whichever node: from the
    /// beginning the store refuses what the account sends, and waits for what it was storing. After a failure the account is still there, can no longer write, and is perhaps
    /// without some of its messages' texts: ask again.
    /// </summary>
    /// <returns>What tells the account's conversations of it: stored, to be published.</returns>
    Task<IReadOnlyList<EventFrame>> EraseAsync(Guid userId, bool removeMessages, CancellationToken cancellationToken = default);

    /// <summary>Nobody can be called this.</summary>
    const string ErasedNickname = "(deleted)";
}
