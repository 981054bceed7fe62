using Im.Protocol;
using StackExchange.Redis;

namespace Im.Core.Nodes;

internal sealed class RedisNodeRegistry(IConnectionMultiplexer redis, RedisKeys keys) : INodeRegistry
{
    private static readonly RedisValue[] Fields = ["name", "address", "connections", "draining", "started", "public"];

    private readonly IDatabase _database = redis.GetDatabase();

    public async Task<IReadOnlyList<NodeInfo>> ListAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var ids = await _database.SetMembersAsync(keys.Nodes).WaitAsync(cancellationToken);
            var leases = await Task.WhenAll(ids.Select(id => _database.HashGetAsync(keys.Lease(id!), Fields))).WaitAsync(cancellationToken);
            if (ids.Length > 0 && leases.All(lease => lease[0].IsNull))
                await FailWhereNothingCanBeWrittenAsync().WaitAsync(cancellationToken);
            return [.. leases
                .Where(lease => !lease[0].IsNull)
                .OrderBy(lease => (string)lease[0]!, StringComparer.Ordinal).ThenByDescending(lease => (long)lease[4])
                .Select(lease => new NodeInfo((string)lease[0]!, (string)lease[1]!, (int)lease[2], Live: lease[3] != 1)
                {
                    PublicUrl = lease[5].IsNullOrEmpty ? null : (string)lease[5]!, // that of an earlier version has none
                })];
        }
        catch (Exception exception) when (RedisFailure.IsUnavailable(exception))
        {
            throw new NodesUnavailableException(exception);
        }
    }

    // Leases end as well where Redis takes no writes (its disk is full, it is a replica now): that says nothing of the nodes.
    private Task FailWhereNothingCanBeWrittenAsync() => _database.StringSetAsync(keys.Probe, "1", TimeSpan.FromSeconds(1));

    /// <summary>Removes what a node left behind whose lease has ended. True for exactly one of those who do.</summary>
    /// <exception cref="RedisException">Redis could not be reached: somebody will do the rest.</exception>
    public async Task<bool> ReapAsync(string id)
    {
        RedisKey[] all = [keys.Lease(id), keys.Presence(id), keys.Connections(id)];
        if ((long)await _database.ScriptEvaluateAsync(NodeScripts.Reap, all) == 0 || !await _database.SetRemoveAsync(keys.Nodes, id))
            return false;
        // It may have taken its lease again between the two.
        if (await _database.KeyExistsAsync(keys.Lease(id)))
            await _database.SetAddAsync(keys.Nodes, id);
        return true;
    }

    /// <summary>The ids of all nodes not reaped yet, with whether their lease is held.</summary>
    /// <exception cref="RedisException">Redis could not be reached.</exception>
    public async Task<IReadOnlyList<(string Id, bool Live)>> ListIdsAsync(CancellationToken cancellationToken)
    {
        var ids = await _database.SetMembersAsync(keys.Nodes).WaitAsync(cancellationToken);
        var live = await Task.WhenAll(ids.Select(id => _database.KeyExistsAsync(keys.Lease(id!)))).WaitAsync(cancellationToken);
        return [.. ids.Zip(live, (id, held) => (id.ToString(), held))];
    }
}
