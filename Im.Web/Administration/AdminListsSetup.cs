using Im.Core.Administration;
using Im.Core.Data;
using Im.Core.People;
using Im.Core.Posting;
using Im.Core.Rooms;
using Im.Protocol;
using Im.Web.Accounts;
using Im.Web.Gateway;
using Im.Web.Http;
using Im.Web.Rooms;
using Im.Web.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Administration;

/// <summary>People, rooms, keys, the audit trail and the nodes, as administrators see them, and what is done to rooms and keys.</summary>
internal static class AdminListsSetup
{
    public static void MapLists(this RouteGroupBuilder admin)
    {
        admin.MapGet("/users", ListUsersAsync).RequireLogin()
            .WithSummary("All accounts")
            .WithDescription($"By nickname, {AdminLimits.PageSize} on a page. `search` as in the directory; `filter`: `{AdminUserFilters.Administrators}`, `{AdminUserFilters.Muted}` or `{AdminUserFilters.Banned}`. `next` is the next page's `after`.")
            .Produces<AdminUsersResponse>();
        admin.MapGet("/rooms", ListRoomsAsync).RequireLogin()
            .WithSummary("All rooms")
            .WithDescription($"By title, {AdminLimits.PageSize} on a page, private and archived ones too; with `search` those whose title has it. Who is in them and how large they are, not what is said.")
            .Produces<AdminRoomsResponse>();
        admin.MapGet("/rooms/{id:guid}", async (Guid id, IAdminStore store, CancellationToken ct) => await store.FindRoomAsync(new(id), ct) is { } room ? TypedResults.Ok(room) : ProblemKind.NotFound.Because()).RequireLogin()
            .WithSummary("One room of the server")
            .Produces<AdminRoomInfo>();
        admin.MapGet("/rooms/{id:guid}/members", ListMembersAsync).RequireLogin()
            .WithSummary("Who is in a room")
            .WithDescription($"The owner first, then its administrators; {RoomLimits.PageSize} on a page.")
            .Produces<RoomMembersResponse>();
        admin.MapPut("/rooms/{id:guid}/archived", ArchiveAsync).RequireLogin()
            .WithSummary("Archive a room, or no longer")
            .WithDescription("Its members see who did it.")
            .Produces<AdminRoomInfo>();
        admin.MapGet("/keys", ListKeysAsync).RequireLogin()
            .WithSummary("Everybody's API keys")
            .WithDescription($"Newest first, {AdminLimits.PageSize} on a page; with `owner` those of one user. `next` is the next page's `before`.")
            .Produces<AdminKeysResponse>();
        admin.MapDelete("/keys/{id:guid}", RevokeAsync).RequireLogin()
            .WithSummary("Revoke anybody's key")
            .Produces(StatusCodes.Status204NoContent);
        admin.MapGet("/audit", (long? before, string? action, Guid? actor, string? target, AuditTrail trail, CancellationToken ct) => trail.ReadAsync(before, action, actor, target, ct)).RequireLogin()
            .WithSummary("The audit trail")
            .WithDescription($"Newest first, {AdminLimits.AuditPageSize} at a time, those before an id; with `action`, `actor` or `target` those alone.")
            .Produces<IReadOnlyList<AuditInfo>>();
        admin.MapGet("/nodes", ListNodesAsync).RequireLogin()
            .WithSummary("The nodes and what they carry")
            .Produces<IReadOnlyList<AdminNodeInfo>>();
    }

    private static async Task<IResult> ListUsersAsync(string? search, string? filter, string? after, IAdminStore store, CancellationToken ct)
    {
        NameCursor? cursor = null;
        if (after is not null && !NameCursor.TryParse(after, out cursor))
            return ProblemKind.BadRequest.Because("`after` is the `next` of the page before.");
        if (!IsSearch(search) || filter is not (null or AdminUserFilters.Administrators or AdminUserFilters.Muted or AdminUserFilters.Banned))
            return ProblemKind.BadRequest.Because($"`search` has at most {AdminLimits.MaxSearchChars} characters; `filter` is one of three.");
        var page = await store.ListUsersAsync(KeyOf(search), filter, cursor, ct);
        return TypedResults.Ok(new AdminUsersResponse(page.Users, page.Next?.ToString()));
    }

