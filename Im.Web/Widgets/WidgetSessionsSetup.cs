using Im.Core.Accounts;
using Im.Core.Data;
using Im.Core.Posting;
using Im.Core.Sessions;
using Im.Core.Widgets;
using Im.Protocol;
using Im.Web.Accounts;
using Im.Web.Http;
using Im.Web.Rooms;
using Im.Web.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using SessionOptions = Im.Core.Sessions.SessionOptions;

namespace Im.Web.Widgets;

/// <summary><c>POST /api/widget/sessions</c>: the site's page changes its token for a session, once. What such a session may ask for is <see cref="WidgetCors"/>'s list.</summary>
internal static class WidgetSessionsSetup
{
    public static void MapWidgetSessions(this IEndpointRouteBuilder api) =>
        api.MapPost("/widget/sessions", CreateAsync)
            .WithTags("Widget")
            .WithSummary("Change a widget's token for a session")
            .WithDescription("`Authorization: Bearer imx_…`, from the page that the token is for. Whoever it names is a member of the conversation from then on. The answer's token is a bearer token, good for this conversation and from this page alone.")
            .Produces<WidgetSessionResponse>()
            .WithCredentials(ApiDescription.Widget)
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.Forbidden, ProblemKind.Banned, ProblemKind.NotFound, ProblemKind.TooMany, ProblemKind.CrossSite, ProblemKind.Unavailable);

    /// <summary>A widget's session is refused wherever it has nothing to ask for, and from every other page. After the sessions were looked up.</summary>
    public static void UseWidgetSessions(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (CurrentSession.Of(context)?.Session.Widget is not { } widget)
            await (context.Features.Get<ForeignPage>() is not null && CurrentSession.Of(context) is not null ? ProblemKind.CrossSite.WriteAsync(context, "The session is no widget's.") : next(context));
        else if (!(context.Request.Headers.Origin is [{ } origin] && origin == widget.Origin))
            await ProblemKind.CrossSite.WriteAsync(context, "The session is another page's.");
        else if (!await context.RequestServices.GetRequiredService<IWidgetSites>().IsAllowedAsync(widget.Site, context.RequestAborted))
            await ProblemKind.NotLoggedIn.WriteAsync(context, "The page is not allowed any more.");
        else if (!WidgetCors.IsOpen(context.Request))
            await ProblemKind.Forbidden.WriteAsync(context, "A widget's session is for one conversation.");
        else
            await next(context);
    });

    private static async Task<IResult> CreateAsync(
        HttpContext context, IWidgetTokens tokens, IWidgetSites sites, IWidgetStore widgets, ImDbContext database, Profiles profiles, IUserStandings standings, EventPublisher publisher, ISessionManager sessions,
        IOptions<SessionOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        // Used up whatever comes of it.
        if (Bearer.Of(context.Request) is not { } token || await tokens.TakeAsync(token, cancellationToken) is not { } ticket)
            return ProblemKind.NotLoggedIn.Because("The token was used, ran out, or was never given.");
        if (!(context.Request.Headers.Origin is [{ } origin] && origin == ticket.Origin))
            return ProblemKind.CrossSite.Because("The token is for another page.");
        if (!await sites.IsAllowedAsync(ticket.Site, cancellationToken) || !await database.ApiKeys.AnyAsync(key => key.Id == ticket.Key, cancellationToken)
            || !await widgets.IsOfAsync(ticket.Owner, ticket.User, cancellationToken) || await profiles.FindOtherAsync(ticket.User, cancellationToken) is not { } user)
            return ProblemKind.NotLoggedIn.Because("The page, the key or the account is not what it was.");
        foreach (var each in new[] { ticket.Owner, user.Id })
            if ((await standings.FindAsync(each, cancellationToken)).IsBanned(time.GetUtcNow()))
                return ProblemKind.Banned.Because();
        if (!ticket.Conversation.IsLobby)
        {
            var entered = await widgets.EnterAsync(ticket.Conversation, ticket.Owner, new(user.Id, user.Nickname), cancellationToken);
            if (entered.Refusal is { } refusal)
                return RoomRequests.ProblemOf(refusal);
            await publisher.PublishAsync(entered.Events);
        }
        var session = await sessions.CreateWidgetAsync(user.Id, new(ticket.Site, ticket.Origin, ticket.Conversation), SessionKeeper.OriginOf(context), cancellationToken);
        var bearer = await sessions.CreateBearerAsync(session.Id, cancellationToken);
        return TypedResults.Ok(new WidgetSessionResponse(bearer, (int)options.Value.BearerLifetime.TotalSeconds, user, session.Id, ticket.Conversation));
    }
}
