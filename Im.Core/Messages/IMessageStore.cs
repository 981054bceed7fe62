using Im.Protocol;

namespace Im.Core.Messages;

/// <summary>Messages in Postgres. Sequences are given in the transaction that stores; what <see cref="AppendAsync"/> returned is on disk.</summary>
public interface IMessageStore
{
    /// <summary>
    /// Stores a message and gives it the next sequence of its conversation, or finds the one stored before under the same (conversation, sender, id).
    /// Appends from many callers are committed together (group commit). Creates a direct conversation and its two members with its first message; the sender has read
    /// what it sent. Cancelling gives up the wait, not the append. A duplicate need not have been published: its first sender may have died between commit and publish.
    /// </summary>
    /// <exception cref="StoreBusyException">The write queue is full, or one conversation has filled its half: nothing was stored, the same append may be tried again.</exception>
    /// <exception cref="StoreUnavailableException">The database could not be reached: it is unknown whether it was stored; try again with the same id.</exception>
    /// <exception cref="MessageRejectedException">This message can never be stored: its text holds U+0000, or a member has no account. Others are not affected.</exception>
    Task<AppendResult> AppendAsync(NewMessage message, CancellationToken cancellationToken = default);

    /// <summary>
    /// A page, ascending by sequence: the messages next to a cursor, which is not among them, or the newest. At most one cursor, and 1 to
    /// <see cref="ProtocolLimits.MaxPageMessages"/> messages; fewer where their texts are long (<see cref="ProtocolLimits.MaxPageTextBytes"/>). A conversation that does not exist is an empty page.
    /// </summary>
    /// <exception cref="StoreUnavailableException"/>
    Task<MessagePage> ReadAsync(ConversationId conversation, long? before, long? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>The newest sequence, 0 when the conversation has none.</summary>
    /// <exception cref="StoreUnavailableException"/>
    Task<long> GetLastSeqAsync(ConversationId conversation, CancellationToken cancellationToken = default);

    /// <summary>
    /// Everything stored that was not visible yet at an earlier call, by whichever node. It goes by Postgres' transaction numbers and by no clock, so nothing is ever missed;
    /// what was being committed during the earlier call may come twice. Costs one look into an index when nothing is new, however many conversations there are.
    /// </summary>
    /// <param name="since">The <see cref="MessageChanges.Mark"/> of the earlier call; null for the mark alone.</param>
    /// <exception cref="StoreUnavailableException"/>
    Task<MessageChanges> ReadChangesAsync(ulong? since, CancellationToken cancellationToken = default);
}

/// <param name="To">In a direct conversation the other member; null in the lobby.</param>
/// <param name="ClientId">The client message id, 1 to 64 characters.</param>
/// <param name="At">When the node took it, Unix milliseconds.</param>
public sealed record NewMessage(ConversationId Conversation, SenderInfo From, Guid? To, string ClientId, string Text, long At, string Node);

/// <param name="Duplicate">It was stored before; <see cref="Message"/> is that first one.</param>
public sealed record AppendResult(MessageInfo Message, bool Duplicate);

/// <param name="LastSeq">The conversation's newest sequence at the time of reading, 0 when there is none.</param>
/// <param name="More">There are further messages in the direction asked for: newer ones after <c>after</c>, else older ones.</param>
public sealed record MessagePage(IReadOnlyList<MessageInfo> Messages, long LastSeq, bool More);

/// <param name="Mark">To be given to the next call.</param>
public sealed record MessageChanges(ulong Mark, IReadOnlyList<ConversationChange> Conversations);

/// <param name="FirstSeq">The oldest of the new messages; those up to <paramref name="LastSeq"/> follow without a gap.</param>
/// <param name="User">A member of a direct conversation, and <paramref name="Peer"/> the other; null in the lobby.</param>
public sealed record ConversationChange(ConversationId Conversation, long FirstSeq, long LastSeq, Guid? User, Guid? Peer);

public sealed class StoreBusyException() : Exception("The write queue is full.");

public sealed class MessageRejectedException(Exception? inner = null) : Exception("The message cannot be stored.", inner);

public sealed class StoreUnavailableException(Exception inner) : Exception("The database could not be reached.", inner);
