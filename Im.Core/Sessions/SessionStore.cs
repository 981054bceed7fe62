using Im.Core.Clocks;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Im.Core.Sessions;

/// <summary>
/// Sessions and tickets in Redis; tells nobody. A session's hash alone decides what it is; the user's set of sessions is written before anybody knows the token of a session that
/// is the user's, and cleaned of what ended when somebody reads it. That is safe because an ended session's id never comes back, nor becomes the user's again.
/// </summary>
internal sealed class SessionStore(IConnectionMultiplexer redis, RedisKeys keys, IOptions<SessionOptions> options, StoreTime time)
{
    private const string None = "0", Guest = "guest";

    private static readonly IReadOnlyDictionary<string, string> NoValues = new Dictionary<string, string>();

    private readonly IDatabase _database = redis.GetDatabase();

    private RedisValue UserSessionsMs => (long)options.Value.AbsoluteExpiration.TotalMilliseconds;

    /// <summary>
    /// Three keys, which in a cluster lie on three shards, in an order in which no other operation sees a gap: the session exists before the user's set names it, so that an id in the set without a session
    /// has ended; the set names it before the old session ends, so that what is written for all of a user's sessions reaches the old one in time to be taken over, or the new one; and it has no token that
    /// anybody knows before all is done. What breaks off leaves a session that nobody can use.
    /// </summary>
    /// <returns>The new session, its token, and what became of the session it replaces.</returns>
    public async Task<(Session Session, string Token, EndedSession? Replaced)> CreateAsync(SessionOrigin origin, Guid? userId, SessionToken? replaced, WidgetGrant? widget = null)
    {
        var now = await time.NowAsync();
        var token = SessionToken.New(SessionToken.NewSessionId());
        var key = keys.Session(token.SessionId);
        origin = SessionRecord.Shorten(origin);
        var (nowMs, expires) = (now.ToUnixTimeMilliseconds(), ExpiresAt(now, now, userId, widget is not null));
        RedisValue[] user = userId is null ? [] : ["user", UserArgument(userId)];
        await _database.ScriptEvaluateAsync(SessionScripts.Create, [key], [expires, expires - nowMs, .. SessionRecord.NewFields(token, origin, now, widget), .. user]);
        RedisValue[] took = [None];
        try
        {
            if (userId is { } owner)
                await EnlistAsync(owner, token.SessionId, nowMs, expires);
            if (replaced is { } old)
                took = (RedisValue[])(await _database.ScriptEvaluateAsync(SessionScripts.Replace, [keys.Session(old.SessionId)], [nowMs, old.Hash, UserArgument(userId)]))!;
            if (took.Length > 1)
                await _database.ScriptEvaluateAsync(SessionScripts.TakeOver, [key], [nowMs, .. took.Skip(1)]);
        }
        catch (Exception exception) when (RedisFailure.IsUnavailable(exception))
        {
            _database.KeyDelete(key, CommandFlags.FireAndForget);
            throw;
        }
        var values = took.Skip(1).Chunk(2).ToDictionary(pair => pair[0].ToString()[SessionRecord.ValuePrefix.Length..], pair => pair[1].ToString());
        var at = DateTimeOffset.FromUnixTimeMilliseconds(nowMs);
        return (new(token.SessionId, userId, at, at, origin, values) { Widget = widget }, token.Text, Ended(replaced?.SessionId, took[0]));
    }

    public async Task<SessionRecord?> ReadAsync(string sessionId)
    {
        if (!SessionToken.IsSessionId(sessionId))
            return null;
        var record = SessionRecord.Read(sessionId, await _database.HashGetAllAsync(keys.Session(sessionId)));
        return record?.IsAlive(await time.NowAsync()) == true ? record : null;
    }

    /// <summary>The session and whose it is, its expiry slid; null when there is none. Its values are not read.</summary>
    public async Task<(string Id, Guid? UserId)?> ReadInUseAsync(string sessionId)
    {
        var fields = await _database.HashGetAsync(keys.Session(sessionId), ["expires", "user", "created", "seen", "widget"]);
        var now = await time.NowAsync();
        if (!SessionToken.IsSessionId(sessionId) || (long)fields[0] <= now.ToUnixTimeMilliseconds())
            return null;
        var userId = SessionRecord.UserOf(fields[1]);
        var (createdAt, seenAt) = (DateTimeOffset.FromUnixTimeMilliseconds((long)fields[2]), DateTimeOffset.FromUnixTimeMilliseconds((long)fields[3]));
        if (now - seenAt < options.Value.TouchInterval || await TouchAsync(new(sessionId, userId, createdAt, seenAt, new(null, null), NoValues) { Widget = WidgetGrant.Parse(fields[4]) }))
            return (sessionId, userId);
        // It ended or changed hands since it was read.
        return await ReadAsync(sessionId) is { } record ? (sessionId, record.Session.UserId) : null;
    }

