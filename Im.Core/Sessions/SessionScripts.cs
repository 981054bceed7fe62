namespace Im.Core.Sessions;

/// <summary>
/// Each is atomic on Redis, and on Garnet because every key it touches is among its KEYS. Time comes with the call (ARGV now, Unix ms, by <see cref="Clocks.StoreTime"/>): a session whose
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

    /// <summary>
    /// KEYS new session [, its user's sessions [, the session it replaces]]. ARGV now, expires, milliseconds to live, id, user (empty: guest), milliseconds the
    /// user's sessions live at most, hash of the replaced session's token, then the new session's fields and values.
    /// Returns whose session was replaced (0: none was, guest, or a user), then the names and values taken over from it.
    /// </summary>
    public const string Create = Alive + """
        for i = 8, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
        redis.call('HSET', KEYS[1], 'expires', ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        local result = { '0' }
        if #KEYS > 1 then
          redis.call('HSET', KEYS[1], 'user', ARGV[5])
          redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[1])
          redis.call('ZADD', KEYS[2], ARGV[2], ARGV[4])
          redis.call('PEXPIRE', KEYS[2], ARGV[6])
        end
        if #KEYS > 2 and alive(KEYS[3], ARGV[1]) then
          local old = redis.call('HMGET', KEYS[3], 'token', 'oldToken', 'oldTokenUntil', 'user')
          local graced = old[2] == ARGV[7] and (not old[3] or tonumber(old[3]) > tonumber(ARGV[1]))
          if old[1] == ARGV[7] or graced then
            local user = old[4] or 'guest'
            result[1] = user
            if user == 'guest' or user == ARGV[5] then
              local fields = redis.call('HGETALL', KEYS[3])
              for i = 1, #fields, 2 do
                if string.sub(fields[i], 1, 2) == 'v:' then
                  redis.call('HSET', KEYS[1], fields[i], fields[i + 1])
                  result[#result + 1] = fields[i]
                  result[#result + 1] = fields[i + 1]
                end
              end
            end
            redis.call('DEL', KEYS[3])
          end
        end
        return result
        """;

    /// <summary>KEYS session [, its user's sessions]. ARGV now, expires, milliseconds to live, id, user (empty: guest), milliseconds as in Create.
    /// 0: it is gone, or another's, or it ends now: its life was shortened by a setting, and there is nothing left of it.</summary>
    public const string Touch = Alive + """
        if not alive(KEYS[1], ARGV[1]) then return 0 end
        if (redis.call('HGET', KEYS[1], 'user') or '') ~= ARGV[5] then return 0 end
        if tonumber(ARGV[3]) <= 0 then
          redis.call('DEL', KEYS[1])
          if #KEYS > 1 then redis.call('ZREM', KEYS[2], ARGV[4]) end
          return 0
        end
        redis.call('HSET', KEYS[1], 'seen', ARGV[1], 'expires', ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        if #KEYS > 1 then
          redis.call('ZADD', KEYS[2], ARGV[2], ARGV[4])
          redis.call('PEXPIRE', KEYS[2], ARGV[6])
        end
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
