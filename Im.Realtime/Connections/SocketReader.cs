using System.Buffers;
using System.Net.WebSockets;

namespace Im.Realtime.Connections;

/// <summary>
/// Reads whole frames from a socket. An idle connection holds no buffer: a read of nothing waits for data, then a pooled buffer takes it.
/// </summary>
internal sealed class SocketReader(WebSocket socket, int maxFrameBytes) : IDisposable
{
    private const int FirstBufferBytes = 4 * 1024;

    private byte[]? _buffer;

    /// <summary>The next text frame, valid until the next call; or why there is none: the close code to answer with.</summary>
    public async ValueTask<(ReadOnlyMemory<byte> Frame, int? CloseCode)> ReadAsync()
    {
        Dispose();
        var length = 0;
        var result = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
        while (true)
        {
            if (result.MessageType == WebSocketMessageType.Close)
                return (default, (int)(socket.CloseStatus is { } code and not WebSocketCloseStatus.Empty ? code : WebSocketCloseStatus.NormalClosure));
            if (result.MessageType == WebSocketMessageType.Binary)
                return (default, (int)WebSocketCloseStatus.InvalidMessageType);
            length += result.Count;
            if (length > maxFrameBytes)
                return (default, (int)WebSocketCloseStatus.MessageTooBig);
            if (result.EndOfMessage)
                return (_buffer.AsMemory(0, length), null);
            if (_buffer is null)
                _buffer = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);
            else if (length == _buffer.Length)
                Grow(length);
            result = await socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None);
        }
    }

    public void Dispose()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }

    private void Grow(int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(length * 2);
        _buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer!);
        _buffer = larger;
    }
}
