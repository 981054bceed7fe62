using System.Text;
using Im.Core.Bus;
using Im.Core.Nodes;
using Im.Core.Clocks;
using Im.Protocol;
using Microsoft.Extensions.Options;

namespace Im.Core.Sessions;

/// <summary>Checks what callers give, keeps the sessions in the <see cref="SessionStore"/>, and tells the nodes what changed.</summary>
internal sealed class RedisSessionManager(
    SessionStore store, ConnectionTable table, ConnectionDirectory directory, SessionSends sends, SessionNews news, SessionCheck check,
    IOptions<SessionOptions> options, StoreTime time, NodeIdentity? node = null)
    : ISessionManager
{
    private const int MaxNameChars = 64, MaxValueBytes = 4 * 1024, MaxValues = 32;

    private static readonly TimeSpan MaxGrace = TimeSpan.FromMinutes(10);
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public Task<(Session Session, string Token)> CreateAsync(SessionOrigin origin, CancellationToken ct = default) => RunAsync(async () =>
    {
        var (session, token, _) = await store.CreateAsync(origin, userId: null, replaced: null);
        return (session, token);
    }, ct);

    public Task<Session?> FindAsync(string token, CancellationToken ct = default) => RunAsync(async () =>
    {
        if (!SessionToken.TryParse(token, out var parsed))
            return null;
        var (isFirstUse, isRefused) = (false, false);
        var now = await time.NowAsync();
        var session = await UseAsync(parsed.SessionId, record =>
        {
            isFirstUse = record.IsFirstUse(parsed);
            isRefused = !record.Accepts(parsed, now);
            return !isRefused;
        });
        if (isRefused && await store.IsReusedAsync(parsed))
            await DestroyAsync(parsed.SessionId, onlyIfOf: null, EndReasons.Reused);
        if (isFirstUse)
            await store.UseRenewedAsync(parsed);
        return session;
    }, ct);

    public Task<Session?> GetAsync(string sessionId, CancellationToken ct = default) => RunAsync(async () => (await store.ReadAsync(sessionId))?.Session, ct);

    public Task<(Session Session, string Token)> LoginAsync(string? guestToken, Guid userId, SessionOrigin origin, CancellationToken ct = default) => RunAsync(async () =>
    {
        var (session, token, replaced) = await store.CreateAsync(origin, userId, SessionToken.TryParse(guestToken, out var guest) ? guest : null);
        if (replaced is { UserId: not null })
            await news.PublishAsync(new(SessionChangeKind.LoggedOut, replaced.Id));
        if (replaced is not null)
            await news.PublishAsync(new(SessionChangeKind.LoggedIn, replaced.Id));
        return (session, token);
    }, ct);

    public Task<Session> CreateWidgetAsync(Guid userId, WidgetGrant widget, SessionOrigin origin, CancellationToken ct = default) => RunAsync(async () =>
        (await store.CreateAsync(origin, userId, replaced: null, widget)).Session, ct);

    public Task<bool> LogoutAsync(string sessionId, CancellationToken ct = default) => RunAsync(async () =>
    {
        if (!SessionToken.IsSessionId(sessionId) || await store.LogoutAsync(sessionId) is not { } was)
            return false;
        if (was.UserId is not null)
            await news.PublishAsync(new(SessionChangeKind.LoggedOut, sessionId));
        return true;
    }, ct);

    public Task<string?> RenewAsync(string token, TimeSpan? grace = null, CancellationToken ct = default)
    {
        var oldFor = grace ?? options.Value.RenewalGrace;
        if (oldFor < TimeSpan.Zero || oldFor > MaxGrace)
            throw new ArgumentOutOfRangeException(nameof(grace), $"The grace time is 0 to {MaxGrace.TotalMinutes} minutes.");
        return RunAsync(async () => SessionToken.TryParse(token, out var parsed) ? (await store.RenewAsync(parsed, oldFor))?.Text : null, ct);
    }

    public Task<bool> DestroyAsync(string sessionId, string reason = EndReasons.SignedOut, CancellationToken ct = default) => RunAsync(() => DestroyAsync(sessionId, onlyIfOf: null, reason), ct);

    public Task<bool> DestroyOfAsync(Guid userId, string sessionId, CancellationToken ct = default) => RunAsync(() => DestroyAsync(sessionId, userId, EndReasons.SignedOut), ct);

    public Task<int> DestroyAllAsync(Guid userId, string? exceptSessionId = null, string reason = EndReasons.SignedOut, CancellationToken ct = default) =>
        RunAsync(async () =>
        {
            var ended = await ForAllOfUserAsync(userId, id => id == exceptSessionId ? Task.FromResult(false) : DestroyAsync(id, userId, reason));
            // Sockets whose sessions Redis has lost are in no list.
            await news.PublishAsync(new(SessionChangeKind.AllDestroyed, exceptSessionId ?? "", userId, reason));
            return ended;
        }, ct);

    public Task<IReadOnlyList<Session>> ListAsync(Guid userId, CancellationToken ct = default) => RunAsync(() => store.ListAsync(userId), ct);

    public Task<IReadOnlyList<SessionPlaces>> ListPlacesAsync(Guid userId, CancellationToken ct = default) => RunAsync(async () =>
        await directory.FindPlacesAsync(await store.ListAsync(userId), ct), ct);

    public Task<string?> GetValueAsync(string sessionId, string name, CancellationToken ct = default)
    {
        CheckName(name);
        return RunAsync(async () => SessionToken.IsSessionId(sessionId) ? await store.GetValueAsync(sessionId, name) : null, ct);
    }

    public Task<bool> SetValueAsync(string sessionId, string name, string value, CancellationToken ct = default)
    {
        CheckValue(name, value);
        return RunAsync(async () => SessionToken.IsSessionId(sessionId) && await store.SetValueAsync(sessionId, name, value, MaxValues) switch
        {
            SetValueResult.TooMany => throw new ArgumentException($"A session has at most {MaxValues} values.", nameof(name)),
            var result => result == SetValueResult.Done,
        }, ct);
    }

    public Task<bool> DeleteValueAsync(string sessionId, string name, CancellationToken ct = default)
    {
        CheckName(name);
        return RunAsync(async () => SessionToken.IsSessionId(sessionId) && await store.DeleteValueAsync(sessionId, name), ct);
    }

    public Task<int> SetValueForUserAsync(Guid userId, string name, string value, CancellationToken ct = default)
    {
        CheckValue(name, value);
        return RunAsync(() => ForAllOfUserAsync(userId, async id => await store.SetValueAsync(id, name, value, MaxValues, userId) == SetValueResult.Done), ct);
    }

    public Task<int> DeleteValueForUserAsync(Guid userId, string name, CancellationToken ct = default)
    {
        CheckName(name);
        return RunAsync(() => ForAllOfUserAsync(userId, id => store.DeleteValueAsync(id, name, userId)), ct);
    }

    public Task<string> CreateTicketAsync(string sessionId, CancellationToken ct = default) => RunAsync(() => store.CreateTicketAsync(sessionId), ct);

    public Task<Session?> RedeemTicketAsync(string ticket, CancellationToken ct = default) => RunAsync(async () =>
        SessionToken.TryHashTicket(ticket, out var hash) && await store.TakeTicketAsync(hash) is { } sessionId ? (await store.ReadAsync(sessionId))?.Session : null, ct);

    public Task<string> CreateConnectTicketAsync(Session session, string nodeName, string origin, CancellationToken ct = default) =>
        RunAsync(() => store.CreateConnectTicketAsync(session, nodeName, origin), ct);

    public Task<ConnectGrant?> RedeemConnectTicketAsync(string ticket, string nodeName, CancellationToken ct = default) => RunAsync(async () =>
        SessionToken.TryHashConnectTicket(ticket, out var hash) && await store.TakeConnectTicketAsync(hash) is { } said && said.Node == nodeName
        && (await store.ReadAsync(said.SessionId))?.Session is { } session && session.UserId == said.UserId ? new ConnectGrant(session, said.Origin) : null, ct);

    public Task<string> CreateBearerAsync(string sessionId, CancellationToken ct = default) => RunAsync(() => store.CreateBearerAsync(sessionId), ct);

    public Task<Session?> FindBearerAsync(string bearer, CancellationToken ct = default) => RunAsync(async () =>
        SessionToken.TryHashBearer(bearer, out var hash) && await store.ReadBearerAsync(hash) is { } sessionId ? await UseAsync(sessionId, record => record.Session.UserId is not null) : null, ct);

    public Task AnnounceStandingAsync(Guid userId, CancellationToken ct = default) => RunAsync(() => news.PublishAsync(new(SessionChangeKind.Standing, "", userId)), ct);

    public Task<bool?> SendToUserAsync(Guid userId, ServerFrame frame, CancellationToken ct = default) => RunAsync(() => sends.ToUserAsync(userId, frame, ct), ct);

    public Task<bool?> SendToSessionAsync(string sessionId, ServerFrame frame, CancellationToken ct = default) => RunAsync(() => sends.ToSessionAsync(sessionId, frame, ct), ct);

    public Task<bool?> SendToConnectionAsync(string connectionId, ServerFrame frame, CancellationToken ct = default) => RunAsync(() => sends.ToConnectionAsync(connectionId, frame, ct), ct);

    public Task<CheckedSessions> CheckAsync(IReadOnlyCollection<string> sessionIds, CancellationToken ct = default) => RunAsync(() => check.RunAsync(sessionIds, ct), ct);

    public Task ConnectAsync(ConnectionInfo connection, CancellationToken ct = default)
    {
        if (node is null)
            throw new InvalidOperationException("This process is not a node (see AddImNode): it has no connections.");
        if (connection.NodeId != node.Id)
            throw new ArgumentException($"A node registers its own connections only: {node.Id}.", nameof(connection));
        if (string.IsNullOrEmpty(connection.Id) || connection.Id.Contains(' '))
            throw new ArgumentException("A connection's id has no spaces.", nameof(connection));
        return RunAsync(() => table.PutAsync(connection), ct);
    }

    public Task DisconnectAsync(string connectionId, CancellationToken ct = default) => RunAsync(() => table.RemoveAsync(connectionId), ct);

    public Task<IReadOnlyList<ConnectionInfo>> ListConnectionsAsync(Guid? userId = null, CancellationToken ct = default) => RunAsync(() => directory.ListAsync(userId, ct), ct);

    private async Task<Session?> UseAsync(string sessionId, Func<SessionRecord, bool> accepts)
    {
        var record = await store.ReadAsync(sessionId);
        if (record is null || !accepts(record))
            return null;
        var now = await time.NowAsync();
        if (now - record.Session.LastSeenAt < options.Value.TouchInterval)
            return record.Session;
        if (await store.TouchAsync(record.Session))
            return record.Session with { LastSeenAt = now };
        // It ended or changed hands since it was read: what it is now counts.
        record = await store.ReadAsync(sessionId);
        return record is not null && accepts(record) ? record.Session : null;
    }

    private async Task<bool> DestroyAsync(string sessionId, Guid? onlyIfOf, string reason)
    {
        if (!SessionToken.IsSessionId(sessionId) || await store.DestroyAsync(sessionId, onlyIfOf) is null)
            return false;
        await news.PublishAsync(new(SessionChangeKind.Destroyed, sessionId, Reason: reason));
        return true;
    }

    /// <summary>Reads the user's sessions again until there are none it has not been at: so it reaches also those that came while it worked.</summary>
    private async Task<int> ForAllOfUserAsync(Guid userId, Func<string, Task<bool>> act)
    {
        var seen = new HashSet<string>();
        var done = 0;
        while ((await store.SessionIdsAsync(userId)).Where(seen.Add).ToArray() is { Length: > 0 } ids)
            done += (await Task.WhenAll(ids.Select(act))).Count(acted => acted);
        return done;
    }

    private static void CheckName(string name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaxNameChars)
            throw new ArgumentException($"A value's name has 1 to {MaxNameChars} characters.", nameof(name));
        _ = StrictUtf8.GetByteCount(name);
    }

    private static void CheckValue(string name, string value)
    {
        CheckName(name);
        ArgumentNullException.ThrowIfNull(value);
        if (StrictUtf8.GetByteCount(value) > MaxValueBytes)
            throw new ArgumentException($"A value has at most {MaxValueBytes} bytes of UTF-8.", nameof(value));
    }

    private static Task RunAsync(Func<Task> operation, CancellationToken ct) => RunAsync(async () =>
    {
        await operation();
        return true;
    }, ct);

    private static async Task<T> RunAsync<T>(Func<Task<T>> operation, CancellationToken ct)
    {
        try
        {
            return await operation().WaitAsync(ct);
        }
        catch (Exception exception) when (RedisFailure.IsUnavailable(exception) || exception is BusUnavailableException)
        {
            throw new SessionsUnavailableException(exception);
        }
    }
}
