using System.Globalization;
using Im.Core.Clocks;
using Im.Core.Sessions;

namespace Im.Web.Sessions;

/// <summary>Sees to it that a browser has a session, and that its token changes once a day, so that a copied cookie does not stay good for ever.</summary>
internal sealed class SessionKeeper(ISessionManager sessions, SessionCookies cookies, StoreTime time)
{
    private static readonly TimeSpan TokenAge = TimeSpan.FromDays(1);

    // Session value: when the token was given, Unix seconds. Absent while the first one is in use.
    private const string RenewedAt = "cookie.renewed";

    /// <summary>The request's session, with a fresh token if it is time; a guest's session where there is none. Writes the cookie when it changed.</summary>
    public async Task<Session> KeepAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (CurrentSession.Of(context) is { } current)
        {
            // A former name is honoured once: with the token the one under it ends.
            if (current.CookieName is not null && (cookies.IsFormer(context, current) || await time.NowAsync() - TokenGivenAt(current.Session) > TokenAge))
                await RenewAsync(context, current, cancellationToken);
            return current.Session;
        }
        var (session, token) = await sessions.CreateAsync(OriginOf(context), cancellationToken);
        cookies.Write(context, token);
        return session;
    }

    public static SessionOrigin OriginOf(HttpContext context) => new(context.Request.Headers.UserAgent, $"{context.Connection.RemoteIpAddress}");

    private async Task RenewAsync(HttpContext context, CurrentSession current, CancellationToken cancellationToken)
    {
        // Null: another request of this browser renewed it a moment ago and brings the new cookie; the old token is good until then.
        if (await sessions.RenewAsync(current.Token, ct: cancellationToken) is not { } token)
            return;
        cookies.Write(context, token);
        await sessions.SetValueAsync(current.Session.Id, RenewedAt, $"{(await time.NowAsync()).ToUnixTimeSeconds()}", cancellationToken);
    }

    private static DateTimeOffset TokenGivenAt(Session session) =>
        session.Values.TryGetValue(RenewedAt, out var seconds) && long.TryParse(seconds, CultureInfo.InvariantCulture, out var value)
            ? DateTimeOffset.FromUnixTimeSeconds(value) : session.CreatedAt;
}
