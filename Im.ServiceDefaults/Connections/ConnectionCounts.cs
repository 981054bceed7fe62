namespace Im.ServiceDefaults.Connections;

/// <summary>
/// The connections of one process that are open: WebSockets, counted before they are accepted, and beside them the TCP connections that are none, or not yet. Each kind has the
/// bounds for itself. Kestrel takes a connection out of its own count once it is a WebSocket.
/// </summary>
/// <param name="most">Of either kind.</param>
/// <param name="ofAddress">Of either kind from one address.</param>
/// <param name="ofUser">WebSockets of one user.</param>
public sealed class ConnectionCounts(int most, int ofAddress, int ofUser)
{
    /// <summary>TCP connections that are silent, or speak HTTP, by the address of the peer.</summary>
    public OpenCounts Plain { get; } = new(most, ofAddress);

    /// <summary>WebSockets, by the client's address.</summary>
    public OpenCounts Sockets { get; } = new(most, ofAddress);

    /// <summary>WebSockets of those who are logged in, by user.</summary>
    public OpenCounts Users { get; } = new(int.MaxValue, ofUser);

    /// <summary>Counts a WebSocket that asks to be opened, if there is room.</summary>
    /// <param name="address">The client's; null where it has no bound.</param>
    /// <param name="plain">The place of the TCP connection below it, which is no plain one meanwhile.</param>
    public Room TryEnter(string? address, OpenPlace? plain, out SocketPlace? place)
    {
        var room = Sockets.TryEnter(address, out var socket);
        place = socket is null ? null : new(this, socket, plain);
        return room;
    }
}

/// <summary>A WebSocket that is counted until this is disposed. Safe for use by several threads.</summary>
public sealed class SocketPlace : IDisposable
{
    private readonly ConnectionCounts _counts;
    private readonly OpenPlace _socket;
    private readonly OpenPlace? _plain;
    private OpenPlace? _user;
    private bool _isOver;

    internal SocketPlace(ConnectionCounts counts, OpenPlace socket, OpenPlace? plain)
    {
        (_counts, _socket, _plain) = (counts, socket, plain);
        plain?.Suspend();
    }

    /// <summary>The client's address; null where it has no bound.</summary>
    public string? Address => _socket.Owner;

    /// <summary>It is this user's from now on, or with null a guest's. False where the user has as many as there may be: then it stays whose it was.</summary>
    public bool TryBecome(string? user)
    {
        lock (_socket)
        {
            if (user == _user?.Owner || _isOver)
                return true;
            OpenPlace? place = null;
            if (user is not null && _counts.Users.TryEnter(user, out place) != Room.Free)
                return false;
            _user?.Dispose();
            _user = place;
            return true;
        }
    }

    public void Dispose()
    {
        lock (_socket)
        {
            _isOver = true;
            _user?.Dispose();
            _socket.Dispose();
            _plain?.Resume();
        }
    }
}