    /// <summary>
    /// Slides the expiry of a session that was just read. False when it ended or changed hands meanwhile. Where Redis answers and takes no writes (its disk is full, it is a replica now) the session is as it was
    /// read: whoever is logged in goes on, and a later use slides it.
    /// </summary>
    public async Task<bool> TouchAsync(Session session)
    {
        try
        {
            return await SlideAsync(session);
        }
        catch (Exception exception) when (RedisFailure.IsUnavailable(exception))
        {
            return true;
        }
    }

    private async Task<bool> SlideAsync(Session session)
    {
        var now = await time.NowAsync();
        var expires = ExpiresAt(now, session.CreatedAt, session.UserId, session.Widget is not null);
        // First the set: it must not hold the session for ended before the session does.
        if (session.UserId is { } owner)
            await EnlistAsync(owner, session.Id, now.ToUnixTimeMilliseconds(), expires);
        if ((bool)await _database.ScriptEvaluateAsync(SessionScripts.Touch, [keys.Session(session.Id)],
            [now.ToUnixTimeMilliseconds(), expires, expires - now.ToUnixTimeMilliseconds(), UserArgument(session.UserId)]))
            return true;
        await DropFromUserAsync(new(session.Id, session.UserId));
        return false;
    }

    private Task EnlistAsync(Guid userId, string sessionId, long now, long expires) =>
        _database.ScriptEvaluateAsync(SessionScripts.Enlist, [keys.UserSessions(userId)], [now, expires, sessionId, UserSessionsMs]);

    public async Task<EndedSession?> LogoutAsync(string sessionId) => await DropFromUserAsync(Ended(sessionId, (RedisValue)await _database.ScriptEvaluateAsync(
        SessionScripts.Logout, [keys.Session(sessionId)],
        [await NowAsync(), (long)options.Value.GuestSlidingExpiration.TotalMilliseconds, (long)options.Value.AbsoluteExpiration.TotalMilliseconds])));

    public async Task<EndedSession?> DestroyAsync(string sessionId, Guid? onlyIfOf = null) => await DropFromUserAsync(Ended(sessionId, (RedisValue)await _database.ScriptEvaluateAsync(
        SessionScripts.Destroy, [keys.Session(sessionId)], [await NowAsync(), UserArgument(onlyIfOf)])));

    public async Task<SessionToken?> RenewAsync(SessionToken token, TimeSpan grace)
    {
        var (renewed, now, graceMs) = (SessionToken.New(token.SessionId), await NowAsync(), (long)grace.TotalMilliseconds);
        return (bool)await _database.ScriptEvaluateAsync(SessionScripts.Renew, [keys.Session(token.SessionId), keys.Retired(token.SessionId, token.Hash)],
            [now, token.Hash, renewed.Hash, graceMs, $"{token.SessionId} {now + graceMs}", UserSessionsMs])
            ? renewed : null;
    }

    /// <summary>The token was renewed, however long ago, and its grace is over: its owner has another one since, so two hold the session.</summary>
    public async Task<bool> IsReusedAsync(SessionToken token) => await SessionInAsync(await _database.StringGetAsync(keys.Retired(token.SessionId, token.Hash)), after: true) == token.SessionId;

    /// <summary>The token of a renewal has arrived at its owner: the grace time of the one before it begins.</summary>
    public async Task UseRenewedAsync(SessionToken token)
    {
        try
        {
            await _database.ScriptEvaluateAsync(SessionScripts.UseRenewed, [keys.Session(token.SessionId)], [await NowAsync(), token.Hash]);
        }
        catch (Exception exception) when (RedisFailure.IsUnavailable(exception))
        {
            // It begins with the next use.
        }
    }

    /// <summary>Living sessions of the user; what the set names besides is removed from it.</summary>
    public async Task<IReadOnlyList<Session>> ListAsync(Guid userId)
    {
        var ids = await SessionIdsAsync(userId);
        var records = await Task.WhenAll(ids.Select(ReadAsync));
        var sessions = records.Where(record => record?.Session.UserId == userId).Select(record => record!.Session).OrderByDescending(session => session.LastSeenAt).ToArray();
        if (sessions.Length < ids.Count)
            await _database.SortedSetRemoveAsync(keys.UserSessions(userId), [.. ids.Except(sessions.Select(session => session.Id)).Select(id => (RedisValue)id)]);
        return sessions;
    }

    public async Task<IReadOnlyList<string>> SessionIdsAsync(Guid userId) =>
        [.. (await _database.SortedSetRangeByRankAsync(keys.UserSessions(userId))).Select(id => id.ToString())];

