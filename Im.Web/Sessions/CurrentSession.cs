using Im.Core.Sessions;

namespace Im.Web.Sessions;

/// <summary>The session a request came with, and the token it came by.</summary>
/// <param name="CookieName">Null for a bearer token.</param>
internal sealed record CurrentSession(Session Session, string Token, string? CookieName = null)
{
    /// <summary>The request's session, or null when it has no cookie or one nobody knows.</summary>
    public static CurrentSession? Of(HttpContext context) => context.Features.Get<CurrentSession>();

    /// <summary>The logged-in user; only where the endpoint requires one.</summary>
    public static Guid UserOf(HttpContext context) =>
        Of(context)?.Session.UserId ?? throw new InvalidOperationException("The endpoint does not require a login.");
}
