using Im.Core.Rooms;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Web.Accounts;
using Im.Web.Conversations;
using Im.Web.Http;
using Im.Web.Sessions;

namespace Im.Web.Rooms;

/// <summary><c>/api/rooms</c>: rooms as such, and coming and going. Who is in them and what they may: <see cref="MembersSetup"/>; links: <see cref="LinksSetup"/>.</summary>
internal static class RoomsSetup
{
    public static void MapRooms(this IEndpointRouteBuilder api)
    {
        var rooms = api.MapGroup("/rooms").WithTags("Rooms");
        rooms.MapPost("", CreateAsync).RequireLogin()
            .WithSummary("Make a room")
            .WithDescription($"Its owner is who makes it. A title has 1 to {RoomLimits.MaxTitleChars} characters, a topic at most {RoomLimits.MaxTopicChars}. `history`: what they read who join, `{RoomHistories.Everything}` or from when they `{RoomHistories.Joined}`; by default everything in a public room.")
            .Produces<RoomResponse>()
            .WithProblems(ProblemKind.BadName, ProblemKind.BadText, ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.Muted, ProblemKind.TooMany, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        rooms.MapGet("", ListAsync).RequireLogin()
            .WithSummary("Public rooms")
            .WithDescription($"By title, {RoomLimits.PageSize} on a page; with `search` those whose title has it, without case and width. `next` is the next page's `after`.")
            .Produces<RoomsResponse>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.Unavailable);
        rooms.MapGet("/invitations", InvitationsAsync).RequireLogin()
            .WithSummary("Rooms I am invited to")
            .WithDescription("Newest first, at most 100. Join one by its id, or decline.")
            .Produces<IReadOnlyList<InvitationInfo>>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.Unavailable);
        rooms.MapGet("/{id}", GetAsync).RequireLogin()
            .WithSummary("One room")
            .WithDescription("One's own, or a public one.")
            .Produces<RoomInfo>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.Unavailable);
        rooms.MapPatch("/{id}", EditAsync).RequireLogin()
            .WithSummary("Change title, topic or settings")
            .WithDescription("By its administrators; `archived` by its owner. What is left out stays. `history` is for those who join from now on. In an archived room nobody writes, and nobody joins.")
            .Produces<RoomResponse>()
            .WithProblems(ProblemKind.BadName, ProblemKind.BadText, ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.Forbidden, ProblemKind.Muted, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        rooms.MapPost("/{id}/join", JoinAsync).RequireLogin()
            .WithSummary("Join a room")
            .WithDescription("A public room, or one that one is invited to. `seq` is the event that says so: from it on the room is live on the user's connections.")
            .Produces<RoomResponse>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.Forbidden, ProblemKind.NotFound, ProblemKind.TooMany, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        rooms.MapPost("/{id}/leave", LeaveAsync).RequireLogin()
            .WithSummary("Leave a room")
            .WithDescription("An owner who leaves hands the room over to the administrator of longest standing; where there is none, it is archived. After the answer nothing more of the user's can be stored there.")
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        rooms.MapPost("/{id}/decline", DeclineAsync).RequireLogin()
            .WithSummary("Decline an invitation")
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        rooms.MapMembers();
        rooms.MapLinks();
        rooms.MapWebhooks();
    }

    private static async Task<IResult> CreateAsync(CreateRoomRequest request, RoomRequests requests, CancellationToken cancellationToken)
    {
        if (Check(request.Title, request.Topic, request.History) is { } bad)
            return bad;
        var room = request with { Title = VisibleText.Trim(request.Title) };
        return await requests.ChangeAsync(by => requests.Store.CreateAsync(by, room, Nickname.KeyOf(room.Title), cancellationToken), creates: true, writes: true);
    }

    private static async Task<IResult> ListAsync(string? search, string? after, HttpContext context, IRoomStore store, MeteredReads reads, CancellationToken cancellationToken)
    {
        RoomCursor? cursor = null;
        if (after is not null && !RoomCursor.TryParse(after, out cursor))
            return ProblemKind.BadRequest.Because("`after` is the `next` of the page before.");
        if (search is { Length: > RoomLimits.MaxSearchChars } || search?.Contains('\0') == true || !VisibleText.IsWellFormed(search ?? ""))
            return ProblemKind.BadRequest.Because($"`search` has at most {RoomLimits.MaxSearchChars} characters.");
        return await reads.AnswerAsync(context, async () =>
        {
            var page = await store.ListPublicAsync(CurrentSession.UserOf(context), Nickname.KeyOf(VisibleText.Trim(search ?? "")), cursor, cancellationToken);
            return new RoomsResponse(page.Rooms, page.Next?.ToString());
        });
    }

    private static Task<IResult> InvitationsAsync(HttpContext context, IRoomStore store, MeteredReads reads, CancellationToken cancellationToken) =>
        reads.AnswerAsync(context, () => store.ListInvitationsAsync(CurrentSession.UserOf(context), cancellationToken));

    private static async Task<IResult> GetAsync(string id, HttpContext context, IRoomStore store, MeteredReads reads, CancellationToken cancellationToken) =>
        RoomRequests.TryReadId(id, out var room) && await store.FindAsync(room, CurrentSession.UserOf(context), cancellationToken) is { } found
            ? await reads.AnswerAsync(context, () => Task.FromResult(found)) : ProblemKind.NotFound.Because();

    private static async Task<IResult> EditAsync(string id, EditRoomRequest request, RoomRequests requests, CancellationToken cancellationToken)
    {
        if (Check(request.Title ?? "-", request.Topic ?? "", request.History) is { } bad)
            return bad;
        var change = request with { Title = request.Title is { } title ? VisibleText.Trim(title) : null };
        return await requests.ChangeAsync(id, (room, by) => requests.Store.EditAsync(room, by, change, change.Title is null ? null : Nickname.KeyOf(change.Title), cancellationToken), writes: true);
    }

    private static Task<IResult> JoinAsync(string id, RoomRequests requests, CancellationToken cancellationToken) =>
        requests.ChangeAsync(id, (room, user) => requests.Store.JoinAsync(room, user, cancellationToken));

    private static Task<IResult> LeaveAsync(string id, RoomRequests requests, CancellationToken cancellationToken) =>
        requests.ChangeAsync(id, (room, user) => requests.Store.LeaveAsync(room, user, cancellationToken), isAnswered: false);

    private static Task<IResult> DeclineAsync(string id, RoomRequests requests, CancellationToken cancellationToken) =>
        requests.ChangeAsync(id, (room, user) => requests.Store.DeclineAsync(room, user, cancellationToken), isAnswered: false);

    private static IResult? Check(string title, string topic, string? history) =>
        VisibleText.Trim(title) is var trimmed && (!VisibleText.IsText(trimmed, RoomLimits.MaxTitleChars) || trimmed.Any(char.IsControl) || !VisibleText.IsWellFormed(trimmed))
            ? ProblemKind.BadName.Because($"A title has 1 to {RoomLimits.MaxTitleChars} characters, something of it visible, no control characters.")
        : topic.Length > RoomLimits.MaxTopicChars || topic.Contains('\0') || !VisibleText.IsWellFormed(topic) ? ProblemKind.BadText.Because($"A topic has at most {RoomLimits.MaxTopicChars} characters, no U+0000.")
        : history is null or RoomHistories.Everything or RoomHistories.Joined ? null : ProblemKind.BadRequest.Because($"`history` is `{RoomHistories.Everything}` or `{RoomHistories.Joined}`.");
}
