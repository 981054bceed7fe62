using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace Im.Realtime.Connections;

/// <summary>
/// Lets a close frame arrive. After bytes that are no WebSocket, or no UTF-8, the WebSocket answers with its close code and gives up its stream; ended at once, with more
/// from the client unread, the TCP connection would be reset and the client would never read why. So the stream outlives the WebSocket and is emptied first.
/// </summary>
internal sealed class LingeringStream(Stream inner) : Stream
{
    /// <summary>How long a client may take to read our close frame.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(3);

    /// <summary>The same once its own close frame is here: ours, which may have crossed it, still passes the gateway.</summary>
    private static readonly TimeSpan AfterAnswer = TimeSpan.FromMilliseconds(150);

    private int _pending;

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Puts it below the WebSocket of this request, where it is found again with <see cref="Of"/>. Before the WebSocket middleware.</summary>
    public static Task UseAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
            context.Features.Set<IHttpUpgradeFeature>(new Upgrade(upgrade));
        return next(context);
    }

    public static LingeringStream? Of(HttpContext context) => (context.Features.Get<IHttpUpgradeFeature>() as Upgrade)?.Stream;

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

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _pending);
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _pending);
        try
        {
            await inner.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    // Otherwise the request's end closes the stream. But an abort is meant to end what waits for the peer in vain.
    protected override void Dispose(bool disposing) => _ = EndWaitsAsync();

    private async Task EndWaitsAsync()
    {
        if (Volatile.Read(ref _pending) == 0)
            return;
        await Task.Delay(Linger);
        if (Volatile.Read(ref _pending) > 0)
            await inner.DisposeAsync();
    }

    private sealed class Upgrade(IHttpUpgradeFeature inner) : IHttpUpgradeFeature
    {
        public LingeringStream? Stream { get; private set; }

        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        public async Task<Stream> UpgradeAsync() => Stream = new(await inner.UpgradeAsync());
    }
}
