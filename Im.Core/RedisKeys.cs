namespace Im.Core;

/// <summary>
/// Every key of sessions, nodes and presence. Redis may lose all of them: people log in again, everything else is written anew within a lease.
/// <code>
/// im:session:{id}             hash    token, oldToken, oldTokenUntil, user, created, seen, expires, device, address, v:{name}…; ends with the session
/// im:user:{id}:sessions       zset    the user's sessions by the time they end; may name ended ones, never misses a living one
/// im:retired:{sha-256}        string  a token that was renewed: its session's id and from when on its use is a theft's sign
/// im:ticket:{sha-256}         string  session id and the time it ends; taken once
/// im:connect:{sha-256}        string  session id, the time it ends, its user, the page's origin and the node's name; taken once
/// im:bearer:{sha-256}         string  the same, for as often as it is used
/// im:limit:{kind}:{owner}     hash    taken, at: a token bucket; ends when it is full again
/// im:sessions:mark            string  random: another one, and Redis has lost its data since
/// im:nodes                    set     ids of the nodes that hold or held a lease and are not reaped yet
/// im:probe                    string  for a second: whether Redis takes writes
/// im:node:{id}:lease          hash    epoch, name, address, connections, draining, started, version, public; its time to live is the lease
/// im:node:{id}:presence       hash    version, guests, {user}: who is online on the node; written only under the lease
/// im:node:{id}:connections    hash    version, c:{connection}: as JSON, u:{user}: how many, s:{session}: their ids; written only under the lease
/// </code>
/// Times are Unix milliseconds, users 32 hexadecimal digits, hashes and session ids base64url.
/// </summary>
/// <param name="prefix">Tests have their own; installations that share a Redis have databases of their own (<c>defaultDatabase</c> in the connection string).</param>
internal sealed class RedisKeys(string prefix = "im:")
{
    public string Nodes { get; } = $"{prefix}nodes";

    public string Probe { get; } = $"{prefix}probe";

    public string SessionsMark { get; } = $"{prefix}sessions:mark";

    public string Session(string sessionId) => $"{prefix}session:{sessionId}";

    public string UserSessions(Guid userId) => $"{prefix}user:{userId:N}:sessions";

    public string Retired(string hash) => $"{prefix}retired:{hash}";

    public string Ticket(string hash) => $"{prefix}ticket:{hash}";

    public string ConnectTicket(string hash) => $"{prefix}connect:{hash}";

    public string Bearer(string hash) => $"{prefix}bearer:{hash}";

    public string Bucket(string kind, string owner) => $"{prefix}limit:{kind}:{owner}";

    public string Lease(string nodeId) => $"{prefix}node:{nodeId}:lease";

    public string Presence(string nodeId) => $"{prefix}node:{nodeId}:presence";

    public string Connections(string nodeId) => $"{prefix}node:{nodeId}:connections";
}
