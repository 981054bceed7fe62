using Im.Core.Bus;
using Im.Realtime.Connections;

namespace Im.Realtime.Delivery;

/// <summary>The connections of this node that listen to one topic. Delivering walks an immutable snapshot, made anew only after a change.</summary>
/// <param name="withWidgets">False where a widget's connection is one of it and is told nothing.</param>
internal class Audience(bool withWidgets = true) : IRoomAudience
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

    /// <summary>An event is the next one: before it is handed on, and after.</summary>
    public virtual void Applying(BusEnvelope envelope)
    {
    }

    /// <inheritdoc cref="Applying"/>
    public virtual void Applied(BusEnvelope envelope)
    {
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

    /// <param name="versionOne">Makes what connections of version 1 are given instead; null: nothing. Called once, where there is one.</param>
    /// <returns>To how many.</returns>
    public int Send(ReadOnlyMemory<byte> frame, Func<byte[]?> versionOne)
    {
        var (connections, count) = (Snapshot, 0);
        byte[]? other = null;
        var isMade = false;
        foreach (var connection in connections)
        {
            if (!withWidgets && connection.Widget is not null)
                continue;
            var bytes = frame;
            if (connection.Version == 1)
            {
                if (!isMade)
                    (other, isMade) = (versionOne(), true);
                if (other is null)
                    continue;
                bytes = other;
            }
            connection.Outbox.Enqueue(bytes, droppable: false, atOnce: connections.Length <= Outbox.Few, toMany: connections.Length > Outbox.Few);
            count++;
        }
        return count;
    }

    /// <returns>To how many.</returns>
    public int Send(ReadOnlyMemory<byte> frame, bool droppable = false)
    {
        var connections = Snapshot;
        foreach (var connection in connections)
            if (withWidgets || connection.Widget is null)
                connection.Outbox.Enqueue(frame, droppable, atOnce: connections.Length <= Outbox.Few, toMany: connections.Length > Outbox.Few);
        return connections.Length;
    }
}
