using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Im.Core.Limits;
using Im.Protocol;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Im.Realtime.Connections;

/// <summary>
/// The bytes to and from one client, below its WebSocket, which reads its frames, answers pings and closes. It does four things a WebSocket cannot: it sends several frames
/// with one write, it sends a ping when it is told to, it lets a close frame arrive, and it counts the frames of which the WebSocket says nothing.
/// <para>
/// Each write down here ends as a system call, which costs more than everything else about a delivery. So what waits is gathered (<see cref="FrameRound"/>), and goes out at
/// once, to the socket itself: Kestrel's pipe would have another thread make the call, and keep the buffers of the largest frame for ever.
/// (Over TLS, and in tests without a socket, it goes through Kestrel.)
/// </para>
/// <para>
/// After bytes that are no WebSocket, or no UTF-8, the WebSocket answers with its close code and gives up its stream; ended at once, with more from the client unread, the TCP
/// connection would be reset and the client would never read why. So the stream outlives the WebSocket and is emptied first (<see cref="DrainAsync"/>).
/// </para>
/// </summary>
/// <param name="socket">Null: write to <paramref name="inner"/>. Nobody else writes to it any more.</param>
/// <param name="abort">Ends the connection with whatever waits for it.</param>
internal sealed class ClientStream(Stream inner, Socket? socket, Action abort) : Stream
{
    private static readonly byte[] Ping = [0x89, 0x00];

    private const byte CloseFrame = 0x88;

    /// <summary>How long a client may take to read our close frame.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(3);

    /// <summary>The same once its own close frame is here: ours, which may have crossed it, still passes the gateway.</summary>
    private static readonly TimeSpan AfterAnswer = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan SlowRead = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim _writing = new(1);
    private int _silence;
    private FrameMeter _frames;
    private TokenBucket _others;
    private Outbox? _outbox;
    private Rate? _rate;
    private TimeProvider? _time;
    private bool _isTooFast;
    private volatile bool _closed, _isOver;

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Puts it below the WebSocket of this request, where it is found again with <see cref="Of"/>. Before the WebSocket middleware.</summary>
    public static Task UseAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
            context.Features.Set<IHttpUpgradeFeature>(new Upgrade(upgrade, context));
        return next(context);
    }

    /// <summary>Once the WebSocket is accepted.</summary>
    public static ClientStream Of(HttpContext context) => ((Upgrade)context.Features.GetRequiredFeature<IHttpUpgradeFeature>()).Stream!;

    /// <summary>To be called at an interval: how often that was since anything came from the client.</summary>
    public int CountSilence() => ++_silence;

    /// <summary>Writes a WebSocket ping, between two frames.</summary>
    public ValueTask PingAsync() => SendAsync(Ping);

    /// <summary>Writes whole frames.</summary>
    /// <exception cref="IOException">The client is gone, or has been told that nothing more comes.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> frames)
    {
        await _writing.WaitAsync();
        try
        {
            if (_closed)
                throw new IOException("After a close frame nothing may follow.");
            await WriteThroughAsync(frames, CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    // The WebSocket's own: a pong, which may come while a round is written, or a close frame.
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            _closed |= frame.Span[0] == CloseFrame;
            await WriteThroughAsync(frame, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>From now on frames that are no whole message are counted (<see cref="FrameMeter"/>): who sends more of them than the rate allows is closed with 4429.</summary>
    public void Watch(Outbox outbox, Rate rate, TimeProvider time) => (_outbox, _rate, _time) = (outbox, rate, time);

    // Who reads again has got something. A read of nothing waits for the client, and takes no bytes.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _silence = 0;
        if (_outbox is null || buffer.IsEmpty)
            return inner.ReadAsync(buffer, cancellationToken);
        if (_isTooFast)
            return ReadSlowlyAsync(buffer, cancellationToken);
        var read = inner.ReadAsync(buffer, cancellationToken);
        return read.IsCompletedSuccessfully ? new(Count(buffer, read.Result)) : CountAsync(read, buffer);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> CountAsync(ValueTask<int> read, Memory<byte> buffer) => Count(buffer, await read);

    private int Count(Memory<byte> buffer, int read)
    {
        if (_frames.Count(buffer.Span[..read]) is > 0 and var others && _others.Take(_rate!, others, _time!) is not null)
        {
            _isTooFast = true;
            _outbox!.Close(CloseCodes.TooFast, "too many pings, pongs or fragments");
        }
        return read;
    }

    // It has been closed, and goes on: until it answers, or is cut off, it costs next to nothing.
    private async ValueTask<int> ReadSlowlyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await Task.Delay(SlowRead, cancellationToken);
        return await inner.ReadAsync(buffer, cancellationToken);
    }

    /// <summary>Nobody waits for the client any more, except <see cref="DrainAsync"/>.</summary>
    public void Finish() => _isOver = true;

    /// <summary>Reads until the client has answered the close frame or closed, for 3 s at most.</summary>
    public async Task DrainAsync()
    {
        using var limit = new CancellationTokenSource(Linger);
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            int read;
            while ((read = await inner.ReadAsync(buffer, limit.Token)) > 0)
                if (EndsWithCloseFrame(buffer.AsSpan(0, read)))
                    limit.CancelAfter(AfterAnswer);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The client is gone, or will not stop.
        }
        ArrayPool<byte>.Shared.Return(buffer);
    }

    // A masked close frame with a code and no reason, or without either, is the last a client sends. Taken for one by chance, other bytes only end the wait early.
    private static bool EndsWithCloseFrame(ReadOnlySpan<byte> bytes) =>
        bytes is [.., 0x88, 0x82, _, _, _, _, _, _] or [.., 0x88, 0x80, _, _, _, _];

    private ValueTask WriteThroughAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (socket is null)
            return inner.WriteAsync(bytes, cancellationToken);
        var sent = SendNow(socket, bytes.Span);
        return sent == bytes.Length ? default : SendRestAsync(socket, bytes[sent..], cancellationToken);
    }

    // Nearly always the operating system takes everything at once.
    private static int SendNow(Socket socket, ReadOnlySpan<byte> bytes)
    {
        var sent = socket.Send(bytes, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success => sent,
            SocketError.WouldBlock => 0,
            _ => throw new IOException($"The client is gone: {error}."),
        };
    }

    private static async ValueTask SendRestAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            while (bytes.Length > 0)
                bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellationToken)..];
        }
        catch (SocketException e)
        {
            throw new IOException("The client is gone.", e);
        }
    }

    // A write ends with its own flush.
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush() => throw new NotSupportedException();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    // Otherwise the request's end closes the stream. But an abort is meant to end what waits for the peer in vain.
    protected override void Dispose(bool disposing)
    {
        _closed = true;
        _ = EndWaitsAsync();
    }

    private async Task EndWaitsAsync()
    {
        if (_isOver)
            return;
        await Task.Delay(Linger);
        if (!_isOver)
            abort();
    }

    private sealed class Upgrade(IHttpUpgradeFeature inner, HttpContext context) : IHttpUpgradeFeature
    {
        public ClientStream? Stream { get; private set; }

        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        // Returns when the response has left: Kestrel keeps none back (RealtimeNode says so), and has no more to write.
        public async Task<Stream> UpgradeAsync() => Stream = new(await inner.UpgradeAsync(), PlainSocket(), context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort);

        private Socket? PlainSocket()
        {
            if (context.Features.Get<ITlsHandshakeFeature>() is not null || context.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
                return null;
            try
            {
                socket.Blocking = false;
                return socket;
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException)
            {
                return null; // the client has gone meanwhile: so says the first read
            }
        }
    }
}
