using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Im.Bench.Load;

/// <summary>One WebSocket of the engine: handshake, frames in, frames out. Used by the loop's thread alone.</summary>
/// <param name="path">Of the WebSocket; null: the codec's.</param>
internal sealed class LoadConnection(Codec codec, int port, string? cookie, Guid userId, int index, string? path = null)
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _partial = [];
    private byte[] _fragments = [];
    private bool _upgraded;

    public Codec Codec => codec;

    public Guid UserId => userId;

    /// <summary>Its place in the room it was opened with.</summary>
    public int Index => index;

    public bool IsReady { get; private set; }

    /// <summary>This side has asked for the end; what the server does then is no failure.</summary>
    public bool IsClosing { get; private set; }

    public int Descriptor { get; private set; }

    // On loopback a connect is answered by the kernel at once; an asynchronous one would only add to the engine's cost.
    public void Connect()
    {
        _socket.Connect(IPAddress.Loopback, port);
        Descriptor = (int)_socket.Handle;
        Write(Encoding.ASCII.GetBytes(
            $"GET {path ?? codec.Path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
            $"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{(codec.SubProtocol is { } protocol ? $"Sec-WebSocket-Protocol: {protocol}\r\n" : "")}{(cookie is null ? "" : $"Cookie: {codec.CookieName}={cookie}\r\n")}\r\n"));
    }

    /// <summary>Reads what is there, once, and hands on each whole record.</summary>
    /// <param name="buffer">Shared by all connections: an idle one holds none.</param>
    /// <returns>False at the end of the connection.</returns>
    /// <exception cref="LoadException">The server refused or broke the protocol.</exception>
    public bool Read(byte[] buffer, IRecordSink sink)
    {
        _partial.CopyTo(buffer, 0);
        var received = Posix.Receive(Descriptor, buffer.AsSpan(_partial.Length));
        if (received <= 0)
            return received < 0 && Marshal.GetLastPInvokeError() is Posix.Again or Posix.Interrupted;
        var data = buffer.AsSpan(0, _partial.Length + received);
        if (!_upgraded && !TryUpgrade(ref data))
        {
            _partial = data.ToArray();
            return true;
        }
        while (WebSocketFrame.TryRead(ref data, out var opcode, out var isFinal, out var payload))
            if (!Handle(opcode, isFinal, payload, sink))
                return false;
        if (data.Length == buffer.Length)
            throw new LoadException($"A frame is larger than {buffer.Length} bytes.");
        _partial = data.IsEmpty ? [] : data.ToArray();
        return true;
    }

    public void SendMessage(Guid? toUser, in Mark mark)
    {
        Span<byte> body = stackalloc byte[512];
        SendFrame(Opcode.Text, body[..codec.WriteMessage(body, toUser, mark)]);
    }

    public void SendTyping(Guid toUser)
    {
        Span<byte> body = stackalloc byte[512];
        SendFrame(Opcode.Text, body[..codec.WriteTyping(body, toUser)]);
    }

    public void SendText(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty)
            SendFrame(Opcode.Text, text);
    }

    public void SendClose()
    {
        IsClosing = true;
        SendFrame(Opcode.Close, [0x03, 0xE8]);
    }

    /// <summary>Closed, from whichever side.</summary>
    public bool IsGone { get; private set; }

    public void Dispose()
    {
        IsGone = true;
        _socket.Dispose();
    }

    private bool TryUpgrade(ref Span<byte> data)
    {
        var end = data.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        if (!data.StartsWith("HTTP/1.1 101"u8))
            throw new LoadException($"The server refused the WebSocket: {Encoding.ASCII.GetString(data[..data.IndexOf((byte)'\r')])}");
        data = data[(end + 4)..];
        _upgraded = true;
        SendText(codec.Opening);
        return true;
    }

    private bool Handle(Opcode opcode, bool isFinal, Span<byte> payload, IRecordSink sink)
    {
        switch (opcode)
        {
            case Opcode.Ping:
                SendFrame(Opcode.Pong, payload);
                return true;
            case Opcode.Close:
                return IsClosing ? false : throw new LoadException($"The server closed: {Encoding.UTF8.GetString(payload[Math.Min(2, payload.Length)..])} " +
                    $"({(payload.Length < 2 ? 1005 : (payload[0] << 8) | payload[1])})");
            case Opcode.Text or Opcode.Binary or Opcode.Continuation:
                if (!isFinal || _fragments.Length > 0)
                    _fragments = [.. _fragments, .. payload];
                if (!isFinal)
                    return true;
                HandOn(_fragments.Length > 0 ? _fragments : payload, sink);
                _fragments = [];
                return true;
            default:
                return true;
        }
    }

    private void HandOn(ReadOnlySpan<byte> message, IRecordSink sink)
    {
        while (codec.TryTake(ref message, out var record))
        {
            var kind = codec.KindOf(record);
            if (kind == RecordKind.Ready)
                IsReady = true;
            sink.OnRecord(this, kind, record);
        }
    }

    private void SendFrame(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        Span<byte> frame = stackalloc byte[WebSocketFrame.MaxHeaderBytes + payload.Length];
        var header = WebSocketFrame.WriteClientHeader(frame, opcode, payload.Length);
        payload.CopyTo(frame[header..]);
        Write(frame[..(header + payload.Length)]);
    }

    // A client sends little: when the socket's buffer is full, the server has stopped reading.
    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (Posix.Send(Descriptor, bytes) != bytes.Length && !IsClosing)
            throw new LoadException("The server does not read, or is gone.");
    }
}

/// <summary>Takes what connections receive, on the loop's thread.</summary>
internal interface IRecordSink
{
    void OnRecord(LoadConnection connection, RecordKind kind, ReadOnlySpan<byte> record);
}
