using Im.Protocol;

namespace Im.Core.Messages;

/// <summary>Who talks with whom, and how far each has read.</summary>
public interface IConversationStore
{
    /// <summary>The other member of a direct conversation the user belongs to; null when there is none such (or it is not theirs: the caller cannot tell).</summary>
    Task<Guid?> FindPeerAsync(ConversationId conversation, Guid userId, CancellationToken cancellationToken = default);

    /// <summary>The lobby and the user's direct conversations, newest first, at most <see cref="ProtocolLimits.MaxConversations"/>. For a guest (null) the lobby alone.</summary>
    Task<IReadOnlyList<ConversationSummary>> ListAsync(Guid? userId, CancellationToken cancellationToken = default);

    /// <summary>Moves the user's read cursor forward, never back, never beyond the newest message. Returns where it is now.</summary>
    Task<long> MarkReadAsync(ConversationId conversation, Guid userId, long seq, CancellationToken cancellationToken = default);
}

/// <summary>Accounts as chat needs them.</summary>
public interface IUserDirectory
{
    /// <summary>Cached for a short time; null when there is no such user.</summary>
    Task<UserInfo?> FindAsync(Guid userId, CancellationToken cancellationToken = default);

    /// <summary>Drops what is cached of a user, after a change.</summary>
    void Forget(Guid userId);
}
