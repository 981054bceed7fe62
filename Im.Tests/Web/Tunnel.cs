using System.Net;
using System.Net.Sockets;

namespace Im.Tests.Web;

/// <summary>A way to a server on this machine that can be cut and mended.</summary>
internal sealed class Tunnel : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _open = [];
    private readonly Lock _lock = new();
    private readonly EndPoint _server;
    private volatile bool _cut;

    public Tunnel(EndPoint server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Breaks every connection; new ones are closed at once.</summary>
    public void Cut()
    {
        _cut = true;
        lock (_lock)
        {
            _open.ForEach(connection => connection.Close());
            _open.Clear();
        }
    }

    public void Mend() => _cut = false;

    public void Dispose()
    {
        Cut();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ForwardAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // disposed
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using var near = client;
        if (_cut)
            return;
        using var far = new TcpClient();
        try
        {
            await far.Client.ConnectAsync(_server);
            lock (_lock)
                _open.AddRange([near, far]);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidOperationException)
        {
            // cut, or the server refused: the other side sees its connection closed
        }
    }
}
