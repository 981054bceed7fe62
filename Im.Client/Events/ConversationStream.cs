using Im.Protocol;

namespace Im.Client.Events;

/// <summary>
/// Puts one conversation's events in order: what follows the cursor may go to the application, doubles are dropped, what is too early is held until the hole
/// before it is mended. Pure bookkeeping, without locks, time or network; <see cref="Inbox"/> guards it.
/// </summary>
internal sealed class ConversationStream(ConversationId conversation, long cursor, int life = 0)
{
    /// <summary>Events held behind a hole. What does not fit is not lost: it is read with the hole.</summary>
    public const int MaxHeld = 256;

    private readonly SortedDictionary<long, EventFrame> _held = [];

    public ConversationId Conversation => conversation;

    /// <summary>Of the store, by the <see cref="Inbox"/>'s count: in another one the cursor is worth nothing.</summary>
    public int Life => life;

    /// <summary>The last sequence handed to the application.</summary>
    public long Cursor { get; private set; } = cursor;

    /// <summary>The newest sequence heard of.</summary>
    public long Newest { get; private set; } = cursor;

    /// <summary>Somebody is mending the hole, and is the only one who hands messages on until <see cref="TryFinishMending"/>.</summary>
    public bool IsMending { get; private set; }

    /// <summary>The node has to be asked, even if no hole is known of.</summary>
    public bool MustAsk { get; set; }

    /// <summary>True when the event is the next one and may be handed on now, followed by <see cref="Advance"/>. Otherwise it is a double, or held.</summary>
    public bool IsNext(EventFrame live)
    {
        Newest = Math.Max(Newest, live.Seq);
        if (live.Seq <= Cursor)
            return false;
        if (live.Seq == Cursor + 1 && !IsMending)
            return true;
        Hold(live);
        return false;
    }

    public void Hold(EventFrame live)
    {
        if (_held.Count < MaxHeld)
            _held.TryAdd(live.Seq, live);
    }

    /// <summary>The event after the cursor, if it is held.</summary>
    public EventFrame? NextHeld => _held.GetValueOrDefault(Cursor + 1);

    public void Advance(long seq)
    {
        Cursor = seq;
        Newest = Math.Max(Newest, seq);
        while (_held.Count > 0 && _held.First().Key is var first && first <= seq)
            _held.Remove(first);
    }

    /// <summary>The conversation is known to have events up to here.</summary>
    public void Expect(long lastSeq) => Newest = Math.Max(Newest, lastSeq);

    /// <summary>How many events between the cursor and the newest one are not here.</summary>
    public long MissingCount => Newest - Cursor - _held.Count;

    public bool IsComplete => !MustAsk && Cursor >= Newest;

    /// <summary>True when something is missing and nobody mends it yet: the caller does now.</summary>
    public bool TryBeginMending() => !IsMending && !IsComplete && (IsMending = true);

    /// <summary>True when nothing is missing any more: from here on events are handed on as they arrive.</summary>
    public bool TryFinishMending() => IsComplete && !(IsMending = false);

    /// <summary>Mending failed for good; what arrives next begins it anew.</summary>
    public void AbandonMending() => IsMending = false;
}
