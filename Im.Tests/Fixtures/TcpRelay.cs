using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Im.Tests.Fixtures;

/// <summary>Stands between a client and a server: passes bytes, holds them back (a hung server), or cuts and refuses connections (a dead one).</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly IPEndPoint _server;
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly int _port;
    private TcpListener _listener;
    private volatile TaskCompletionSource _flowing = Completed();

    public TcpRelay(string host, int port)
    {
        _server = new(IPAddress.Parse(host), port);
        _listener = Listen(0);
        _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    public string Address => $"127.0.0.1:{_port}";

    public int Port => _port;

    /// <summary>From now on nothing passes, and nobody is told.</summary>
    public void Freeze() => _flowing = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw() => _flowing.TrySetResult();

    /// <summary>Ends every connection; new ones are taken.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets.Keys)
            socket.Close(0);
        _sockets.Clear();
    }

    /// <summary>Ends every connection and refuses new ones until <see cref="Open"/>.</summary>
    public void Close()
    {
        _listener.Stop();
        Cut();
    }

    public void Open() => _listener = Listen(_port);

    private TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
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
                _sockets[client] = true;
                await server.ConnectAsync(_server, _stopped.Token);
                _sockets[server] = true;
                await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
            }
            _sockets.TryRemove(client, out _);
            _sockets.TryRemove(server, out _);
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await from.ReceiveAsync(buffer, SocketFlags.None, _stopped.Token)) > 0)
        {
            await _flowing.Task.WaitAsync(_stopped.Token);
            for (var sent = 0; sent < read;)
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), SocketFlags.None, _stopped.Token);
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
