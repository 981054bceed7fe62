using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Im.Tests.Fixtures;

/// <summary>Stands between a client and a server: passes bytes, holds them back (a hung server), or cuts and refuses connections (a dead one).</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly IPEndPoint _server;
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new(); // whether it has subscribed to something
    private readonly int _port;
    private TcpListener _listener;
    private bool _isOpen;
    private volatile TaskCompletionSource _toServer = Completed(), _toClient = Completed();
    private int _withheldToServer, _withheldToClient, _cutsMidFrame;

    public TcpRelay(string host, int port)
    {
        _server = new(IPAddress.Parse(host), port);
        _listener = Listen(0);
        _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    public string Address => $"127.0.0.1:{_port}";

    public int Port => _port;

    /// <summary>Connections ended by <see cref="CutMidFrame"/>.</summary>
    public int CutsMidFrame => Volatile.Read(ref _cutsMidFrame);

    /// <summary>From now on nothing passes, and nobody is told.</summary>
    public void Freeze()
    {
        _toServer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        FreezeToClient();
    }

    /// <summary>From now on the client is heard and not answered.</summary>
    public void FreezeToClient() => _toClient = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw()
    {
        _toServer.TrySetResult();
        _toClient.TrySetResult();
    }

    /// <summary>What comes next in one direction passes without its last <paramref name="withheldBytes"/>, and that ends the connection. For frames longer than that.</summary>
    public void CutMidFrame(bool toClient, int withheldBytes) => Volatile.Write(ref toClient ? ref _withheldToClient : ref _withheldToServer, withheldBytes);

    /// <summary>Ends every connection; new ones are taken.</summary>
    public void Cut() => Cut(_sockets);

    /// <summary>Ends those on which a client of Redis hears its subscriptions. Returns how many.</summary>
    public int CutSubscribers() => Cut(_sockets.Where(socket => socket.Value));

    private int Cut(IEnumerable<KeyValuePair<Socket, bool>> sockets)
    {
        var cut = sockets.Select(socket => socket.Key).ToList();
        foreach (var socket in cut)
        {
            _sockets.TryRemove(socket, out _); // each by itself: who connects again may be there before the last is closed
            socket.Close(0);
        }
        return cut.Count;
    }

    /// <summary>Ends every connection and refuses new ones until <see cref="Open"/>.</summary>
    public void Close()
    {
        _isOpen = false;
        _listener.Stop();
        Cut();
    }

    public void Open()
    {
        if (!_isOpen)
            _listener = Listen(_port);
    }

    private TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        _isOpen = true;
        _ = AcceptAsync(listener);
        return listener;
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
                _ = RelayAsync(await listener.AcceptSocketAsync(_stopped.Token));
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            try
            {
                client.NoDelay = server.NoDelay = true;
                _sockets[client] = false;
                await server.ConnectAsync(_server, _stopped.Token);
                _sockets[server] = false;
                await Task.WhenAny(CopyAsync(client, server, toClient: false), CopyAsync(server, client, toClient: true));
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
            }
            _sockets.TryRemove(client, out _);
            _sockets.TryRemove(server, out _);
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool toClient)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await from.ReceiveAsync(buffer, SocketFlags.None, _stopped.Token)) > 0)
        {
            await (toClient ? _toClient : _toServer).Task.WaitAsync(_stopped.Token);
            if (!toClient && buffer.AsSpan(0, read).IndexOf("SUBSCRIBE"u8) >= 0)
                _sockets.TryUpdate(from, true, false);
            var withheld = Interlocked.Exchange(ref toClient ? ref _withheldToClient : ref _withheldToServer, 0);
            for (var sent = 0; sent < read - withheld;)
                sent += await to.SendAsync(buffer.AsMemory(sent, read - withheld - sent), SocketFlags.None, _stopped.Token);
            if (withheld > 0)
            {
                Interlocked.Increment(ref _cutsMidFrame);
                return;
            }
        }
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    public ValueTask DisposeAsync()
    {
        _stopped.Cancel();
        Close();
        return ValueTask.CompletedTask;
    }
}
