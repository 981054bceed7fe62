using Im.Protocol;

namespace Im.Client.Messages;

/// <summary>
/// Puts one conversation's messages in order: what follows the cursor may go to the application, doubles are dropped, what is too early is held until the hole
/// before it is mended. Pure bookkeeping, without locks, time or network; <see cref="Inbox"/> guards it.
/// </summary>
internal sealed class ConversationStream(ConversationId conversation, long cursor)
{
    /// <summary>Messages held behind a hole. What does not fit is not lost: it is read from the history with the hole.</summary>
    public const int MaxHeld = 256;

    private readonly SortedDictionary<long, MessageFrame> _held = [];
    private long _newest = cursor;

    public ConversationId Conversation => conversation;

    /// <summary>The last sequence handed to the application.</summary>
    public long Cursor { get; private set; } = cursor;

    /// <summary>Somebody is mending the hole, and is the only one who hands messages on until <see cref="TryFinishMending"/>.</summary>
    public bool IsMending { get; private set; }

    /// <summary>The history has to be asked, even if no hole is known of.</summary>
    public bool MustAsk { get; set; }

    /// <summary>True when the message is the next one and may be handed on now, followed by <see cref="Advance"/>. Otherwise it is a double, or held.</summary>
    public bool IsNext(MessageFrame message)
    {
        _newest = Math.Max(_newest, message.Seq);
        if (message.Seq <= Cursor)
            return false;
        if (message.Seq == Cursor + 1 && !IsMending)
            return true;
        Hold(message);
        return false;
    }

    public void Hold(MessageFrame message)
    {
        if (_held.Count < MaxHeld)
            _held.TryAdd(message.Seq, message);
    }

    /// <summary>The message after the cursor, if it is held.</summary>
    public MessageFrame? NextHeld => _held.GetValueOrDefault(Cursor + 1);

    public void Advance(long seq)
    {
        Cursor = seq;
        _newest = Math.Max(_newest, seq);
        while (_held.Count > 0 && _held.First().Key is var first && first <= seq)
            _held.Remove(first);
    }

    /// <summary>The conversation is known to have messages up to here.</summary>
    public void Expect(long lastSeq) => _newest = Math.Max(_newest, lastSeq);

    /// <summary>How many messages between the cursor and the newest one heard of are not here.</summary>
    public long MissingCount => _newest - Cursor - _held.Count;

    public bool IsComplete => !MustAsk && Cursor >= _newest;

    /// <summary>True when something is missing and nobody mends it yet: the caller does now.</summary>
    public bool TryBeginMending() => !IsMending && !IsComplete && (IsMending = true);

    /// <summary>True when nothing is missing any more: from here on messages are handed on as they arrive.</summary>
    public bool TryFinishMending() => IsComplete && !(IsMending = false);

    /// <summary>Mending failed for good; what arrives next begins it anew.</summary>
    public void AbandonMending() => IsMending = false;
}
