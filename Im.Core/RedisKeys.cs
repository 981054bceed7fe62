using StackExchange.Redis;

namespace Im.Core;

/// <summary>
/// Every key of sessions, nodes and presence. Redis may lose all of them: people log in again, everything else is written anew within a lease.
/// <code>
/// im:session:{id}             hash    token, oldToken, oldTokenUntil, user, created, seen, expires, device, address, widget, v:{name}…; ends with the session
/// im:user:{id}:sessions       zset    the user's sessions by the time they end; may name ended ones, never misses a living one
/// im:retired:{sha-256}        string  a token that was renewed: its session's id and from when on its use is a theft's sign
/// im:ticket:{sha-256}         string  session id and the time it ends; taken once
/// im:connect:{sha-256}        string  session id, the time it ends, its user, the page's origin and the node's name; taken once
/// im:bearer:{sha-256}         string  the same, for as often as it is used
/// im:widget:{sha-256}         string  a widget's token: the time it ends, its key, the key's owner, the site, the user, the conversation and the page's origin; taken once
/// im:limit:{kind}:{owner}     hash    taken, at: a token bucket; ends when it is full again
/// im:sessions:mark            string  random: another one, and Redis has lost its data since
/// im:nodes                    set     ids of the nodes that hold or held a lease and are not reaped yet
/// im:probe                    string  for a second: whether Redis takes writes
/// im:node:{id}:lease          hash    epoch, name, address, connections, draining, started, version, public; its time to live is the lease
/// im:node:{id}:presence       hash    version, guests, {user}: who is online on the node; written only under the lease
/// im:node:{id}:connections    hash    version, c:{connection}: as JSON, u:{user}: how many, s:{session}: their ids; written only under the lease
/// im:timeline:{cluster}       string  the newest timeline seen of the Postgres cluster with that system identifier
/// </code>
/// Times are Unix milliseconds, users 32 hexadecimal digits, hashes and session ids base64url.
/// <para>
/// In a Redis Cluster, and only there (a running installation keeps its names), the keys that one script touches share a hash tag:
/// </para>
/// <code>
/// im:session:{ID}, im:retired:{ID}:sha-256                       a session and its former tokens: renewing is one step
/// im:node:{ID}:lease, im:node:{ID}:presence, …:connections       a node: it writes only while it holds the lease, and is removed as a whole
/// im:sessions:mark:{0} …                                         64 marks, spread over all shards: each shard can lose its data alone
/// </code>
/// Everything else is read and written key by key. Whatever spans two keys without a common tag is done in an order in which it may break off after any step
/// (<c>SessionStore.CreateAsync</c>, <c>RedisNodeRegistry.ReapAsync</c>).
/// </summary>
/// <param name="prefix">Tests have their own; installations that share one Redis server have databases of their own (<c>defaultDatabase</c> in the connection string).</param>
internal sealed class RedisKeys(IConnectionMultiplexer redis, string prefix = "im:")
{
    private readonly RedisTopology _topology = new(redis);

    public string Nodes { get; } = $"{prefix}nodes";

    public string Probe { get; } = $"{prefix}probe";

    /// <summary>Of everything but <see cref="Nodes"/> and <see cref="Probe"/> the names are known once Redis has answered; before it they throw what <see cref="RedisTopology.IsCluster"/> throws.</summary>
    public IReadOnlyList<string> SessionsMarks => field ??= _topology.IsCluster ? [.. _topology.Tags.Select(tag => $"{prefix}sessions:mark:{{{tag}}}")] : [$"{prefix}sessions:mark"];

    public string Session(string sessionId) => $"{prefix}session:{Tagged(sessionId)}";

    public string UserSessions(Guid userId) => $"{prefix}user:{userId:N}:sessions";

    public string Retired(string sessionId, string hash) => _topology.IsCluster ? $"{prefix}retired:{Tagged(sessionId)}:{hash}" : $"{prefix}retired:{hash}";

    public string Ticket(string hash) => $"{prefix}ticket:{hash}";

    public string ConnectTicket(string hash) => $"{prefix}connect:{hash}";

    public string Bearer(string hash) => $"{prefix}bearer:{hash}";

    public string WidgetToken(string hash) => $"{prefix}widget:{hash}";

    public string Bucket(string kind, string owner) => $"{prefix}limit:{kind}:{owner}";

    public string Lease(string nodeId) => $"{prefix}node:{Tagged(nodeId)}:lease";

    public string Presence(string nodeId) => $"{prefix}node:{Tagged(nodeId)}:presence";

    public string Connections(string nodeId) => $"{prefix}node:{Tagged(nodeId)}:connections";

    public string Timeline(string cluster) => $"{prefix}timeline:{cluster}";

    private string Tagged(string id) => _topology.IsCluster ? $"{{{id}}}" : id;
}
