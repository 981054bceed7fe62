using Im.Realtime.Connections;

namespace Im.Realtime.Routing;

/// <summary>The connections of this node that listen to one topic. Delivering walks an immutable snapshot, made anew only after a change.</summary>
internal sealed class Audience
{
    private readonly Lock _gate = new();
    private readonly HashSet<ClientConnection> _connections = [];
    private ClientConnection[]? _snapshot = [];

    public ClientConnection[] Snapshot
    {
        get
        {
            var snapshot = Volatile.Read(ref _snapshot);
            if (snapshot is not null)
                return snapshot;
            lock (_gate)
                return _snapshot ??= [.. _connections];
        }
    }

    public void Add(ClientConnection connection)
    {
        lock (_gate)
        {
            _connections.Add(connection);
            _snapshot = null;
        }
    }

    /// <returns>Whether nobody is left.</returns>
    public bool Remove(ClientConnection connection)
    {
        lock (_gate)
        {
            _connections.Remove(connection);
            _snapshot = null;
            return _connections.Count == 0;
        }
    }

    public void Send(ReadOnlyMemory<byte> frame, bool droppable = false)
    {
        foreach (var connection in Snapshot)
            connection.Outbox.Enqueue(frame, droppable);
    }
}
