namespace Im.Core.Nodes;

/// <summary>
/// Each is atomic on Redis, and on Garnet because every key it touches is among its KEYS; in a cluster these have the node's hash tag. The set of nodes has none: it is written after each.
/// </summary>
internal static class NodeScripts
{
    /// <summary>KEYS lease. ARGV milliseconds, epoch, address, connections, draining, name, started, version, public address (empty: none).</summary>
    public const string Acquire = """
        redis.call('DEL', KEYS[1])
        redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'address', ARGV[3], 'connections', ARGV[4], 'draining', ARGV[5], 'name', ARGV[6], 'started', ARGV[7], 'version', ARGV[8], 'public', ARGV[9])
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        return 1
        """;

    /// <summary>KEYS lease. ARGV milliseconds, epoch, address, connections, draining. 0: the lease of that epoch is gone.</summary>
    public const string Renew = """
        if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[2] then return 0 end
        redis.call('HSET', KEYS[1], 'address', ARGV[3], 'connections', ARGV[4], 'draining', ARGV[5])
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        return 1
        """;

    /// <summary>KEYS lease, presence, connections. ARGV epoch. The node's own goodbye.</summary>
    public const string Release = """
        if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
        redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
        return 1
        """;

    /// <summary>KEYS lease, presence, connections. 0: the lease is held.</summary>
    public const string Reap = """
        if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
        redis.call('DEL', KEYS[2], KEYS[3])
        return 1
        """;

    /// <summary>
    /// KEYS lease, hash. ARGV epoch, the version the hash must have (empty: replace all of it), its new version, then fields and values (empty: remove).
    /// 0: the lease is gone; 1: the hash is not what the node believes; 2: done.
    /// </summary>
    public const string Write = """
        if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
        if ARGV[2] == '' then
          redis.call('DEL', KEYS[2])
        elseif redis.call('HGET', KEYS[2], 'version') ~= ARGV[2] then
          return 1
        end
        redis.call('HSET', KEYS[2], 'version', ARGV[3])
        for i = 4, #ARGV, 2 do
          if ARGV[i + 1] == '' then
            redis.call('HDEL', KEYS[2], ARGV[i])
          else
            redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
          end
        end
        return 2
        """;
}
