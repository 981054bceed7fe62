using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Im.Protocol;

namespace Im.Tests.Faults;

/// <summary>
/// A guest that opens a WebSocket and reads nothing, as a phone in a tunnel does: a bare socket with small buffers and packets as of a real network, so that what it leaves
/// unread waits in the node and not in this machine's kernel.
/// </summary>
internal sealed class SlowReader : IDisposable
{
    private const int ReceiveBufferBytes = 8 * 1024, SegmentBytes = 1_400;
    private const int TcpLevel = 6, MaxSegmentOption = 2; // of Linux; elsewhere the test only takes more messages

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = ReceiveBufferBytes };

    private SlowReader()
    {
    }

    public static async Task<SlowReader> OpenAsync(Uri node)
    {
        var reader = new SlowReader();
        if (OperatingSystem.IsLinux())
            reader._socket.SetRawSocketOption(TcpLevel, MaxSegmentOption, BitConverter.GetBytes(SegmentBytes));
        await reader._socket.ConnectAsync(IPAddress.Loopback, node.Port);
        await reader._socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /ws HTTP/1.1\r\nHost: {node.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        return reader;
    }

    /// <summary>Asks for something, without reading the answer.</summary>
    public async Task SendAsync(ClientFrame frame)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(frame, ProtocolJson.Wire.ClientFrame);
        await _socket.SendAsync((byte[])[0x81, (byte)(0x80 | json.Length), 0, 0, 0, 0, .. json]); // a short text frame, with a mask that changes nothing
    }

    /// <summary>Wakes up and reads everything. Returns the close code; null when the connection was reset.</summary>
    public async Task<int?> ReadToEndAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new BufferedStream(new NetworkStream(_socket));
            while (await ReadLineAsync(stream, cancellationToken) != "")
            {
            }
            while (true)
            {
                var head = await ReadAsync(stream, 2, cancellationToken);
                var length = (head[1] & 127) switch
                {
                    126 => (int)Number(await ReadAsync(stream, 2, cancellationToken)),
                    127 => (int)Number(await ReadAsync(stream, 8, cancellationToken)),
                    var small => small,
                };
                var payload = await ReadAsync(stream, length, cancellationToken);
                if ((head[0] & 15) == 8)
                    return (int)Number(payload.AsSpan(0, 2));
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return null;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static long Number(ReadOnlySpan<byte> bytes)
    {
        long number = 0;
        foreach (var value in bytes)
            number = number << 8 | value;
        return number;
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (!line.ToString().EndsWith("\r\n", StringComparison.Ordinal))
            line.Append((char)(await ReadAsync(stream, 1, cancellationToken))[0]);
        return line.ToString().TrimEnd();
    }
}
