using Im.Core.Sessions;
using Im.Protocol;
using Im.Web.Accounts;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.Extensions.Options;
using SessionOptions = Im.Core.Sessions.SessionOptions;

namespace Im.Web.Programs;

/// <summary>
/// Bearer tokens, for programs that keep no cookies: <c>Authorization: Bearer imt_…</c> at the HTTP API and at <c>/ws</c>. Each belongs to a session, which is in "my devices"; signed
/// out there, its tokens are worth nothing.
/// </summary>
internal static class TokensSetup
{
    public static void MapTokens(this IEndpointRouteBuilder api)
    {
        var tokens = api.MapGroup("/tokens").WithTags("Programs");
        tokens.MapPost("", CreateAsync)
            .LimitLogins()
            .WithSummary("Join or log in as a program")
            .WithDescription("As `POST /api/login`, with a token instead of a cookie. It is valid for an hour; renew it before.")
            .Produces<TokenResponse>()
            .WithProblems(Entrance.Problems);
        tokens.MapPost("/renew", RenewAsync)
            .RequireLogin()
            .LimitSessionKeys()
            .WithSummary("Another token for the same session")
            .WithDescription("The former stays valid until it runs out.")
            .Produces<TokenResponse>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.CrossSite, ProblemKind.SlowDown, ProblemKind.Unavailable);
    }

    private static async Task<IResult> CreateAsync(
        LoginRequest request, HttpContext context, Entrance entrance, ISessionManager sessions, IOptions<SessionOptions> options, CancellationToken cancellationToken)
    {
        var entered = await entrance.EnterAsync(request, null, SessionKeeper.OriginOf(context), cancellationToken);
        return entered.Problem ?? TypedResults.Ok(await IssueAsync(entered.Session.Id, entered.User, sessions, options.Value, cancellationToken) with { Created = entered.Created });
    }

    private static async Task<IResult> RenewAsync(
        HttpContext context, Profiles profiles, ISessionManager sessions, IOptions<SessionOptions> options, CancellationToken cancellationToken) =>
        await profiles.FindAsync(CurrentSession.UserOf(context), cancellationToken) is { } user
            ? TypedResults.Ok(await IssueAsync(CurrentSession.Of(context)!.Session.Id, user, sessions, options.Value, cancellationToken))
            : ProblemKind.NotLoggedIn.Because();

    private static async Task<TokenResponse> IssueAsync(string sessionId, UserInfo user, ISessionManager sessions, SessionOptions options, CancellationToken cancellationToken) =>
        new(await sessions.CreateBearerAsync(sessionId, cancellationToken), (int)options.BearerLifetime.TotalSeconds, user, sessionId);
}
