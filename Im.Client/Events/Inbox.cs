using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Im.Protocol;

namespace Im.Client.Events;

/// <param name="IsFresh">Nobody has begun to mend it.</param>
internal readonly record struct BrokenStream(ConversationStream Stream, bool IsFresh);

/// <summary>
/// All conversations' events as one stream for the application, each conversation's exactly once and in order. When the application does not keep up the
/// stream's buffer fills and conversations fall behind, as if the events had been missed; they are mended when there is room again.
/// </summary>
internal sealed class Inbox(ImClientOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ConversationId, ConversationStream> _streams = options.StartAfter.ToDictionary(c => c.Key, c => new ConversationStream(c.Key, c.Value));
    private readonly Channel<(StreamItem Item, int Life)> _items = Channel.CreateBounded<(StreamItem, int)>(new BoundedChannelOptions(options.MessageBuffer) { SingleReader = false });
    private readonly Channel<BrokenStream> _broken = Channel.CreateUnbounded<BrokenStream>(); // each stream at most once: bounded by the conversations
    private bool _allKnown = true;
    private string? _epoch = options.StartEpoch;
    private int _life, _toldLife;

    /// <summary>Conversations in which something is missing, for the <see cref="Mender"/>.</summary>
    public ChannelReader<BrokenStream> Broken => _broken.Reader;

    /// <summary>The application's stream. What was put into it in a former life of the store is left out, and the new one told first.</summary>
    public async IAsyncEnumerable<StreamItem> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (item, life) in _items.Reader.ReadAllAsync(cancellationToken))
        {
            string? newEpoch;
            bool isStale;
            lock (_lock)
            {
                newEpoch = _toldLife < _life ? _epoch : null;
                _toldLife = _life;
                isStale = life < _life || item == default;
            }
            if (newEpoch is not null)
                yield return new(newEpoch);
            if (!isStale)
                yield return item;
        }
    }

    /// <summary>Before anything of a new connection: the life of the store it is of. In another one than before all cursors are worth nothing.</summary>
    public void Enter(string? epoch)
    {
        lock (_lock)
        {
            var isNew = _epoch is not null && epoch != _epoch;
            _epoch = epoch;
            if (!isNew)
                return;
            _life++;
            _streams.Clear();
            _allKnown = false;
            _items.Writer.TryWrite(default); // wakes the reader; where there is no room it is awake
        }
    }

    /// <summary>A live event.</summary>
    public void Accept(EventFrame live)
    {
        lock (_lock)
        {
            var stream = Find(live.Conversation, firstSeq: live.Seq);
            if (stream.IsNext(live))
            {
                if (_items.Writer.TryWrite((new(live), _life)))
                    stream.Advance(live.Seq);
                else
                    stream.Hold(live);
            }
            Queue(stream);
        }
    }

    /// <summary>The user's conversations before connecting: the stream begins after what was said in them so far, unless it already has begun.</summary>
    public void Begin(IReadOnlyList<ConversationSummary> conversations)
    {
        lock (_lock)
        {
            _allKnown = conversations.Count < ProtocolLimits.MaxConversations;
            foreach (var summary in conversations.Where(c => !c.Conversation.IsLobby))
                _streams.TryAdd(summary.Conversation, NewStream(summary.Conversation, summary.LastEventSeq ?? summary.LastSeq));
        }
    }

    /// <summary>The lobby's newest event when the connection became ready: where its stream begins, or what it has missed.</summary>
    public void ExpectLobby(long lastSeq)
    {
        lock (_lock)
        {
            _streams.TryAdd(ConversationId.Lobby, NewStream(ConversationId.Lobby, lastSeq));
            Expect(_streams[ConversationId.Lobby], lastSeq);
        }
    }

    /// <summary>The user's conversations after a connection became ready: what each has missed. Those too old to be listed are asked for.</summary>
    public void Expect(IReadOnlyList<ConversationInfo> conversations)
    {
        lock (_lock)
        {
            foreach (var info in conversations)
                Expect(Find(info.Conversation, firstSeq: info.LastSeq + 1), info.LastSeq);
            // A room that is not there was left: the last that was said while its user was in it may be missing.
            var isWhole = conversations.Count < ProtocolLimits.MaxConversations;
            _allKnown |= isWhole;
            foreach (var unlisted in _streams.Keys.Except(conversations.Select(c => c.Conversation)).Where(c => !isWhole || c.IsRoom).ToList())
            {
                _streams[unlisted].MustAsk = true;
                Queue(_streams[unlisted]);
            }
        }
    }

    /// <summary>Hands on what is held next, as the one who mends. False when the next is missing.</summary>
    public async ValueTask<bool> HandOnHeldAsync(ConversationStream stream, CancellationToken cancellationToken)
    {
        EventFrame? next;
        lock (_lock)
            next = stream.NextHeld;
        if (next is not null)
            await HandOnAsync(stream, next, cancellationToken);
        return next is not null;
    }

    /// <summary>Where the one who mends reads on: after the cursor; where more is missing than the application wants to wait for, before the newest page.</summary>
    public long ReadAfter(ConversationStream stream)
    {
        lock (_lock)
            return stream.MissingCount > (options.MaxFillMessages ?? long.MaxValue) ? Math.Max(stream.Cursor, stream.Newest - ProtocolLimits.DefaultPageMessages) : stream.Cursor;
    }

    /// <summary>Hands on a page, as the one who mends, and before it word of what is left out. The node's answer is the truth: where it has no event, none is waited for.</summary>
    /// <param name="after">What was asked for.</param>
    public async Task HandOnAsync(ConversationStream stream, long after, EventsFrame page, CancellationToken cancellationToken)
    {
        if (after > stream.Cursor && page.Events is [var first, ..])
        {
            await _items.Writer.WriteAsync((new(new EventGap(stream.Conversation, stream.Cursor, first.Seq)), stream.Life), cancellationToken);
            lock (_lock)
                stream.Advance(first.Seq - 1);
        }
        foreach (var missed in page.Events.Where(e => e.Seq > stream.Cursor))
            await HandOnAsync(stream, missed, cancellationToken);
        lock (_lock)
        {
            stream.Expect(page.LastSeq);
            stream.MustAsk &= page.More;
        }
    }

    /// <summary>The stream is of a former life of the store: nothing is mended in it any more.</summary>
    public bool IsStale(ConversationStream stream)
    {
        lock (_lock)
            return stream.Life < _life;
    }

    /// <summary>Lets other conversations have their turn before this one's mending goes on.</summary>
    public void TakeTurns(ConversationStream stream) => _broken.Writer.TryWrite(new(stream, IsFresh: false));

    public bool TryFinishMending(ConversationStream stream)
    {
        lock (_lock)
            return stream.TryFinishMending();
    }

    public void AbandonMending(ConversationStream stream)
    {
        lock (_lock)
            stream.AbandonMending();
    }

    /// <summary>Ends the application's stream after what is in it.</summary>
    public void Complete(Exception? error = null) => _items.Writer.TryComplete(error);

    private async ValueTask HandOnAsync(ConversationStream stream, EventFrame next, CancellationToken cancellationToken)
    {
        await _items.Writer.WriteAsync((new(next), stream.Life), cancellationToken);
        lock (_lock)
            stream.Advance(next.Seq);
    }

    // A direct conversation nobody knew of is new, so that its stream begins with its first event. Only beyond the conversations a node lists may it be an old one. A room begins with what comes first.
    private ConversationStream Find(ConversationId conversation, long firstSeq)
    {
        if (!_streams.TryGetValue(conversation, out var stream))
            _streams[conversation] = stream = NewStream(conversation, _allKnown && conversation is { IsLobby: false, IsRoom: false } ? 0 : firstSeq - 1);
        return stream;
    }

    private ConversationStream NewStream(ConversationId conversation, long cursor) => new(conversation, cursor, _life);

    private void Expect(ConversationStream stream, long lastSeq)
    {
        stream.Expect(lastSeq);
        Queue(stream);
    }

    private void Queue(ConversationStream stream)
    {
        if (stream.TryBeginMending())
            _broken.Writer.TryWrite(new(stream, IsFresh: true));
    }
}
