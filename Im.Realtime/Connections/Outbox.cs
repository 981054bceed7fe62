using System.Net.WebSockets;
using Im.Core.Rounds;
using Im.Protocol;

namespace Im.Realtime.Connections;

/// <summary>
/// The frames waiting for one connection, and the only writer of its socket. Bounded in frames and bytes (<see cref="ProtocolLimits"/>): over either, what
/// waits is dropped and the connection is closed with <see cref="CloseCodes.SlowConsumer"/>; the client comes back and reads what it missed by cursor.
/// </summary>
/// <remarks>
/// Nothing runs while nothing waits: enqueueing has the <paramref name="writer"/> come by, which writes all that waits at once. What a <see cref="Round"/> brings goes out at its end.
/// </remarks>
internal sealed class Outbox(WebSocket socket, ClientStream stream, OutboxWriter writer, TimeProvider time) : IRoundEnd
{
    /// <summary>So few are written to at once; a round to more is the <see cref="OutboxWriter"/>'s.</summary>
    public const int Few = 2;

    /// <summary>How long the frame under way and those queued before a close may take, and then the client's answer; after that the connection is aborted.</summary>
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly Queue<ReadOnlyMemory<byte>> _frames = new(0);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waitingBytes;
    private bool _writing;
    private int _stalled;
    private (int Code, string Reason)? _close;
    private ITimer? _abort;

    /// <summary>Completes when the close frame has been written, or the socket is gone.</summary>
    public Task Closed => _closed.Task;

    /// <summary>The close code this side asked for, if it did.</summary>
    public int? CloseCode => _close?.Code;

    /// <summary>Queues a frame without copying it: the bytes must not change afterwards. A droppable one (typing) is left out when half the bound waits.</summary>
    /// <param name="atOnce">Where little is to do, the caller writes it: another thread would have to be woken for it.</param>
    /// <param name="toMany">It goes to many outboxes: the writer begins with the first, and what comes while it goes round them gathers. Else the frame waits for the end of the <see cref="Round"/>, if one runs.</param>
    public void Enqueue(ReadOnlyMemory<byte> frame, bool droppable = false, bool atOnce = false, bool toMany = false)
    {
        lock (_gate)
        {
            if (_close is not null)
                return;
            var share = droppable ? 2 : 1;
            if (_frames.Count >= ProtocolLimits.MaxOutboxFrames / share || _waitingBytes + frame.Length > ProtocolLimits.MaxOutboxBytes / share)
            {
                if (droppable)
                    return;
                _frames.Clear();
                RequestClose(CloseCodes.SlowConsumer, "slow consumer");
            }
            else
            {
                _frames.Enqueue(frame);
                _waitingBytes += frame.Length;
            }
            if (!TakeTurn())
                return;
        }
        if (toMany || !Round.TryPutOff(this))
            Write(atOnce);
    }

    // All that the round brought is here: whoever ends it writes it, without waking another thread.
    void IRoundEnd.EndRound() => Write(atOnce: true);

    private void Write(bool atOnce)
    {
        if (atOnce && writer.IsIdle)
            _ = WriteAsync();
        else
            writer.Add(this);
    }

    /// <summary>
    /// To be called every <see cref="SilenceWatch.Interval"/>: asks a client that has been silent for long, and gives up one that does not answer, or that sends but does not take
    /// what is being written to it.
    /// </summary>
    public void CountSilence()
    {
        var silence = stream.CountSilence();
        lock (_gate)
            _stalled = _writing ? _stalled + 1 : 0;
        if (silence == SilenceWatch.PingAfter)
            _ = PingAsync();
        if (silence == SilenceWatch.GoneAfter || _stalled == SilenceWatch.GoneAfter)
            socket.Abort();
    }

    /// <summary>Writes what waits, then a close frame. The first code wins.</summary>
    public void Close(int code, string reason)
    {
        lock (_gate)
        {
            if (_close is not null)
                return;
            RequestClose(code, reason);
            if (!TakeTurn())
                return;
        }
        writer.Add(this);
    }

    /// <summary>The connection is over: nothing is left to abort.</summary>
    public void Release() => _abort?.Dispose();

    private void RequestClose(int code, string reason)
    {
        _close = (code, reason);
        _abort = time.CreateTimer(static socket => ((WebSocket)socket!).Abort(), socket, CloseWithin, Timeout.InfiniteTimeSpan);
    }

    // Whoever takes it sees to the writing; the gate is held.
    private bool TakeTurn() => !_writing && (_writing = true);

    /// <summary>
    /// Called by one at a time. Ends when nothing waits. A failed write means that the socket is gone; the receiving side notices by itself.
    /// </summary>
    public async Task WriteAsync()
    {
        try
        {
            (int Code, string Reason)? close;
            do
            {
                while (TryGather(out var round))
                {
                    await stream.SendAsync(round.Frames);
                    round.Return(); // not after a failure: the write may still be under way
                    lock (_gate)
                    {
                        _waitingBytes -= round.PayloadBytes;
                        _stalled = 0;
                    }
                }
            }
            while (!IsDone(out close));
            if (close is not { } asked)
                return;
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync((WebSocketCloseStatus)asked.Code, asked.Reason, CancellationToken.None);
            _abort?.Change(CloseWithin, Timeout.InfiniteTimeSpan); // for its answer: whoever goes on without one is not listened to
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException or InvalidOperationException or ArgumentException)
        {
            // No abort: a close frame that the socket sent by itself (a broken frame came) may still be on its way.
            _abort?.Dispose();
        }
        _closed.TrySetResult();
    }

    private async Task PingAsync()
    {
        try
        {
            await stream.PingAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // It is gone; the receiving side notices by itself.
        }
    }

    private bool TryGather(out FrameRound round)
    {
        lock (_gate)
            return FrameRound.TryTake(_frames, out round);
    }

    private bool IsDone(out (int Code, string Reason)? close)
    {
        lock (_gate)
        {
            close = _close;
            if (_frames.Count > 0)
                return false;
            _writing = close is not null; // a closing outbox is never written again
            return true;
        }
    }
}
