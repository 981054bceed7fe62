using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Im.Bench.Load;

namespace Im.Bench.Peers;

/// <summary>
/// <c>Im.Bench bare PORT LINK-PORT</c>: one thread, one epoll; each message goes to every client of this node and over a link to the other one, as the bytes it came in,
/// one write to a socket and round. No sessions, no storage, no Redis, no JSON: the least a server can do.
/// </summary>
internal sealed class BareNode : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private readonly int _epoll = Posix.CreateEpoll();
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly byte[] _frame = new byte[4096];
    private readonly ConcurrentQueue<BareConnection> _accepted = new();
    private readonly Dictionary<int, BareConnection> _connections = [];
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public static int Run(int port, int linkPort)
    {
        using var node = new BareNode();
        if (linkPort != 0)
            node.Link(linkPort);
        node._listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        node._listener.Listen(512);
        new Thread(node.Accept) { IsBackground = true }.Start();
        node.Serve();
        return 0;
    }

    public void Dispose() => _listener.Dispose();

    private void Link(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        var link = new BareConnection(socket, isLink: true);
        link.Append("LINK / HTTP/1.1\r\n\r\n"u8);
        link.Flush();
        _accepted.Enqueue(link);
    }

    private void Accept()
    {
        while (true)
        {
            var socket = _listener.Accept();
            socket.NoDelay = true;
            _accepted.Enqueue(new(socket, isLink: false));
        }
    }

    private void Serve()
    {
        Span<long> ready = stackalloc long[512];
        while (true)
        {
            var count = Posix.Wait(_epoll, ready, 1);
            for (var index = 0; index < count; index++)
                if (_connections.TryGetValue((int)ready[index], out var connection) && !Read(connection))
                {
                    _connections.Remove(connection.Descriptor);
                    connection.Close();
                }
            while (_accepted.TryDequeue(out var connection))
            {
                _connections.Add(connection.Descriptor, connection);
                _ = Posix.Watch(_epoll, connection.Descriptor, connection.Descriptor);
            }
            foreach (var connection in _connections.Values)
                connection.Flush();
        }
    }

    private bool Read(BareConnection connection)
    {
        connection.Partial.CopyTo(_buffer, 0);
        var received = Posix.Receive(connection.Descriptor, _buffer.AsSpan(connection.Partial.Length));
        if (received <= 0)
            return received < 0;
        var data = _buffer.AsSpan(0, connection.Partial.Length + received);
        if (!connection.IsUpgraded && !TryUpgrade(connection, ref data))
        {
            connection.Partial = data.ToArray();
            return true;
        }
        while (WebSocketFrame.TryRead(ref data, out var opcode, out _, out var payload))
        {
            if (opcode == Opcode.Close)
                return false;
            Spread(connection, payload);
        }
        connection.Partial = data.IsEmpty ? [] : data.ToArray();
        return true;
    }

    private static bool TryUpgrade(BareConnection connection, ref Span<byte> data)
    {
        var end = data.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        connection.IsUpgraded = true;
        connection.IsLink = data.StartsWith("LINK"u8);
        if (data.StartsWith("GET /health"u8))
            connection.Append("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8);
        else if (!connection.IsLink)
        {
            connection.Append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"u8);
            connection.Append([0x81, 16, .. "{\"type\":\"ready\"}"u8]);
        }
        data = data[(end + 4)..];
        return true;
    }

    private void Spread(BareConnection from, ReadOnlySpan<byte> message)
    {
        var header = WebSocketFrame.WriteServerHeader(_frame, Opcode.Text, message.Length);
        message.CopyTo(_frame.AsSpan(header));
        var frame = _frame.AsSpan(0, header + message.Length);
        foreach (var connection in _connections.Values)
            if (connection.IsUpgraded && !(connection.IsLink && from.IsLink))
                connection.Append(frame);
        if (!from.IsLink)
            Acknowledge(from, message);
    }

    private static void Acknowledge(BareConnection sender, ReadOnlySpan<byte> message)
    {
        var id = message.Slice(message.IndexOf("\"id\":\""u8), 43);
        sender.Append([0x81, (byte)(15 + id.Length), .. "{\"type\":\"ack\","u8, .. id, (byte)'}']);
    }
}
