using Im.Core.Data;
using Im.Protocol;

namespace Im.Core.Messages;

/// <summary>Who talks with whom, and how far each has read. Every method throws <see cref="StoreUnavailableException"/> when the database cannot be reached.</summary>
public interface IConversationStore
{
    /// <summary>The other member of a direct conversation the user belongs to; null when there is none such (or it is not theirs: the caller cannot tell).</summary>
    Task<Guid?> FindPeerAsync(ConversationId conversation, Guid userId, CancellationToken cancellationToken = default);

    /// <summary>What was said in the lobby so far counts as read for a new account.</summary>
    Task JoinLobbyAsync(Guid userId, CancellationToken cancellationToken = default);

    /// <summary>The two of a direct conversation; null when there is none such.</summary>
    Task<(Guid One, Guid Other)?> FindMembersAsync(ConversationId conversation, CancellationToken cancellationToken = default);

    /// <summary>
    /// The lobby, the user's direct conversations and rooms, those in which the user has written before those of strangers, each newest first, at most <see cref="ProtocolLimits.MaxConversations"/>; the lobby is always among them.
    /// For a guest (null) the lobby alone, with nothing unread.
    /// </summary>
    Task<IReadOnlyList<ConversationInfo>> ListAsync(Guid? userId, CancellationToken cancellationToken = default);

    /// <summary>
    /// The same list page by page: first what the user has written in, then what only strangers have, each newest first. A conversation in which something is said meanwhile
    /// may move to the front, and is then on no further page, or on two. The first page has the lobby, before the others what is pinned, and the total of what is unread where it is not muted.
    /// </summary>
    /// <param name="rooms">False for those who do not know rooms: they are not listed, nor counted as unread. Who knows them knows requests too, and those do not count as unread.</param>
    Task<ConversationPage> ListPageAsync(Guid? userId, ConversationCursor? after, bool rooms = true, CancellationToken cancellationToken = default);

    /// <summary>Moves the user's read cursor forward, never back, never beyond the newest line. Returns where it is now; 0 when the conversation is not the user's.</summary>
    /// <param name="known">Where the cursor stood as far as the caller knows. If it stands before that, <see cref="MarkUnreadAsync"/> has put it back since, and it stays.</param>
    Task<ReadMark> MarkReadAsync(ConversationId conversation, Guid userId, long line, long known = 0, CancellationToken cancellationToken = default);

    /// <summary>Puts the user's read cursor back, so that <paramref name="line"/> and what follows it are unread again. What the other member was told they have seen stays seen. Returns where the cursor is now, as above.</summary>
    Task<long> MarkUnreadAsync(ConversationId conversation, Guid userId, long line, CancellationToken cancellationToken = default);
}

/// <param name="Line">The newest line the user has read.</param>
/// <param name="IsTold">Whether the other member of a direct conversation may know: not while it is a request, neither answered nor accepted.</param>
public readonly record struct ReadMark(long Line, bool IsTold);

/// <param name="Next">Null when this is the last page.</param>
/// <param name="Unread">In all conversations of the user, on whichever page; null but on the first.</param>
public sealed record ConversationPage(IReadOnlyList<ConversationInfo> Conversations, ConversationCursor? Next, long? Unread);

/// <summary>Accounts as chat needs them.</summary>
public interface IUserDirectory
{
    /// <summary>Cached for up to 30 s; null (never cached) when there is no such user.</summary>
    /// <exception cref="StoreUnavailableException"/>
    Task<UserInfo?> FindAsync(Guid userId, CancellationToken cancellationToken = default);

    /// <summary>The profile changed: the next <see cref="FindAsync"/> reads it anew. Call it when the bus tells of a change; it concerns this process' cache alone.</summary>
    void Invalidate(Guid userId);
}
