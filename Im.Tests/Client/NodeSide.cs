using System.Net.WebSockets;
using System.Threading.Channels;
using Im.Protocol;

namespace Im.Tests.Client;

/// <summary>The node's end of one connection.</summary>
internal sealed class NodeSide(WebSocket socket, string cookie, string? askedFor)
{
    public static readonly LimitsInfo Limits = new(
        ProtocolLimits.MaxFrameBytes, ProtocolLimits.MaxTextChars, ProtocolLimits.MaxPageMessages, ProtocolLimits.MaxIdChars, ProtocolLimits.MaxOutboxFrames, ProtocolLimits.MaxOutboxBytes);

    private readonly Queue<ClientFrame> _aside = [];
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Channel<ClientFrame> _frames = Channel.CreateUnbounded<ClientFrame>();
    private readonly TaskCompletionSource<int?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Cookie => cookie;

    /// <summary>The node the client asked for in the address.</summary>
    public string? AskedFor => askedFor;

    /// <summary>The client's close code, null when it went without one.</summary>
    public Task<int?> Ended => _ended.Task.WaitAsync(Bounded.Time);

    /// <summary>Whether pings are answered by themselves and not seen by the test.</summary>
    public bool AnswersPings { get; set; } = true;

    /// <summary>Takes nothing more, and says nothing of it.</summary>
    public bool IsFrozen { get; set; }

    public async Task<NodeSide> WelcomeAsync(UserInfo? user = null, long lobby = 0, string node = "realtime-1", bool knowsCookie = true, string epoch = "one")
    {
        await SendAsync(new HelloFrame(node, "c-1", cookie is "" || !knowsCookie ? null : "s-1", user, 1_790_000_000_000, Limits) { Protocol = 2, Epoch = epoch }, new ReadyFrame(new(lobby, lobby)));
        return this;
    }

    public async Task SendAsync(params ServerFrame[] frames)
    {
        foreach (var frame in frames)
            await SendTextAsync(ProtocolJson.Write(frame));
    }

    public async Task SendTextAsync(ReadOnlyMemory<byte> utf8)
    {
        await _sending.WaitAsync();
        try
        {
            await socket.SendAsync(utf8, WebSocketMessageType.Text, true, default);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The client's next frame, which is of this type.</summary>
    public async Task<T> ExpectAsync<T>() where T : ClientFrame => Assert.IsType<T>(_aside.TryDequeue(out var aside) ? aside : await ReadAsync());

    /// <summary>The client's next frame of this type; those before it, which it asked at the same time, are kept in their order.</summary>
    public async Task<T> ExpectAmongAsync<T>() where T : ClientFrame
    {
        while (true)
        {
            var frame = await ReadAsync();
            if (frame is T expected)
                return expected;
            _aside.Enqueue(frame);
        }
    }

    private Task<ClientFrame> ReadAsync() => _frames.Reader.ReadAsync().AsTask().WaitAsync(Bounded.Time);

    /// <summary>Answers the client's next frame, which asks for the events after a sequence, out of all there ever were.</summary>
    public async Task<EventsRequest> AnswerEventsAsync(IReadOnlyList<EventFrame> all)
    {
        var asked = await ExpectAsync<EventsRequest>();
        var rest = all.Where(e => e.Conversation == asked.Conversation && e.Seq > asked.After).ToList();
        var page = rest.Take(asked.Limit ?? ProtocolLimits.DefaultPageMessages).ToList();
        await SendAsync(new EventsFrame(asked.Conversation!.Value, page, all.LastOrDefault(e => e.Conversation == asked.Conversation)?.Seq ?? 0, page.Count < rest.Count) { Id = asked.Id });
        return asked;
    }

    public async Task<PostFrame> AckAsync(long seq)
    {
        var sent = await ExpectAsync<PostFrame>();
        await SendAsync(new AckFrame(sent.Conversation ?? ConversationId.Lobby, seq) { Id = sent.Id, At = 1 });
        return sent;
    }

    public Task CloseAsync(int code) => socket.CloseOutputAsync((WebSocketCloseStatus)code, "scripted", default);

    public void Abort() => socket.Abort();

    public async Task ReceiveAsync(CancellationToken aborted)
    {
        var buffer = new byte[ProtocolLimits.MaxFrameBytes];
        try
        {
            for (var length = 0; ;)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(length), aborted);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    if (socket.State == WebSocketState.CloseReceived)
                        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
                    return;
                }
                while (IsFrozen)
                    await Task.Delay(10, aborted);
                length += part.Count;
                if (!part.EndOfMessage)
                    continue;
                var frame = ClientFrameReader.Read(buffer.AsSpan(0, length), ProtocolLimits.Version).Frame ?? throw new InvalidOperationException("The client sent no frame.");
                length = 0;
                if (frame is PingFrame && AnswersPings)
                    await SendAsync(new PongFrame(1_790_000_000_000) { Id = frame.Id });
                else
                    _frames.Writer.TryWrite(frame);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
        }
        finally
        {
            _frames.Writer.TryComplete();
            _ended.TrySetResult((int?)socket.CloseStatus);
        }
    }
}
