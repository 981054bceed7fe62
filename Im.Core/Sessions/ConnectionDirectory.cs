using System.Text.Json;
using Im.Core.Nodes;
using StackExchange.Redis;

namespace Im.Core.Sessions;

/// <summary>Reads the connection tables of all nodes that hold a lease.</summary>
internal sealed class ConnectionDirectory(RedisNodeRegistry nodes, IConnectionMultiplexer redis, RedisKeys keys)
{
    private readonly IDatabase _database = redis.GetDatabase();

    /// <summary>A field of <see cref="ConnectionTable"/>, on each node that has it.</summary>
    public async Task<IReadOnlyList<(string NodeId, string Value)>> FindAsync(string field, CancellationToken cancellationToken)
    {
        var live = await LiveAsync(cancellationToken);
        var values = await Task.WhenAll(live.Select(node => _database.HashGetAsync(keys.Connections(node), field)));
        return [.. live.Zip(values, (node, value) => (node, value)).Where(entry => entry.value.HasValue).Select(entry => (entry.node, entry.value.ToString()))];
    }

    public async Task<IReadOnlyList<SessionPlaces>> FindPlacesAsync(IReadOnlyList<Session> sessions, CancellationToken cancellationToken)
    {
        var live = await LiveAsync(cancellationToken);
        RedisValue[] fields = [.. sessions.Select(session => (RedisValue)ConnectionTable.SessionField(session.Id))];
        var tables = fields.Length == 0 ? [] : await Task.WhenAll(live.Select(node => _database.HashGetAsync(keys.Connections(node), fields)));
        return [.. sessions.Select((session, index) =>
        {
            var places = live.Zip(tables, (node, values) => (Node: NodeIdentity.NameOf(node), Value: values[index])).Where(place => place.Value.HasValue).ToArray();
            return new SessionPlaces(session, [.. places.Select(place => place.Node).Distinct().Order()], places.Sum(place => ConnectionTable.ConnectionIds(place.Value!).Length));
        })];
    }

    public async Task<IReadOnlyList<ConnectionInfo>> ListAsync(Guid? userId, CancellationToken cancellationToken)
    {
        var live = await LiveAsync(cancellationToken);
        var tables = await Task.WhenAll(live.Select(node => _database.HashGetAllAsync(keys.Connections(node))));
        return [.. tables.SelectMany(table => table)
            .Where(field => field.Name.StartsWith("c:"))
            .Select(field => JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)field.Value).Span, SessionJson.Default.ConnectionInfo)!)
            .Where(connection => userId is null || connection.UserId == userId)
            .OrderBy(connection => connection.OpenedAt)];
    }

    private async Task<string[]> LiveAsync(CancellationToken cancellationToken) =>
        [.. (await nodes.ListIdsAsync(cancellationToken)).Where(node => node.Live).Select(node => node.Id)];
}