    public async Task<SetValueResult> SetValueAsync(string sessionId, string name, string value, int maxValues, Guid? onlyIfOf = null) =>
        (SetValueResult)(int)await _database.ScriptEvaluateAsync(SessionScripts.SetValue, [keys.Session(sessionId)],
            [await NowAsync(), UserArgument(onlyIfOf), SessionRecord.ValuePrefix + name, value, maxValues]);

    public async Task<bool> DeleteValueAsync(string sessionId, string name, Guid? onlyIfOf = null) =>
        (bool)await _database.ScriptEvaluateAsync(SessionScripts.DeleteValue, [keys.Session(sessionId)], [await NowAsync(), UserArgument(onlyIfOf), SessionRecord.ValuePrefix + name]);

    public async Task<string?> GetValueAsync(string sessionId, string name)
    {
        var fields = await _database.HashGetAsync(keys.Session(sessionId), ["expires", SessionRecord.ValuePrefix + name]);
        return (long)fields[0] > await NowAsync() ? fields[1] : (string?)null;
    }

    public async Task<string> CreateTicketAsync(string sessionId)
    {
        var (ticket, hash) = SessionToken.NewTicket();
        var lifetime = options.Value.TicketLifetime;
        await _database.StringSetAsync(keys.Ticket(hash), $"{sessionId} {await NowAsync() + (long)lifetime.TotalMilliseconds}", lifetime);
        return ticket;
    }

    /// <summary>The ticket's session id, to the first who asks.</summary>
    public async Task<string?> TakeTicketAsync(string hash) => await SessionInAsync(await _database.StringGetDeleteAsync(keys.Ticket(hash)));

    public async Task<string> CreateConnectTicketAsync(Session session, string node, string origin)
    {
        var (ticket, hash) = SessionToken.NewConnectTicket();
        var lifetime = options.Value.TicketLifetime;
        // A name may have blanks: it comes last.
        await _database.StringSetAsync(keys.ConnectTicket(hash), $"{session.Id} {await NowAsync() + (long)lifetime.TotalMilliseconds} {UserArgument(session.UserId)} {origin} {node}", lifetime);
        return ticket;
    }

    /// <summary>What the ticket says, to the first who asks.</summary>
    public async Task<(string SessionId, Guid? UserId, string Origin, string Node)?> TakeConnectTicketAsync(string hash)
    {
        if ((string?)await _database.StringGetDeleteAsync(keys.ConnectTicket(hash)) is not { } text || text.Split(' ', 5) is not [var sessionId, var until, var user, var origin, var node])
            return null;
        return long.Parse(until, System.Globalization.CultureInfo.InvariantCulture) > await NowAsync() ? (sessionId, user.Length == 0 ? null : Guid.ParseExact(user, "N"), origin, node) : null;
    }

    public async Task<string> CreateBearerAsync(string sessionId)
    {
        var (bearer, hash) = SessionToken.NewBearer();
        var lifetime = options.Value.BearerLifetime;
        await _database.StringSetAsync(keys.Bearer(hash), $"{sessionId} {await NowAsync() + (long)lifetime.TotalMilliseconds}", lifetime);
        return bearer;
    }

    public async Task<string?> ReadBearerAsync(string hash) => await SessionInAsync(await _database.StringGetAsync(keys.Bearer(hash)));

    /// <param name="after">The time that stands beside it is over; else it is still to come.</param>
    private async ValueTask<string?> SessionInAsync(RedisValue value, bool after = false) => (string?)value is { } text && text.Split(' ') is [var sessionId, var until]
        && long.Parse(until, System.Globalization.CultureInfo.InvariantCulture) <= await NowAsync() == after ? sessionId : null;

    private async ValueTask<long> NowAsync() => (await time.NowAsync()).ToUnixTimeMilliseconds();

    private async Task<EndedSession?> DropFromUserAsync(EndedSession? ended)
    {
        if (ended is { UserId: { } user })
            await _database.SortedSetRemoveAsync(keys.UserSessions(user), ended.Id);
        return ended;
    }

    private long ExpiresAt(DateTimeOffset now, DateTimeOffset createdAt, Guid? userId, bool isWidgets)
    {
        var slid = now + (isWidgets ? options.Value.WidgetSlidingExpiration : userId is null ? options.Value.GuestSlidingExpiration : options.Value.SlidingExpiration);
        var end = createdAt + (isWidgets ? options.Value.WidgetExpiration : options.Value.AbsoluteExpiration);
        return (slid < end ? slid : end).ToUnixTimeMilliseconds();
    }

    private static EndedSession? Ended(string? sessionId, RedisValue was) => was == None ? null : new(sessionId!, was == Guest ? null : SessionRecord.UserOf(was));

    private static string UserArgument(Guid? userId) => userId?.ToString("N") ?? "";
}

/// <summary>A session that was this user's (null: a guest's) until now.</summary>
internal sealed record EndedSession(string Id, Guid? UserId);

internal enum SetValueResult { NoSession, Done, TooMany }
