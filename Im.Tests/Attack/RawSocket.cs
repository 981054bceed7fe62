using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Im.Tests.Attack;

/// <summary>A connection from a chosen address of this machine, on which a test says byte for byte what it likes.</summary>
internal sealed class RawSocket : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpClient _client;

    private RawSocket(TcpClient client) => _client = client;

    /// <summary>Of the answer to a handshake; 0 where the connection was closed without one.</summary>
    public int Status { get; private init; }

    public string Head { get; private init; } = "";

    public string Body { get; private init; } = "";

    public string? Code => Body.Length == 0 ? null : JsonSerializer.Deserialize<JsonElement>(Body).GetProperty("code").GetString();

    private NetworkStream Stream => _client.GetStream();

    /// <summary>Connects and says nothing.</summary>
    public static async Task<RawSocket> ConnectAsync(Uri door, string from) => new(await ConnectTcpAsync(door, from));

    /// <summary>A handshake at <c>/ws</c>, or another request; what came with it is unread.</summary>
    public static async Task<RawSocket> OpenAsync(Uri door, string from, string? cookie = null, string headers = "", string path = "/ws")
    {
        var client = await ConnectTcpAsync(door, from);
        try
        {
            if (cookie is not null)
                headers += $"Cookie: im_session={cookie}\r\n";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"GET {path} HTTP/1.1\r\nHost: {door.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{headers}\r\n"));
            var (head, body) = await ReadAnswerAsync(client.GetStream());
            return new(client) { Head = head, Body = body, Status = head.Length == 0 ? 0 : int.Parse(head.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) };
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return new(client);
        }
    }

    /// <summary>A request on a connection that is kept; false where it was closed instead.</summary>
    public async Task<bool> AskAsync(string path)
    {
        try
        {
            await Stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
            return (await ReadAnswerAsync(Stream)).Head.Length > 0;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>A masked WebSocket frame; the mask is zero, so that the payload is what it is.</summary>
    public static byte[] Frame(byte first, ReadOnlySpan<byte> payload)
    {
        byte[] length = payload.Length < 126 ? [(byte)(0x80 | payload.Length)] : [0x80 | 126, 0, 0];
        if (length.Length > 1)
            BinaryPrimitives.WriteUInt16BigEndian(length.AsSpan(1), (ushort)payload.Length);
        return [first, .. length, 0, 0, 0, 0, .. payload];
    }

    /// <summary>Sends the same bytes again and again, until the server stops taking them, or so often.</summary>
    public async Task FloodAsync(byte[] bytes, int times)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            for (var i = 0; i < times; i++)
                await Stream.WriteAsync(bytes, limit.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // closed meanwhile
        }
    }

    /// <summary>Reads the first byte of an answer; the rest is left unread.</summary>
    public async Task IsAnsweredAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await Stream.ReadExactlyAsync(new byte[1], limit.Token);
    }

    /// <summary>Reads frames up to a close frame; its code, or null where the connection ended without one.</summary>
    public async Task<int?> ReadCloseAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var head = new byte[2];
        try
        {
            while (true)
            {
                await Stream.ReadExactlyAsync(head, limit.Token);
                var length = head[1] < 126 ? head[1] : BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(2));
                var payload = await ReadAsync(length);
                if (head[0] == 0x88)
                    return BinaryPrimitives.ReadUInt16BigEndian(payload);
            }
        }
        catch (Exception e) when (e is IOException or EndOfStreamException)
        {
            return null;
        }

        async Task<byte[]> ReadAsync(int count)
        {
            var bytes = new byte[count];
            await Stream.ReadExactlyAsync(bytes, limit.Token);
            return bytes;
        }
    }

    /// <summary>Reads until the server has closed.</summary>
    public async Task EndsAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        var buffer = new byte[4096];
        try
        {
            while (await Stream.ReadAsync(buffer, limit.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // reset is an end too
        }
    }

    /// <summary>Says that nothing more comes, and would still listen.</summary>
    public void ShutDownHalf() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Gone without a word.</summary>
    public void Dispose() => _client.Dispose();

    private static async Task<TcpClient> ConnectTcpAsync(Uri door, string from)
    {
        var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, door.Port);
        }
        catch (SocketException)
        {
            // Refused as it came, which may be seen only later.
        }
        return client;
    }

    // Byte for byte: what follows is the WebSocket's.
    private static async Task<(string Head, string Body)> ReadAnswerAsync(NetworkStream stream)
    {
        using var limit = new CancellationTokenSource(Patience);
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, limit.Token) == 0)
                return ("", "");
            head.Append((char)one[0]);
        }
        var text = head.ToString();
        if (text.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
            return (text, "");
        var body = new StringBuilder();
        if (text.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase))
        {
            while (!body.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal) && body.ToString() != "0\r\n\r\n" && await stream.ReadAsync(one, limit.Token) > 0)
                body.Append((char)one[0]);
            var chunks = body.ToString();
            body.Clear();
            while (chunks.IndexOf("\r\n", StringComparison.Ordinal) is > 0 and var end && int.Parse(chunks[..end], System.Globalization.NumberStyles.HexNumber, null) is > 0 and var size)
            {
                body.Append(chunks.AsSpan(end + 2, size));
                chunks = chunks[(end + 4 + size)..];
            }
        }
        else if (text.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) is { } length)
        {
            for (var left = int.Parse(length.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture); left > 0 && await stream.ReadAsync(one, limit.Token) > 0; left--)
                body.Append((char)one[0]);
        }
        return (text, body.ToString());
    }
}
