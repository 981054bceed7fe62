using System.Security.Claims;
using System.Text.Encodings.Web;
using Im.Core.Sessions;
using Im.Web.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Im.Web.Sessions;

/// <summary>
/// Finds the session of the cookie or of a bearer token, for the API alone: the page's files are everybody's, and the socket's node finds the session by itself.
/// A guest's session authenticates nobody; it is in <see cref="CurrentSession"/>, as a user's is.
/// </summary>
internal sealed class SessionAuthenticationHandler(
    ISessionManager sessions, SessionCookies cookies, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "session";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!Request.Path.StartsWithSegments(HttpSetup.ApiPath))
            return AuthenticateResult.NoResult();
        // Who sends credentials of its own is not asked for a cookie: so a bearer's request needs no guard against other sites.
        var current = Bearer.Of(Request) is { } bearer
            ? await sessions.FindBearerAsync(bearer, Context.RequestAborted) is { } found ? new CurrentSession(found, bearer) : null
            : await cookies.FindAsync(Context, Context.RequestAborted);
        if (current is not { Session: var session })
            return AuthenticateResult.NoResult();

        Context.Features.Set(current);
        if (session.UserId is not { } userId)
            return AuthenticateResult.NoResult();
        var identity = new ClaimsIdentity([new(ClaimTypes.NameIdentifier, $"{userId}"), new(ClaimTypes.Sid, session.Id)], Scheme.Name);
        return AuthenticateResult.Success(new(new ClaimsPrincipal(identity), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => ProblemKind.NotLoggedIn.WriteAsync(Context);
}
