using Im.Core.Sessions;

namespace Im.Web.Sessions;

/// <summary>
/// The session's cookie: the token and nothing else, out of reach of scripts and of other sites' requests. Where there is an <c>Authorization</c> header cookies are neither
/// read, set nor deleted: who sends credentials of its own is no browser.
/// </summary>
internal sealed class SessionCookies(SessionCookie cookie, ISessionManager sessions)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    public async Task<CurrentSession?> FindAsync(HttpContext context, CancellationToken cancellationToken) =>
        context.Request.Headers.Authorization.Count == 0 && await cookie.FindAsync(sessions, context.Request.Headers.Cookie, context.Request.IsHttps, cancellationToken) is { } found
            ? new(found.Session, found.Token, found.CookieName) : null;

    /// <summary>Whether the session came by a name that is not used any more.</summary>
    public bool IsFormer(HttpContext context, CurrentSession current) => current.CookieName is { } name && name != cookie.NameFor(context.Request.IsHttps);

    /// <summary>Gives the cookie, and takes back the one under a former name by which this session came. Those of others stay: they may be another installation's.</summary>
    public void Write(HttpContext context, string token)
    {
        if (context.Request.Headers.Authorization.Count > 0)
            return;
        var https = context.Request.IsHttps;
        context.Response.Cookies.Append(cookie.NameFor(https), token, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = https,
            Path = "/",
            MaxAge = Lifetime,
            IsEssential = true,
        });
        if (CurrentSession.Of(context) is { } current && IsFormer(context, current))
            context.Response.Cookies.Delete(current.CookieName!, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = https, Path = "/" });
    }
}
