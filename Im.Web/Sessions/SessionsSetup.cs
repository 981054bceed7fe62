using Im.Core.Sessions;
using Im.Protocol;
using Im.Web.Http;
using Microsoft.AspNetCore.Authentication;

namespace Im.Web.Sessions;

/// <summary>The session behind the cookie, and tickets with which open sockets follow it.</summary>
internal static class SessionsSetup
{
    public static IHostApplicationBuilder AddSessions(this IHostApplicationBuilder builder)
    {
        builder.Services.AddAuthentication(SessionAuthenticationHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthenticationHandler>(SessionAuthenticationHandler.SchemeName, null);
        builder.Services.AddAuthorization();
        builder.Services.AddSingleton<SessionCookies>();
        return builder;
    }

    public static void MapSessions(this IEndpointRouteBuilder api) =>
        api.MapPost("/ticket", CreateTicketAsync)
            .RequireLogin()
            .LimitSessionKeys()
            .WithSummary("A ticket for an open socket")
            .WithDescription("A one-time key with which an open connection becomes this session's user: see the frame `authenticate`.")
            .WithTags("Sessions")
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.CrossSite, ProblemKind.SlowDown, ProblemKind.Unavailable);

    public static RouteHandlerBuilder RequireLogin(this RouteHandlerBuilder endpoint) => endpoint.RequireAuthorization();

    private static async Task<TicketResponse> CreateTicketAsync(HttpContext context, ISessionManager sessions, CancellationToken cancellationToken) =>
        new(await sessions.CreateTicketAsync(CurrentSession.Of(context)!.Session.Id, cancellationToken), ProtocolLimits.TicketSeconds);
}
