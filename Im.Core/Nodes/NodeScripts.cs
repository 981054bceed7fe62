namespace Im.Core.Nodes;

/// <summary>Each is atomic on Redis, and on Garnet because every key it touches is among its KEYS.</summary>
internal static class NodeScripts
{
    /// <summary>KEYS lease, nodes. ARGV id, milliseconds, epoch, address, connections, draining, name, started, version, public address (empty: none).</summary>
    public const string Acquire = """
        redis.call('DEL', KEYS[1])
        redis.call('HSET', KEYS[1], 'epoch', ARGV[3], 'address', ARGV[4], 'connections', ARGV[5], 'draining', ARGV[6], 'name', ARGV[7], 'started', ARGV[8], 'version', ARGV[9], 'public', ARGV[10])
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        redis.call('SADD', KEYS[2], ARGV[1])
        return 1
        """;

    /// <summary>KEYS lease, nodes. ARGV id, milliseconds, epoch, address, connections, draining. 0: the lease of that epoch is gone.</summary>
    public const string Renew = """
        if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[3] then return 0 end
        redis.call('HSET', KEYS[1], 'address', ARGV[4], 'connections', ARGV[5], 'draining', ARGV[6])
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        redis.call('SADD', KEYS[2], ARGV[1])
        return 1
        """;

    /// <summary>KEYS lease, nodes, presence, connections. ARGV id, epoch. The node's own goodbye.</summary>
    public const string Release = """
        if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[2] then return 0 end
        redis.call('SREM', KEYS[2], ARGV[1])
        redis.call('DEL', KEYS[1], KEYS[3], KEYS[4])
        return 1
        """;

    /// <summary>KEYS lease, nodes, presence, connections. ARGV id. 1 for exactly one of those who call it after the lease ended.</summary>
    public const string Reap = """
        if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
        if redis.call('SREM', KEYS[2], ARGV[1]) == 0 then return 0 end
        redis.call('DEL', KEYS[3], KEYS[4])
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
