using Im.Core.Sessions;
using Im.Protocol;
using Im.Web.Http;

namespace Im.Web.Sessions;

/// <summary><c>/api/sessions</c>, "my devices": where one is logged in, and signing out there. Sockets of a session that is ended close at once, on whichever node.</summary>
internal static class DevicesSetup
{
    public static void MapDevices(this IEndpointRouteBuilder api)
    {
        var devices = api.MapGroup("/sessions").WithTags("Sessions");
        devices.MapGet("", ListAsync)
            .RequireLogin()
            .WithSummary("Where am I logged in?")
            .WithDescription("The user's sessions, last seen first, this one marked, with the nodes on which they have open connections.")
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.Unavailable);
        devices.MapDelete("/{id}", EndAsync)
            .RequireLogin()
            .WithSummary("Sign out one session")
            .WithDescription("Its cookie and tokens are dead, its sockets close with 4401.")
            .Produces<EndedResponse>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.CrossSite, ProblemKind.Unavailable);
        devices.MapDelete("", EndAllAsync)
            .RequireLogin()
            .WithSummary("Sign out all other sessions")
            .WithDescription("With `everywhere=true` this one too.")
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.CrossSite, ProblemKind.Unavailable);
    }

    private static async Task<IReadOnlyList<SessionInfo>> ListAsync(HttpContext context, ISessionManager sessions, CancellationToken cancellationToken)
    {
        var current = CurrentSession.Of(context)!.Session.Id;
        return [.. (await sessions.ListPlacesAsync(CurrentSession.UserOf(context), cancellationToken)).Select(places => places.ToInfo(current))];
    }

    private static async Task<IResult> EndAsync(string id, HttpContext context, ISessionManager sessions, CancellationToken cancellationToken) =>
        await sessions.DestroyOfAsync(CurrentSession.UserOf(context), id, cancellationToken) ? TypedResults.Ok(new EndedResponse(1)) : ProblemKind.NotFound.Because();

    private static async Task<EndedResponse> EndAllAsync(bool? everywhere, HttpContext context, ISessionManager sessions, CancellationToken cancellationToken)
    {
        var current = CurrentSession.Of(context)!.Session;
        return new(await sessions.DestroyAllAsync(current.UserId!.Value, everywhere == true ? null : current.Id, ct: cancellationToken));
    }

    public static SessionInfo ToInfo(this SessionPlaces places, string? current = null)
    {
        var session = places.Session;
        return new(session.Id, session.Id == current, session.CreatedAt.ToUnixTimeMilliseconds(), session.LastSeenAt.ToUnixTimeMilliseconds(), places.Nodes, places.Connections)
        {
            Device = session.Origin.Device,
            Address = session.Origin.Address,
        };
    }
}
