using Im.Core.Sessions;

namespace Im.Web.Sessions;

/// <summary>The session's cookie: the token and nothing else, out of reach of scripts and of other sites' requests.</summary>
internal static class SessionCookies
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    // What a token may be at most: longer values are nobody's and never asked for in Redis.
    private const int MaxChars = 128;

    public static string? Read(HttpRequest request) =>
        request.Cookies[SessionCookie.Name] is { Length: > 0 and <= MaxChars } token ? token : null;

    public static void Write(HttpContext context, string token) => context.Response.Cookies.Append(SessionCookie.Name, token, new CookieOptions
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = Lifetime,
        IsEssential = true,
    });
}
