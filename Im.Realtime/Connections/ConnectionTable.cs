using System.Collections.Concurrent;

namespace Im.Realtime.Connections;

/// <summary>The open connections of this node, by id and by session.</summary>
internal sealed class ConnectionTable
{
    private readonly ConcurrentDictionary<string, ClientConnection> _byId = [];

    public int Count => _byId.Count;

    public IEnumerable<ClientConnection> All => _byId.Values;

    public void Add(ClientConnection connection) => _byId[connection.Id] = connection;

    public void Remove(ClientConnection connection) => _byId.TryRemove(connection.Id, out _);

    public ClientConnection? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>A session has a handful of connections and changes rarely: a walk over the table costs less than a second index in memory.</summary>
    public IEnumerable<ClientConnection> OfSession(string sessionId) => _byId.Values.Where(c => c.SessionId == sessionId);
}
