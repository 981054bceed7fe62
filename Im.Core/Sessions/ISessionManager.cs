using Im.Protocol;

namespace Im.Core.Sessions;

/// <summary>
/// Sessions on Redis: one for each browser or device, found by the secret token in its cookie, with or without a user, shared by every node.
/// A session has a stable public <see cref="Session.Id"/> and one current token; only the token's SHA-256 is stored.
/// Each operation is atomic on Redis (a Lua script or one command); operations on one session are ordered by Redis. Those on all sessions of a user are
/// atomic for each session and reach every session that exists when they end. A session lives as long as it is used (<see cref="SessionOptions"/>: sliding 30 days,
/// a guest's 1 day) and 90 days at most. Values are UTF-8 strings: name 1–64 characters, value up to 4 KiB, 32 names; beyond that <see cref="ArgumentException"/>.
/// Every method throws <see cref="SessionsUnavailableException"/> when Redis cannot be reached: it is then unknown whether a change was made.
/// <para>
/// Open sockets are told of changes by <see cref="SessionChange"/>, at most once: a node looks the sessions of its sockets up with <see cref="CheckAsync"/>, now and then and when
/// it may have missed some (<c>IBus.Reconnected</c>).
/// </para>
/// </summary>
public interface ISessionManager
{
    /// <summary>Makes a guest session; the token goes into the cookie and nowhere else.</summary>
    Task<(Session Session, string Token)> CreateAsync(SessionOrigin origin, CancellationToken ct = default);

    /// <summary>The session of a token, also of an old one within its grace time; null when there is none. Slides the expiry (at most once a minute).
    /// A token that was renewed, used again after its grace time, ends the session (<see cref="EndReasons.Reused"/>): somebody has a copy, and which of the two is its owner cannot be told.</summary>
    Task<Session?> FindAsync(string token, CancellationToken ct = default);

    Task<Session?> GetAsync(string sessionId, CancellationToken ct = default);

    /// <summary>
    /// Logs a user in: a new session with a new token takes over the guest session's values, and the guest session ends, its token at once (no grace: that would be
    /// session fixation). Its open sockets are told <see cref="SessionChangeKind.LoggedIn"/> and may follow with a ticket.
    /// A token nobody knows is as none. Where the token's session is somebody's already, it ends too, its sockets are first told <see cref="SessionChangeKind.LoggedOut"/>,
    /// and its values are taken over only by the same user. Of two logins with one guest token both succeed, the first has the values.
    /// </summary>
    Task<(Session Session, string Token)> LoginAsync(string? guestToken, Guid userId, SessionOrigin origin, CancellationToken ct = default);

    /// <summary>A new session for a widget, which ends an hour after its last use (<see cref="SessionOptions.WidgetSlidingExpiration"/>); used with bearer tokens alone.</summary>
    Task<Session> CreateWidgetAsync(Guid userId, WidgetGrant widget, SessionOrigin origin, CancellationToken ct = default);

    /// <summary>Makes the session a guest's again, its values deleted, id and token the same; its sockets are told at once. True also for a guest's; false when there is none.</summary>
    Task<bool> LogoutAsync(string sessionId, CancellationToken ct = default);

    /// <summary>
    /// A new token for the same session. The old one stays valid until the new one has been used, as its answer may be lost on the way, and for <paramref name="grace"/> after that
    /// (default 30 s, at most 10 min; zero ends it at once) so that requests under way survive; a renewal of the new one ends it too. Null when the token is unknown or was renewed
    /// already: of two renewals at once one gets a token. A new one that is not used within the grace time is taken for lost: the old one may be renewed again, which ends the lost one.
    /// </summary>
    Task<string?> RenewAsync(string token, TimeSpan? grace = null, CancellationToken ct = default);

    /// <summary>Ends the session: token dead, sockets closed with 4401 and the reason. False when there is none.</summary>
    /// <param name="reason">Of <see cref="EndReasons"/>.</param>
    Task<bool> DestroyAsync(string sessionId, string reason = EndReasons.SignedOut, CancellationToken ct = default);

