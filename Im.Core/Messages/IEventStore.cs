using Im.Core.Data;
using Im.Core.Kinds;
using Im.Protocol;

namespace Im.Core.Messages;

/// <summary>Conversations' events in Postgres. Sequences are given in the transaction that stores; what <see cref="AppendAsync"/> returned is on disk.</summary>
public interface IEventStore
{
    /// <summary>
    /// Stores an event and gives it the next sequence of its conversation, and a line the next line's number; or finds the one stored before under the same (conversation, sender, id).
    /// What it does to its target is done in the same transaction. Appends from many callers are committed together (group commit). Creates a direct conversation and its two members with its
    /// first line; the sender of a line has read what it sent. Cancelling gives up the wait, not the append. A duplicate need not have been published: its first sender may have died between
    /// commit and publish.
    /// </summary>
    /// <exception cref="StoreBusyException">The write queue is full, or one conversation has filled its half: nothing was stored, the same append may be tried again.</exception>
    /// <exception cref="StoreUnavailableException">The database could not be reached: it is unknown whether it was stored; try again with the same id.</exception>
    /// <exception cref="MessageRejectedException">This event can never be stored: a member has no account, its sender is no member of the room, or its target was erased. Others are not affected.</exception>
    Task<AppendResult> AppendAsync(NewEvent added, CancellationToken cancellationToken = default);

    /// <summary>
    /// A page of lines, ascending: those next to a line's number, which is not among them, or the newest. At most one cursor, and 1 to <see cref="ProtocolLimits.MaxPageMessages"/> lines; fewer
    /// where their contents are long (<see cref="ProtocolLimits.MaxPageTextBytes"/>). Each with the content that is shown and with what holds for it. A conversation that does not exist is an empty page.
    /// </summary>
    /// <param name="scope">In a room what the reader may read; null: everything. What is outside of it is on no page, and changes nothing on one.</param>
    /// <exception cref="StoreUnavailableException"/>
    Task<LinePage> ReadLinesAsync(ConversationId conversation, long? before, long? after, int limit, ReadScope? scope = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Events as they came, ascending by sequence, those after one. Content that was erased or replaced is left out. Limits as for lines.
    /// </summary>
    /// <param name="scope">As for lines; so there may be holes.</param>
    /// <exception cref="StoreUnavailableException"/>
    Task<EventPage> ReadEventsAsync(ConversationId conversation, long after, int limit, ReadScope? scope = null, CancellationToken cancellationToken = default);

    /// <summary>One line by its number; null where there is none, or none that <paramref name="scope"/> has.</summary>
    /// <exception cref="StoreUnavailableException"/>
    Task<TargetLine?> FindLineAsync(ConversationId conversation, long line, ReadScope? scope = null, CancellationToken cancellationToken = default);

    /// <summary>Whether <see cref="AppendAsync"/> would find what was stored before.</summary>
    /// <exception cref="StoreUnavailableException"/>
    Task<bool> IsStoredAsync(ConversationId conversation, Guid sender, string id, CancellationToken cancellationToken = default);

    /// <summary>Where the conversation stands.</summary>
    /// <exception cref="StoreUnavailableException"/>
    Task<ConversationHead> GetHeadAsync(ConversationId conversation, CancellationToken cancellationToken = default);

    /// <summary>
    /// Everything stored that was not visible yet at an earlier call, by whichever node. It goes by Postgres' transaction numbers and by no clock, so nothing is ever missed;
    /// what was being committed during the earlier call may come twice. Costs one look into an index when nothing is new, however many conversations there are.
    /// </summary>
    /// <param name="since">The <see cref="EventChanges.Mark"/> of the earlier call; null for the mark alone.</param>
    /// <exception cref="StoreUnavailableException"/>
    Task<EventChanges> ReadChangesAsync(ulong? since, CancellationToken cancellationToken = default);

    /// <summary>The same of one conversation: its oldest event that was not visible at the earlier call, at most 1,000 back; null when nothing is new.</summary>
    /// <exception cref="StoreUnavailableException"/>
    Task<long?> FindFirstSinceAsync(ConversationId conversation, ulong since, CancellationToken cancellationToken = default);
}

/// <param name="To">In a direct conversation the other member; null in the lobby and in rooms.</param>
/// <param name="ClientId">The client's id of it, 1 to 64 characters.</param>
/// <param name="Content">As the kind has checked it.</param>
/// <param name="At">When the node took it, Unix milliseconds.</param>
public sealed record NewEvent(ConversationId Conversation, SenderInfo From, Guid? To, string ClientId, EventKind Kind, CheckedContent Content, long At, string Node)
{
    /// <summary>The line it is about.</summary>
    public long? Target { get; init; }

    internal EventFrame ToFrame(long seq, long? line) => new(Conversation, seq, Kind.Name, From, At, Node)
    {
        Id = ClientId,
        Line = line,
        Target = Target,
        Effect = Kind.Effect,
        Slot = Content.Slot,
        To = To,
        Content = Content.Content,
    };
}

/// <param name="Duplicate">It was stored before; <see cref="Event"/> is that first one, as it is now.</param>
public sealed record AppendResult(EventFrame Event, bool Duplicate);

/// <summary>0 and 0 when there is none.</summary>
public readonly record struct ConversationHead(long LastSeq, long LastLine);

/// <param name="Quoted">Lines that lines of the page reply to and that are not on it, their texts cut.</param>
/// <param name="Head">At the time of reading.</param>
/// <param name="More">There are further lines in the direction asked for: newer ones after <c>after</c>, else older ones.</param>
public sealed record LinePage(IReadOnlyList<EventFrame> Lines, IReadOnlyList<EventFrame> Quoted, ConversationHead Head, bool More);

/// <param name="More">There are newer ones.</param>
public sealed record EventPage(IReadOnlyList<EventFrame> Events, long LastSeq, bool More);

/// <param name="Mark">To be given to the next call.</param>
public sealed record EventChanges(ulong Mark, IReadOnlyList<ConversationChange> Conversations)
{
    /// <summary>Another one than at the earlier call, a mark that is lower than it was, or another <see cref="Epoch"/>: the store is not the one it was, and what is new since the earlier call cannot be said.</summary>
    public int Timeline { get; init; }

    /// <summary>As <see cref="StoreEpoch.Current"/>.</summary>
    public string Epoch { get; init; } = "";
}

/// <param name="FirstSeq">The oldest of the new events; those up to <paramref name="LastSeq"/> follow without a gap.</param>
/// <param name="User">A member of a direct conversation, and <paramref name="Peer"/> the other; null in the lobby and in rooms.</param>
public sealed record ConversationChange(ConversationId Conversation, long FirstSeq, long LastSeq, Guid? User, Guid? Peer)
{
    /// <summary>Of whom these events say that they came into the room, went, or have another role.</summary>
    public IReadOnlyList<Guid> Members { get; init; } = [];
}

public sealed class StoreBusyException() : Exception("The write queue is full.");

public sealed class MessageRejectedException(Exception? inner = null) : Exception("The event cannot be stored.", inner);
