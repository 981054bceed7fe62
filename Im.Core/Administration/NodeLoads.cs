using Im.Core.Nodes;
using Im.Core.Presence;
using Im.Protocol;
using StackExchange.Redis;

namespace Im.Core.Administration;

/// <summary>What each node with a lease carries.</summary>
public interface INodeLoads
{
    /// <summary>By name. <see cref="AdminNodeInfo.Live"/> is true for those not draining.</summary>
    /// <exception cref="NodesUnavailableException">Redis could not be reached.</exception>
    Task<IReadOnlyList<AdminNodeInfo>> ListAsync(CancellationToken cancellationToken = default);
}

internal sealed class NodeLoads(IConnectionMultiplexer redis, RedisKeys keys) : INodeLoads
{
    private static readonly RedisValue[] LeaseFields = ["name", "address", "connections", "draining", "started", "version"];
    private static readonly RedisValue[] ColumnFields = [LeasedHash.VersionField, OwnColumn.GuestsField];

    private readonly IDatabase _database = redis.GetDatabase();

    public async Task<IReadOnlyList<AdminNodeInfo>> ListAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var ids = await _database.SetMembersAsync(keys.Nodes).WaitAsync(cancellationToken);
            var nodes = await Task.WhenAll(ids.Select(id => ReadAsync(id!))).WaitAsync(cancellationToken);
            return [.. nodes.OfType<AdminNodeInfo>().OrderBy(node => node.Name, StringComparer.Ordinal).ThenByDescending(node => node.Started)];
        }
        catch (Exception exception) when (RedisFailure.IsUnavailable(exception))
        {
            throw new NodesUnavailableException(exception);
        }
    }

    // Null: its lease has ended.
    private async Task<AdminNodeInfo?> ReadAsync(string id)
    {
        var lease = _database.HashGetAsync(keys.Lease(id), LeaseFields);
        var left = _database.KeyTimeToLiveAsync(keys.Lease(id));
        var column = _database.HashGetAsync(keys.Presence(id), ColumnFields);
        var entries = _database.HashLengthAsync(keys.Presence(id));
        if (await lease is not [{ IsNull: false } name, var address, var connections, var draining, var started, var version] || await left is not { } leaseTime)
            return null;
        var known = await column;
        return new(id, name!, address!, (int)connections, Live: draining != 1, Draining: draining == 1, (long)started, (long)leaseTime.TotalMilliseconds,
            People: (int)await entries - known.Count(field => !field.IsNull), Guests: (int)known[1])
        {
            Version = version.IsNullOrEmpty ? null : (string?)version,
        };
    }
}
