using StackExchange.Redis;

namespace Im.Core;

/// <summary>Whether Redis is one server (Redis, Valkey, Garnet) or a cluster, and who serves what in it. The connection says so itself, there is no setting.</summary>
internal sealed class RedisTopology(IConnectionMultiplexer redis)
{
    private const int Slots = 16_384, TagCount = 64;
    private const int Unknown = 0, OneServer = 1, Cluster = 2;

    private volatile int _kind;

    /// <exception cref="RedisConnectionException">No server has answered yet, so nobody knows.</exception>
    /// <exception cref="InvalidOperationException">It is a cluster, and the connection string names another database than 0.</exception>
    public bool IsCluster => (_kind == Unknown ? _kind = Find() : _kind) == Cluster;

    /// <summary>The same; false while nobody knows.</summary>
    public bool IsKnownCluster => _kind == Cluster;

    /// <summary>Hash tags, spread evenly over the slots of a cluster: every master that serves 511 slots in a row has at least one.</summary>
    public IReadOnlyList<string> Tags => field ??= FindTags();

    /// <summary>
    /// Asks every server of a cluster that is connected who serves which slots. The client library learns by the same answers where to send what, by the last of them: so all have to agree.
    /// </summary>
    /// <param name="limit">A server that has not answered by then counts as away.</param>
    public async Task<RedisShards> AskAsync(TimeSpan limit)
    {
        var answers = (await Task.WhenAll(redis.GetServers().Where(server => server.IsConnected).Select(server => AskAsync(server, limit)))).OfType<ClusterConfiguration>().ToArray();
        var masters = answers.SelectMany(answer => answer.Nodes).Where(node => node.IsMyself && IsMaster(node)).DistinctBy(node => node.NodeId).ToArray(); // by a name and by an address it is one all the same
        var agreed = answers.Select(answer => string.Join(' ', answer.Nodes.Where(IsMaster).Select(node => $"{node.NodeId} {string.Join(',', node.Slots)}").Order(StringComparer.Ordinal))).Distinct().Count() == 1;
        var tags = masters.Select(master => Tags.FirstOrDefault(tag => redis.GetHashSlot(tag) is var slot && master.Slots.Any(range => range.From <= slot && slot <= range.To)));
        return new([.. tags.OfType<string>().Order(StringComparer.Ordinal)], IsWhole: agreed && masters.SelectMany(master => master.Slots).Sum(range => range.To - range.From + 1) == Slots);
    }

    private static bool IsMaster(ClusterNode node) => node is { IsReplica: false, Slots.Count: > 0 };

    private static async Task<ClusterConfiguration?> AskAsync(IServer server, TimeSpan limit)
    {
        try
        {
            return await server.ClusterNodesAsync().WaitAsync(limit);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            return null;
        }
    }

    public static RedisConnectionException Away(string message) => new(ConnectionFailureType.UnableToConnect, CommandFlags.None, message);

    private int Find()
    {
        var answering = redis.GetServers().Where(server => server.IsConnected).ToArray();
        if (answering.Length == 0)
            throw Away("Redis has not answered yet.");
        if (!answering.Any(server => server.ServerType == ServerType.Cluster))
            return OneServer;
        return redis.GetDatabase().Database == 0 ? Cluster : throw new InvalidOperationException(
            "A Redis Cluster has database 0 alone: take defaultDatabase out of the connection string 'redis'. Installations cannot share a cluster.");
    }

    private string[] FindTags()
    {
        var found = new string?[TagCount];
        for (var number = 0; found.Contains(null); number++)
            found[redis.GetHashSlot($"{number}") / (Slots / TagCount)] ??= $"{number}";
        return found!;
    }
}

/// <param name="Tags">For each master that answered one hash tag that leads to it.</param>
/// <param name="IsWhole">Every slot is served by one of them, and no server says otherwise.</param>
internal sealed record RedisShards(IReadOnlyList<string> Tags, bool IsWhole);
