namespace Im.Core.Sessions;

/// <summary>
/// Each is atomic on Redis, and on Garnet because every key it touches is among its KEYS; in a cluster these are the session's own, which share a hash tag. Time comes with the call (ARGV now, Unix ms, by <see cref="Clocks.StoreTime"/>): a session whose
/// <c>expires</c> has passed is none, whether or not Redis has removed it yet.
/// What differs between Redis (Lua 5.1) and Garnet (5.4) is not used: a time to live that is not positive (Redis deletes, Garnet fails after half of the script has run), and
/// numbers made into text by Lua itself (10 / 2 is "5" or "5.0"): what is stored or given to PEXPIRE is an argument as it came, or goes through <c>string.format</c>.
/// </summary>
internal static class SessionScripts
{
    // Defines alive(key, now): whether there is such a session.
    private const string Alive = """
        local function alive(key, now)
          local expires = redis.call('HGET', key, 'expires')
          return expires and tonumber(expires) > tonumber(now)
        end

        """;

    /// <summary>KEYS new session. ARGV expires, milliseconds to live, then its fields and values.</summary>
    public const string Create = """
        for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
        redis.call('HSET', KEYS[1], 'expires', ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return 1
        """;

    /// <summary>KEYS a user's sessions. ARGV now, expires, id, milliseconds they live at most.</summary>
    public const string Enlist = """
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
        redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
        return 1
        """;

    /// <summary>
    /// KEYS session. ARGV now, hash of its token, the user who replaces it. Ends it, if the token is its. Returns whose it was (0: it is none, guest, or a user), then the names
    /// and values that the user takes over.
    /// </summary>
    public const string Replace = Alive + """
        local result = { '0' }
        if not alive(KEYS[1], ARGV[1]) then return result end
        local old = redis.call('HMGET', KEYS[1], 'token', 'oldToken', 'oldTokenUntil', 'user')
        local graced = old[2] == ARGV[2] and (not old[3] or tonumber(old[3]) > tonumber(ARGV[1]))
        if old[1] ~= ARGV[2] and not graced then return result end
        result[1] = old[4] or 'guest'
        if result[1] == 'guest' or result[1] == ARGV[3] then
          local fields = redis.call('HGETALL', KEYS[1])
          for i = 1, #fields, 2 do
            if string.sub(fields[i], 1, 2) == 'v:' then
              result[#result + 1] = fields[i]
              result[#result + 1] = fields[i + 1]
            end
          end
        end
        redis.call('DEL', KEYS[1])
        return result
        """;

    /// <summary>KEYS new session. ARGV now, then names and values taken over. What was written since it exists stays.</summary>
    public const string TakeOver = Alive + """
        if not alive(KEYS[1], ARGV[1]) then return 0 end
        for i = 2, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
        return 1
        """;

    /// <summary>KEYS session. ARGV now, expires, milliseconds to live, user (empty: guest).
    /// 0: it is gone, or another's, or it ends now: its life was shortened by a setting, and there is nothing left of it.</summary>
    public const string Touch = Alive + """
        if not alive(KEYS[1], ARGV[1]) then return 0 end
        if (redis.call('HGET', KEYS[1], 'user') or '') ~= ARGV[4] then return 0 end
        if tonumber(ARGV[3]) <= 0 then
          redis.call('DEL', KEYS[1])
          return 0
        end
        redis.call('HSET', KEYS[1], 'seen', ARGV[1], 'expires', ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        return 1
        """;

    /// <summary>KEYS session. ARGV now, guests' sliding and the absolute expiration in ms. Returns 0: none, <c>guest</c>: it was one, or the user it was.</summary>
    public const string Logout = Alive + """
        if not alive(KEYS[1], ARGV[1]) then return '0' end
        local user = redis.call('HGET', KEYS[1], 'user')
        if not user then return 'guest' end
        local ends = tonumber(redis.call('HGET', KEYS[1], 'created')) + tonumber(ARGV[3])
        local expires = math.min(tonumber(ARGV[1]) + tonumber(ARGV[2]), ends)
        if expires <= tonumber(ARGV[1]) then
          redis.call('DEL', KEYS[1])
          return user
        end
        for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
          if field == 'user' or string.sub(field, 1, 2) == 'v:' then redis.call('HDEL', KEYS[1], field) end
        end
        redis.call('HSET', KEYS[1], 'expires', string.format('%.0f', expires))
        redis.call('PEXPIRE', KEYS[1], string.format('%.0f', expires - tonumber(ARGV[1])))
        return user
        """;

