using Im.Core.Accounts;
using Im.Core.Data;
using Im.Core.Rooms;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Web.Accounts;
using Im.Web.Conversations;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Rooms;

/// <summary>Who is in a room, and what is done to them.</summary>
internal static class MembersSetup
{
    public static void MapMembers(this RouteGroupBuilder rooms)
    {
        ProblemKind[] problems = [ProblemKind.NotLoggedIn, ProblemKind.Forbidden, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable];
        rooms.MapGet("/{id}/members", MembersAsync).RequireLogin()
            .WithSummary("Members")
            .WithDescription($"For members: the owner first, then administrators; {RoomLimits.PageSize} on a page.")
            .Produces<RoomMembersResponse>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.Unavailable);
        rooms.MapGet("/{id}/bans", BansAsync).RequireLogin()
            .WithSummary("Who is banned")
            .WithDescription("For the room's administrators.")
            .Produces<RoomBansResponse>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.Unavailable);
        rooms.MapGet("/{id}/invitations", InvitedAsync).RequireLogin()
            .WithSummary("Who was invited and has not answered")
            .WithDescription($"For the room's administrators, {RoomLimits.PageSize} on a page. An invitation is taken back as a member is removed.")
            .Produces<RoomInvitedResponse>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.Unavailable);
        rooms.MapPost("/{id}/invitations", InviteAsync).RequireLogin()
            .WithSummary("Invite somebody by nickname")
            .WithDescription("In a public room by any member, in a private one by its administrators. Who is invited joins, or declines; somebody who is in already, or invited, stays so.")
            .Produces<RoomResponse>()
            .WithProblems([.. problems, ProblemKind.BadRequest, ProblemKind.TooMany]);
        rooms.MapDelete("/{id}/members/{user:guid}", RemoveAsync).RequireLogin()
            .WithSummary("Remove somebody")
            .WithDescription("By who has a higher role. An invitation is taken back likewise. They may come again. After the answer nothing more of theirs can be stored there.")
            .Produces<RoomResponse>()
            .WithProblems(problems);
        rooms.MapPut("/{id}/bans/{user:guid}", BanAsync).RequireLogin()
            .WithSummary("Ban somebody from the room")
            .WithDescription("As a removal, and they do not come again; also who is no member.")
            .Produces<RoomResponse>()
            .WithProblems(problems);
        rooms.MapDelete("/{id}/bans/{user:guid}", UnbanAsync).RequireLogin()
            .WithSummary("End a ban")
            .Produces<RoomResponse>()
            .WithProblems(problems);
        rooms.MapPut("/{id}/members/{user:guid}/role", SetRoleAsync).RequireLogin()
            .WithSummary("Give somebody a role")
            .WithDescription($"By the owner. `{RoomRoles.Owner}` hands the room over: who was its owner is an administrator then.")
            .Produces<RoomResponse>()
            .WithProblems([.. problems, ProblemKind.BadRequest]);
    }

    private static async Task<IResult> MembersAsync(string id, string? after, HttpContext context, IRoomStore store, MeteredReads reads, CancellationToken cancellationToken)
    {
        if (!TryParse(after, out var cursor))
            return ProblemKind.BadRequest.Because("`after` is the `next` of the page before.");
        return RoomRequests.TryReadId(id, out var room) && await store.ListMembersAsync(room, CurrentSession.UserOf(context), cursor, cancellationToken) is { } page
            ? await reads.AnswerAsync(context, () => Task.FromResult(new RoomMembersResponse(page.People, page.Next?.ToString()))) : ProblemKind.NotFound.Because();
    }

    private static async Task<IResult> BansAsync(string id, string? after, HttpContext context, IRoomStore store, MeteredReads reads, CancellationToken cancellationToken)
    {
        if (!TryParse(after, out var cursor))
            return ProblemKind.BadRequest.Because("`after` is the `next` of the page before.");
        return RoomRequests.TryReadId(id, out var room) && await store.ListBannedAsync(room, CurrentSession.UserOf(context), cursor, cancellationToken) is { } page
            ? await reads.AnswerAsync(context, () => Task.FromResult(new RoomBansResponse([.. page.People.Select(person => new UserInfo(person.Id, person.Nickname, person.Brief) { Name = person.Name, Picture = person.Picture })], page.Next?.ToString()))) : ProblemKind.NotFound.Because();
    }

    private static async Task<IResult> InvitedAsync(string id, string? after, HttpContext context, IRoomStore store, MeteredReads reads, CancellationToken cancellationToken)
    {
        if (!TryParse(after, out var cursor))
            return ProblemKind.BadRequest.Because("`after` is the `next` of the page before.");
        return RoomRequests.TryReadId(id, out var room) && await store.ListInvitedAsync(room, CurrentSession.UserOf(context), cursor, cancellationToken) is { } page
            ? await reads.AnswerAsync(context, () => Task.FromResult(new RoomInvitedResponse(page.Invited, page.Next?.ToString()))) : ProblemKind.NotFound.Because();
    }

    private static Task<IResult> InviteAsync(string id, InviteRequest request, RoomRequests requests, ImDbContext database, IUserStandings standings, CancellationToken cancellationToken) =>
        requests.ChangeAsync(id, async (room, by) =>
            // First whether they may know of the room: nobody finds out by it who has an account.
            await requests.Store.FindStandingAsync(room, by.Id, cancellationToken) is not { Role: not null } ? RoomRefusal.NotFound
            : await database.Users.AsNoTracking().Where(user => user.ErasedAt == null && !user.IsProgram).FindByNicknameAsync(request.Nickname, cancellationToken) is { } user
                && !(await standings.FindAsync(by.Id, cancellationToken)).IsApartFrom(user.Id)
                ? await requests.Store.InviteAsync(room, by, user.Id, cancellationToken) : RoomRefusal.NotFound);

    private static Task<IResult> RemoveAsync(string id, Guid user, RoomRequests requests, CancellationToken cancellationToken) =>
        requests.ChangeAsync(id, (room, by) => requests.Store.RemoveAsync(room, by, user, cancellationToken));

    private static Task<IResult> BanAsync(string id, Guid user, RoomRequests requests, CancellationToken cancellationToken) =>
        requests.ChangeAsync(id, (room, by) => requests.Store.BanAsync(room, by, user, cancellationToken));

    private static Task<IResult> UnbanAsync(string id, Guid user, RoomRequests requests, CancellationToken cancellationToken) =>
        requests.ChangeAsync(id, (room, by) => requests.Store.UnbanAsync(room, by, user, cancellationToken));

    private static async Task<IResult> SetRoleAsync(string id, Guid user, RoleRequest request, RoomRequests requests, CancellationToken cancellationToken) =>
        request.Role is RoomRoles.Member or RoomRoles.Administrator or RoomRoles.Owner
            ? await requests.ChangeAsync(id, (room, by) => requests.Store.SetRoleAsync(room, by, user, request.Role, cancellationToken))
            : ProblemKind.BadRequest.Because($"`role` is `{RoomRoles.Member}`, `{RoomRoles.Administrator}` or `{RoomRoles.Owner}`.");

    private static bool TryParse(string? after, out PersonCursor? cursor)
    {
        cursor = null;
        return after is null || PersonCursor.TryParse(after, out cursor);
    }
}
