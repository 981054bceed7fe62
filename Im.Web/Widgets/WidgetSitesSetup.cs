using Im.Core.Data;
using Im.Core.Widgets;
using Im.Protocol;
using Im.Web.Accounts;
using Im.Web.Administration;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Widgets;

/// <summary><c>/api/admin/sites</c>: on which pages of other origins the widget may be, and with whose keys.</summary>
internal static class WidgetSitesSetup
{
    public static void MapSites(this RouteGroupBuilder admin)
    {
        var sites = admin.MapGroup("/sites").WithProblems(ProblemKind.BadNickname, ProblemKind.NicknameTaken, ProblemKind.TooMany);
        sites.MapGet("", (IWidgetStore widgets, CancellationToken ct) => widgets.ListAsync(ct)).RequireLogin()
            .WithSummary("Where the widget may be")
            .WithDescription("By origin.")
            .Produces<IReadOnlyList<WidgetSiteInfo>>();
        sites.MapPost("", AddAsync).RequireLogin()
            .WithSummary("Allow an origin")
            .WithDescription($"One origin, https or on this machine; at most {WidgetLimits.MaxSites}. `label` stands behind the names of those who come from there, and is one owner's. Every server knows two seconds later.")
            .Produces<WidgetSiteInfo>();
        sites.MapDelete("/{id:guid}", RemoveAsync).RequireLogin()
            .WithSummary("Allow an origin no longer")
            .WithDescription("Its tokens and sessions are worth nothing, and its connections close, within five seconds.")
            .Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> AddAsync(AddWidgetSiteRequest body, HttpContext context, Wardens wardens, IWidgetStore widgets, ImDbContext database, CancellationToken ct)
    {
        if (!WidgetOrigin.TryParse(body.Origin, out var origin))
            return ProblemKind.BadRequest.Because("`origin` is one origin, such as https://shop.example; http only on this machine.");
        if (origin.Equals($"{context.Request.Scheme}://{context.Request.Host}", StringComparison.OrdinalIgnoreCase))
            return ProblemKind.BadRequest.Because("`origin` is this server's own.");
        if (!Nickname.TryParse(body.Label, out var label))
            return ProblemKind.BadNickname.Because("`label` is within the rule of nicknames.");
        var owner = body.Owner is { } nickname ? (await database.Users.AsNoTracking().Where(user => user.ErasingAt == null && !user.IsProgram).FindByNicknameAsync(nickname, ct))?.Id : CurrentSession.UserOf(context);
        if (owner is not { } id)
            return ProblemKind.NotFound.Because("Nobody has this nickname.");
        await wardens.WriteAsync(context, "site.allow", $"{id}", $"{origin} ({label})", ct);
        var (refusal, site) = await widgets.AddAsync(origin, label, Skeleton.Of(label), id, CancellationToken.None);
        return refusal switch
        {
            WidgetRefusal.TooMany => ProblemKind.TooMany.Because($"{WidgetLimits.MaxSites} origins; remove one."),
            WidgetRefusal.Taken => ProblemKind.NicknameTaken.Because("The origin is allowed already, or the label is another owner's."),
            _ => TypedResults.Ok(site),
        };
    }

    private static async Task<IResult> RemoveAsync(Guid id, HttpContext context, Wardens wardens, IWidgetStore widgets, CancellationToken ct)
    {
        if ((await widgets.ListAsync(ct)).FirstOrDefault(site => site.Id == id) is not { } site)
            return ProblemKind.NotFound.Because();
        await wardens.WriteAsync(context, "site.remove", $"{site.Owner.Id}", $"{site.Origin} ({site.Label})", ct);
        await widgets.RemoveAsync(id, CancellationToken.None);
        return TypedResults.NoContent();
    }
}