    /// <summary>
    /// KEYS session, what is remembered of the former token. ARGV now, hash of the token, hash of the new one, grace in ms, what to remember, for how many ms. The former token has no end (<c>oldTokenUntil</c>) before the new one is used; until
    /// then it may be renewed again, once the grace is over. 0: unknown, or renewed already.
    /// </summary>
    public const string Renew = Alive + """
        if not alive(KEYS[1], ARGV[1]) then return 0 end
        local held = redis.call('HMGET', KEYS[1], 'token', 'oldToken', 'oldTokenUntil', 'renewed', 'grace')
        if held[1] ~= ARGV[2] and (held[2] ~= ARGV[2] or held[3] or tonumber(ARGV[1]) < tonumber(held[4]) + tonumber(held[5])) then return 0 end
        redis.call('HSET', KEYS[1], 'token', ARGV[3], 'oldToken', ARGV[2], 'renewed', ARGV[1], 'grace', ARGV[4])
        if ARGV[4] == '0' then redis.call('HSET', KEYS[1], 'oldTokenUntil', ARGV[1]) else redis.call('HDEL', KEYS[1], 'oldTokenUntil') end
        redis.call('SET', KEYS[2], ARGV[5], 'PX', ARGV[6])
        return 1
        """;

    /// <summary>KEYS session. ARGV now, hash of the token that was used. If it is the new one, the former is valid for the grace time from now.</summary>
    public const string UseRenewed = """
        local held = redis.call('HMGET', KEYS[1], 'token', 'oldToken', 'oldTokenUntil', 'grace')
        if held[1] ~= ARGV[2] or not held[2] or held[3] then return 0 end
        redis.call('HSET', KEYS[1], 'oldTokenUntil', string.format('%.0f', tonumber(ARGV[1]) + tonumber(held[4])))
        return 1
        """;

    /// <summary>KEYS session. ARGV now, only if it is this user's (empty: whoever's). Returns 0: there was none, <c>guest</c>, or the user it was.</summary>
    public const string Destroy = Alive + """
        local user = redis.call('HGET', KEYS[1], 'user') or 'guest'
        if ARGV[2] ~= '' and user ~= ARGV[2] then return '0' end
        local was = alive(KEYS[1], ARGV[1])
        redis.call('DEL', KEYS[1])
        return was and user or '0'
        """;

    /// <summary>KEYS session. ARGV now, only if it is this user's, field, value, how many values it may have. 0: no session, 1: done, 2: it has too many.</summary>
    public const string SetValue = Alive + """
        if not alive(KEYS[1], ARGV[1]) then return 0 end
        if ARGV[2] ~= '' and redis.call('HGET', KEYS[1], 'user') ~= ARGV[2] then return 0 end
        if redis.call('HEXISTS', KEYS[1], ARGV[3]) == 0 then
          local values = 0
          for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
            if string.sub(field, 1, 2) == 'v:' then values = values + 1 end
          end
          if values >= tonumber(ARGV[5]) then return 2 end
        end
        redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
        return 1
        """;

    /// <summary>KEYS session. ARGV now, only if it is this user's, field. 0: no session or no such value.</summary>
    public const string DeleteValue = Alive + """
        if not alive(KEYS[1], ARGV[1]) then return 0 end
        if ARGV[2] ~= '' and redis.call('HGET', KEYS[1], 'user') ~= ARGV[2] then return 0 end
        return redis.call('HDEL', KEYS[1], ARGV[3])
        """;
}