    private static async Task<IResult> ListRoomsAsync(string? search, string? after, IAdminStore store, CancellationToken ct)
    {
        RoomCursor? cursor = null;
        if (after is not null && !RoomCursor.TryParse(after, out cursor))
            return ProblemKind.BadRequest.Because("`after` is the `next` of the page before.");
        if (!IsSearch(search))
            return ProblemKind.BadRequest.Because($"`search` has at most {AdminLimits.MaxSearchChars} characters.");
        var page = await store.ListRoomsAsync(KeyOf(search), cursor, ct);
        return TypedResults.Ok(new AdminRoomsResponse(page.Rooms, page.Next?.ToString()));
    }

    private static async Task<IResult> ListMembersAsync(Guid id, string? after, IRoomStore rooms, IAdminStore store, CancellationToken ct)
    {
        PersonCursor? cursor = null;
        if (after is not null && !PersonCursor.TryParse(after, out cursor))
            return ProblemKind.BadRequest.Because("`after` is the `next` of the page before.");
        if (await store.FindRoomAsync(new(id), ct) is null)
            return ProblemKind.NotFound.Because();
        var page = await rooms.ListMembersAsync(new(id), cursor, ct);
        return TypedResults.Ok(new RoomMembersResponse(page.People, page.Next?.ToString()));
    }

    private static async Task<IResult> ArchiveAsync(
        Guid id, ArchiveRequest body, HttpContext context, Wardens wardens, Profiles profiles, IRoomStore rooms, IAdminStore store, EventPublisher publisher, CancellationToken ct)
    {
        var room = new ConversationId(id);
        if (await store.FindRoomAsync(room, ct) is null || await profiles.FindAsync(CurrentSession.UserOf(context), ct) is not { } actor)
            return ProblemKind.NotFound.Because();
        await wardens.WriteAsync(context, body.Archived ? "room.archive" : "room.unarchive", $"{room}", null, ct);
        var done = await rooms.SetArchivedAsync(room, new(actor.Id, actor.Nickname), body.Archived, CancellationToken.None);
        if (done.Refusal is { } refusal)
            return RoomRequests.ProblemOf(refusal);
        await publisher.PublishAsync(done.Events);
        return await store.FindRoomAsync(room, ct) is { } now ? TypedResults.Ok(now) : ProblemKind.NotFound.Because();
    }

    private static async Task<IResult> ListKeysAsync(Guid? owner, Guid? before, IAdminStore store, CancellationToken ct)
    {
        var page = await store.ListKeysAsync(owner, before, ct);
        return TypedResults.Ok(new AdminKeysResponse(page.Keys, page.Next?.ToString()));
    }

    private static async Task<IResult> RevokeAsync(Guid id, HttpContext context, Wardens wardens, ImDbContext database, CancellationToken ct)
    {
        if (await database.ApiKeys.AsNoTracking().FirstOrDefaultAsync(key => key.Id == id, ct) is not { } key)
            return ProblemKind.NotFound.Because();
        await wardens.WriteAsync(context, "key.revoke", $"{key.OwnerId}", $"{key.Name} ({id})", ct);
        await database.ApiKeys.Where(row => row.Id == id).ExecuteDeleteAsync(CancellationToken.None);
        return TypedResults.NoContent();
    }

    private static async Task<IReadOnlyList<AdminNodeInfo>> ListNodesAsync(INodeLoads loads, KnownNodes known, CancellationToken ct) =>
        [.. (await loads.ListAsync(ct)).Select(node => node with { Live = node.Live && !known.IsUnhealthy(node.Name, node.Address) })];

    private static bool IsSearch(string? search) => search is null || search.Length <= AdminLimits.MaxSearchChars && !search.Contains('\0') && VisibleText.IsWellFormed(search);

    private static string KeyOf(string? search) => Nickname.KeyOf(VisibleText.Trim(search ?? ""));
}