    /// <summary>The same, if the session is this user's: false when there is none or it is another's; the caller cannot tell.</summary>
    Task<bool> DestroyOfAsync(Guid userId, string sessionId, CancellationToken ct = default);

    /// <summary>Ends all sessions of the user, except one if named, and closes the user's other sockets, also those whose session Redis has lost. Returns how many sessions it ended.</summary>
    Task<int> DestroyAllAsync(Guid userId, string? exceptSessionId = null, string reason = EndReasons.SignedOut, CancellationToken ct = default);

    /// <summary>Tells every process that the user's standing has changed; it may be lost, and is then noticed within 30 s.</summary>
    Task AnnounceStandingAsync(Guid userId, CancellationToken ct = default);

    /// <summary>
    /// Which of these sessions exist, and whose they are now: for a node, which has sockets of them. They count as in use: their expiry slides. Reads in batches.
    /// The first call of a process learns what <see cref="CheckedSessions.Lost"/> is measured by.
    /// </summary>
    Task<CheckedSessions> CheckAsync(IReadOnlyCollection<string> sessionIds, CancellationToken ct = default);

    /// <summary>The user's sessions, last seen first.</summary>
    Task<IReadOnlyList<Session>> ListAsync(Guid userId, CancellationToken ct = default);

    /// <summary>The same with where each has open connections, as its nodes' tables say: up to a second behind, and without nodes that lost their lease.</summary>
    Task<IReadOnlyList<SessionPlaces>> ListPlacesAsync(Guid userId, CancellationToken ct = default);

    /// <summary>Null when there is no such session or value.</summary>
    Task<string?> GetValueAsync(string sessionId, string name, CancellationToken ct = default);

    /// <summary>False when there is no such session.</summary>
    Task<bool> SetValueAsync(string sessionId, string name, string value, CancellationToken ct = default);

    /// <summary>False when there is no such session or value.</summary>
    Task<bool> DeleteValueAsync(string sessionId, string name, CancellationToken ct = default);

    /// <summary>Sets the value in every session of the user. Returns in how many; a session that has 32 others already is left as it is and not counted.</summary>
    Task<int> SetValueForUserAsync(Guid userId, string name, string value, CancellationToken ct = default);

    /// <summary>Deletes the value in every session of the user. Returns in how many it was.</summary>
    Task<int> DeleteValueForUserAsync(Guid userId, string name, CancellationToken ct = default);

    /// <summary>A one-time key, valid for 30 s, with which an open socket becomes this session's. Whether there is such a session is seen when it is redeemed.</summary>
    Task<string> CreateTicketAsync(string sessionId, CancellationToken ct = default);

    /// <summary>The ticket's session, once; null when used, expired or unknown.</summary>
    Task<Session?> RedeemTicketAsync(string ticket, CancellationToken ct = default);

    /// <summary>
    /// A one-time key for a connection straight to one node, valid as long as a ticket. It is worth something while the session is whose it was, at that node, and, from a browser, for the page it was made for.
    /// </summary>
    /// <param name="origin">Of the page: scheme, host and port, as a browser says it.</param>
    Task<string> CreateConnectTicketAsync(Session session, string nodeName, string origin, CancellationToken ct = default);

    /// <summary>What the ticket opens, once, used up whatever comes of it; null when used, expired, unknown, another node's, or its session ended or changed hands.</summary>
    Task<ConnectGrant?> RedeemConnectTicketAsync(string ticket, string nodeName, CancellationToken ct = default);

    /// <summary>
    /// A bearer token for the session, for programs: valid for <see cref="SessionOptions.BearerLifetime"/>, as often as it is used, and worth nothing once the session has ended or
    /// is a guest's. Any number of them may be valid at once.
    /// </summary>
    Task<string> CreateBearerAsync(string sessionId, CancellationToken ct = default);

