using System.Threading.Channels;
using Im.Protocol;

namespace Im.Client.Messages;

/// <param name="IsFresh">Nobody has begun to mend it.</param>
internal readonly record struct BrokenStream(ConversationStream Stream, bool IsFresh);

/// <summary>
/// All conversations' messages as one stream for the application, each conversation's exactly once and in order. When the application does not keep up the
/// stream's buffer fills and conversations fall behind, as if the messages had been missed; they are mended when there is room again.
/// </summary>
internal sealed class Inbox(ImClientOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ConversationId, ConversationStream> _streams = options.StartAfter.ToDictionary(c => c.Key, c => new ConversationStream(c.Key, c.Value));
    private readonly Channel<StreamItem> _items = Channel.CreateBounded<StreamItem>(new BoundedChannelOptions(options.MessageBuffer) { SingleReader = false });
    private readonly Channel<BrokenStream> _broken = Channel.CreateUnbounded<BrokenStream>(); // each stream at most once: bounded by the conversations
    private bool _allKnown = true;

    public ChannelReader<StreamItem> Items => _items.Reader;

    /// <summary>Conversations in which something is missing, for the <see cref="Mender"/>.</summary>
    public ChannelReader<BrokenStream> Broken => _broken.Reader;

    /// <summary>A live message.</summary>
    public void Accept(MessageFrame message)
    {
        lock (_lock)
        {
            var stream = Find(message.Conversation, firstSeq: message.Seq);
            if (stream.IsNext(message))
            {
                if (_items.Writer.TryWrite(new(message)))
                    stream.Advance(message.Seq);
                else
                    stream.Hold(message);
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
                _streams.TryAdd(summary.Conversation, new(summary.Conversation, summary.LastSeq));
        }
    }

    /// <summary>The lobby's newest message when the connection became ready: where its stream begins, or what it has missed.</summary>
    public void ExpectLobby(long lastSeq)
    {
        lock (_lock)
        {
            _streams.TryAdd(ConversationId.Lobby, new(ConversationId.Lobby, lastSeq));
            Expect(_streams[ConversationId.Lobby], lastSeq);
        }
    }

    /// <summary>The user's conversations after a connection became ready: what each has missed. Those too old to be listed are asked for.</summary>
    public void Expect(IReadOnlyList<ConversationSummary> conversations)
    {
        lock (_lock)
        {
            foreach (var summary in conversations)
                Expect(Find(summary.Conversation, firstSeq: summary.LastSeq + 1), summary.LastSeq);
            if (conversations.Count < ProtocolLimits.MaxConversations)
                return;
            foreach (var unlisted in _streams.Keys.Except(conversations.Select(c => c.Conversation)).ToList())
            {
                _streams[unlisted].MustAsk = true;
                Queue(_streams[unlisted]);
            }
        }
    }

    /// <summary>Hands on what is held next, as the one who mends. False when the next is missing.</summary>
    public async ValueTask<bool> HandOnHeldAsync(ConversationStream stream, CancellationToken cancellationToken)
    {
        MessageFrame? next;
        lock (_lock)
            next = stream.NextHeld;
        if (next is not null)
            await HandOnAsync(stream, next, cancellationToken);
        return next is not null;
    }

    /// <summary>Hands on a page of the history, as the one who mends. The history is the truth: where it has no message, none is waited for.</summary>
    public async Task HandOnAsync(ConversationStream stream, HistoryFrame page, CancellationToken cancellationToken)
    {
        foreach (var m in page.Messages.Where(m => m.Seq > stream.Cursor))
            await HandOnAsync(stream, new MessageFrame(m.Conversation, m.Seq, m.From, m.Text, m.At, m.Node) { Id = m.Id, To = m.To }, cancellationToken);
        lock (_lock)
        {
            stream.Expect(page.LastSeq);
            stream.MustAsk &= page.More;
        }
    }

    /// <summary>More is missing than the application wants to wait for.</summary>
    public bool IsTooMuch(ConversationStream stream)
    {
        lock (_lock)
            return stream.MissingCount > (options.MaxFillMessages ?? long.MaxValue);
    }

    /// <summary>Hands on the newest page, as the one who mends, and before it word of what is left out.</summary>
    public async Task SkipToAsync(ConversationStream stream, HistoryFrame newest, CancellationToken cancellationToken)
    {
        if (newest.Messages is [var first, ..] && first.Seq > stream.Cursor + 1)
        {
            await _items.Writer.WriteAsync(new(new MessageGap(stream.Conversation, stream.Cursor, first.Seq)), cancellationToken);
            lock (_lock)
                stream.Advance(first.Seq - 1);
        }
        await HandOnAsync(stream, newest with { More = false }, cancellationToken);
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

    private async ValueTask HandOnAsync(ConversationStream stream, MessageFrame message, CancellationToken cancellationToken)
    {
        await _items.Writer.WriteAsync(new(message), cancellationToken);
        lock (_lock)
            stream.Advance(message.Seq);
    }

    // A direct conversation nobody knew of is new, so that its stream begins with its first message. Only beyond the conversations a node lists may it be an old one.
    private ConversationStream Find(ConversationId conversation, long firstSeq)
    {
        if (!_streams.TryGetValue(conversation, out var stream))
            _streams[conversation] = stream = new(conversation, _allKnown && !conversation.IsLobby ? 0 : firstSeq - 1);
        return stream;
    }

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