    /// <summary>The token's session; null when it ran out, its session ended, or it was never given. Slides the session's expiry as <see cref="FindAsync"/> does.</summary>
    Task<Session?> FindBearerAsync(string bearer, CancellationToken ct = default);

    /// <summary>Sends a frame to every connection of the user on every node: null, not connected anywhere; true, at least one node took it; false, the user has connections but no node took it.</summary>
    Task<bool?> SendToUserAsync(Guid userId, ServerFrame frame, CancellationToken ct = default);

    /// <summary>The same for the connections of one session, each by its node's topic.</summary>
    Task<bool?> SendToSessionAsync(string sessionId, ServerFrame frame, CancellationToken ct = default);

    /// <summary>The same for one connection, by its node's topic: the node forwards an envelope with <c>BusEnvelope.Connection</c> to that one.</summary>
    Task<bool?> SendToConnectionAsync(string connectionId, ServerFrame frame, CancellationToken ct = default);

    /// <summary>
    /// Called by a node when a socket of its own opens and when its session changes. Done when Redis has it; the entry lives as long as the node's lease.
    /// After <see cref="SessionsUnavailableException"/> the entry stands and is written when Redis is back.
    /// </summary>
    /// <exception cref="InvalidOperationException">This process is not a node.</exception>
    /// <exception cref="ArgumentException">The connection is another node's.</exception>
    Task ConnectAsync(ConnectionInfo connection, CancellationToken ct = default);

    /// <summary>Called by a node when a socket closes. After <see cref="SessionsUnavailableException"/> as above.</summary>
    Task DisconnectAsync(string connectionId, CancellationToken ct = default);

    /// <summary>Open connections on live nodes: all, or those of one user. For operators; reads every node's table.</summary>
    Task<IReadOnlyList<ConnectionInfo>> ListConnectionsAsync(Guid? userId = null, CancellationToken ct = default);
}

/// <param name="Id">Public: may be shown to its user. 22 characters, base64url.</param>
public sealed record Session(string Id, Guid? UserId, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, SessionOrigin Origin, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>There where it is a widget's: then it is good from one page and for one conversation alone.</summary>
    public WidgetGrant? Widget { get; init; }
}

/// <param name="Nodes">Names of the nodes on which the session has connections.</param>
public sealed record SessionPlaces(Session Session, IReadOnlyList<string> Nodes, int Connections);

/// <summary>Where a session was made, for "my devices": shortened to 256 and 45 characters.</summary>
public sealed record SessionOrigin(string? Device, string? Address);

/// <param name="Id">Unique over all nodes, without spaces.</param>
public sealed record ConnectionInfo(string Id, string NodeId, string? SessionId, Guid? UserId, DateTimeOffset OpenedAt);

/// <summary>Published on <c>BusTopic.Sessions</c> when a session has changed.</summary>
/// <param name="UserId">For <see cref="SessionChangeKind.AllDestroyed"/> and <see cref="SessionChangeKind.Standing"/> alone.</param>
/// <param name="Reason">Of <see cref="EndReasons"/>, where sessions were ended.</param>
public sealed record SessionChange(SessionChangeKind Kind, string SessionId, Guid? UserId = null, string? Reason = null);

public enum SessionChangeKind
{
    /// <summary>This guest session ended because its browser logged in: another session took its place, and its cookie.</summary>
    LoggedIn,

    /// <summary>The session is a guest's from now on.</summary>
    LoggedOut,

    /// <summary>The session was ended from elsewhere.</summary>
    Destroyed,

    /// <summary>All sessions of the user were ended, except <see cref="SessionChange.SessionId"/>, which may be empty.</summary>
    AllDestroyed,

    /// <summary>What the user may do has changed (<c>IUserStandings</c>); no session has.</summary>
    Standing,
}

public sealed class SessionsUnavailableException(Exception inner) : Exception("Redis could not be reached.", inner);

/// <summary>Whose a connection is that came with a connect ticket.</summary>
/// <param name="Origin">Of the page that the ticket was made for.</param>
public sealed record ConnectGrant(Session Session, string Origin);
