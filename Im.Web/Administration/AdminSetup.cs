using Im.Core.Accounts;
using Im.Core.Administration;
using Im.Core.Bus;
using Im.Core.Kinds;
using Im.Core.Messages;
using Im.Core.Posting;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Web.Accounts;
using Im.Web.Http;
using Im.Web.People;
using Im.Web.Sessions;
using Im.Web.Widgets;
using Microsoft.AspNetCore.Mvc;

namespace Im.Web.Administration;

/// <summary><c>/api/admin</c>: for administrators alone, every deed in the audit trail. Direct conversations are not theirs to read. Lists: <see cref="AdminListsSetup"/>.</summary>
internal static class AdminSetup
{
    private const string Origin = "web";

    public static IHostApplicationBuilder AddAdministration(this IHostApplicationBuilder builder)
    {
        builder.Services.AddImAdministration();
        builder.Services.AddScoped<AuditTrail>();
        builder.Services.AddScoped<Wardens>();
        builder.Services.AddHostedService<FirstAdmin>();
        return builder;
    }

    public static void MapAdministration(this IEndpointRouteBuilder api)
    {
        var admin = api.MapGroup("/admin").WithTags("Administration").AddEndpointFilter(OnlyAdminsAsync)
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.Forbidden, ProblemKind.NotFound, ProblemKind.BadRequest, ProblemKind.BadText, ProblemKind.LastAdministrator, ProblemKind.CrossSite, ProblemKind.Unavailable);
        admin.MapLists();
        admin.MapSites();
        admin.MapGet("/users/{nameOrId}", (string nameOrId, Wardens wardens, CancellationToken ct) => wardens.AnswerAsync(nameOrId, ct))
            .RequireLogin().WithSummary("One account").WithDescription("By nickname or id: what it may do, and its sessions.").Produces<AdminUserInfo>();
        admin.MapDelete("/users/{id:guid}", EraseAsync)
            .RequireLogin().WithSummary("Delete somebody's account").WithDescription("As its owner may; one's own is deleted with its password, and `forbidden` here.").Produces<EndedResponse>();
        admin.MapDelete("/users/{id:guid}/sessions", EndSessionsAsync)
            .RequireLogin().WithSummary("Sign somebody out everywhere").Produces<EndedResponse>();
        admin.MapDelete("/users/{id:guid}/sessions/{session}", EndSessionAsync)
            .RequireLogin().WithSummary("Sign somebody out on one device").Produces(StatusCodes.Status204NoContent);
        admin.MapPut("/users/{id:guid}/mute", (Guid id, PenaltyRequest body, HttpContext context, Wardens wardens, CancellationToken ct) => PenaliseAsync(id, ban: false, body, context, wardens, ct))
            .RequireLogin().WithSummary("Mute somebody").WithDescription("They read, and do not write. 0 minutes: no longer.").Produces<AdminUserInfo>();
        admin.MapPut("/users/{id:guid}/ban", (Guid id, PenaltyRequest body, HttpContext context, Wardens wardens, CancellationToken ct) => PenaliseAsync(id, ban: true, body, context, wardens, ct))
            .RequireLogin().WithSummary("Ban somebody").WithDescription("Their sessions end, and they cannot log in. 0 minutes: no longer. The last administrator cannot be banned.").Produces<AdminUserInfo>();
        admin.MapPut("/users/{id:guid}/admin", MakeAdminAsync)
            .RequireLogin().WithSummary("Make somebody an administrator, or no longer").WithDescription("The last administrator stays one.").Produces<AdminUserInfo>();
        admin.MapDelete("/conversations/{conversation}/messages/{seq:long}", RemoveAsync)
            .RequireLogin().WithSummary("Remove a message").WithDescription("`seq` is the line's number. Its content is erased; it keeps its place. Whoever is connected is told, and whoever comes later.").Produces(StatusCodes.Status204NoContent);
        admin.MapReportsOf();
        admin.MapPost("/announcements", AnnounceAsync)
            .RequireLogin().WithSummary("Say something to everybody who is connected").Produces(StatusCodes.Status204NoContent);
    }

    // Who was banned a moment ago may have a request under way.
    private static async ValueTask<object?> OnlyAdminsAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        var services = context.RequestServices;
        var standing = await services.GetRequiredService<IUserStandings>().FindAsync(CurrentSession.UserOf(context), context.RequestAborted);
        return standing.IsAdmin && !standing.IsBanned(services.GetRequiredService<TimeProvider>().GetUtcNow()) ? await next(invocation) : ProblemKind.Forbidden.Because();
    }

    private static async Task<IResult> EraseAsync(Guid id, [FromBody] EraseUserRequest body, HttpContext context, Wardens wardens, CancellationToken ct)
    {
        if (id == CurrentSession.UserOf(context))
            return ProblemKind.Forbidden.Because("One's own account is deleted with its password: DELETE /api/me.");
        var (ended, problem) = await wardens.EraseAsync(context, id, body.RemoveMessages, ct);
        return problem?.Because() ?? TypedResults.Ok(new EndedResponse(ended));
    }

    private static async Task<IResult> EndSessionsAsync(Guid id, HttpContext context, Wardens wardens, ISessionManager sessions, CancellationToken ct)
    {
        if (!await wardens.WriteAsync(context, "user.sign-out", id, null, ct))
            return ProblemKind.NotFound.Because();
        return TypedResults.Ok(new EndedResponse(await sessions.DestroyAllAsync(id, reason: EndReasons.Administrator, ct: CancellationToken.None)));
    }

    private static async Task<IResult> EndSessionAsync(Guid id, string session, HttpContext context, Wardens wardens, ISessionManager sessions, CancellationToken ct)
    {
        if ((await sessions.ListAsync(id, ct)).All(each => each.Id != session) || !await wardens.WriteAsync(context, "user.sign-out", id, $"one device, session {session}", ct))
            return ProblemKind.NotFound.Because();
        await sessions.DestroyAsync(session, EndReasons.Administrator, CancellationToken.None);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> PenaliseAsync(Guid id, bool ban, PenaltyRequest body, HttpContext context, Wardens wardens, CancellationToken ct)
    {
        if (body.Minutes is < 0 or > AdminLimits.MaxMinutes || body.Reason?.Length > ProtocolLimits.MaxReasonChars || body.Reason?.Contains('\0') == true)
            return ProblemKind.BadRequest.Because($"0 to {AdminLimits.MaxMinutes} minutes; a reason has at most {ProtocolLimits.MaxReasonChars} characters, no U+0000.");
        var detail = $"{body.Minutes} min{(body.Reason is { } reason ? $": {reason}" : "")}";
        return (await wardens.PenaliseAsync(context, id, ban, TimeSpan.FromMinutes(body.Minutes), detail, ct))?.Because() ?? await wardens.AnswerAsync($"{id}", ct);
    }

    private static async Task<IResult> MakeAdminAsync(Guid id, AdminRequest body, HttpContext context, Wardens wardens, CancellationToken ct) =>
        (await wardens.SetAdminAsync(context, id, body.Admin, ct))?.Because() ?? await wardens.AnswerAsync($"{id}", ct);

    private static async Task<IResult> RemoveAsync(
        string conversation, long seq, HttpContext context, Wardens wardens, Profiles profiles, IConversationStore conversations, IEventStore store, PostRules rules, EventPublisher publisher,
        TimeProvider time, CancellationToken ct)
    {
        if (!ConversationId.TryParse(conversation, out var id))
            return ProblemKind.NotFound.Because();
        await wardens.WriteAsync(context, "message.remove", $"{id} {seq}", null, ct);
        if (await store.FindLineAsync(id, seq, cancellationToken: ct) is not { } line || await profiles.FindAsync(CurrentSession.UserOf(context), ct) is not { } actor)
            return ProblemKind.NotFound.Because();
        if (line.Content is null)
            return TypedResults.NoContent(); // it is removed
        var (post, _) = PostRules.Check(actor, EventKinds.Recall.Name, seq, EventKinds.Recall.ContentOf(null));
        var (recall, refusal) = await rules.CheckAsync(post!, id, null, $"{Guid.NewGuid()}", time.GetUtcNow().ToUnixTimeMilliseconds(), Origin);
        if (recall is null)
            return ProblemKind.NotFound.Because(refusal!.Message);
        try
        {
            var (committed, _) = await store.AppendAsync(recall, CancellationToken.None);
            await publisher.PublishAsync(committed, committed.At * 1000, await conversations.FindMembersAsync(id, CancellationToken.None));
        }
        catch (MessageRejectedException)
        {
            // Somebody else recalled it meanwhile.
        }
        return TypedResults.NoContent();
    }

    private static async Task<IResult> AnnounceAsync(AnnouncementRequest body, HttpContext context, Wardens wardens, IBus bus, TimeProvider time, CancellationToken ct)
    {
        if (!VisibleText.IsText(body.Text, ProtocolLimits.MaxTextCharsOne))
            return ProblemKind.BadText.Because($"1 to {ProtocolLimits.MaxTextCharsOne} characters, something of it visible, no U+0000.");
        await wardens.WriteAsync(context, "announce", "everybody", $"{body.Text.Length} characters", ct);
        await bus.PublishAsync(BusTopic.Conversation(ConversationId.Lobby), Frame(new AnnouncementFrame(body.Text, time.GetUtcNow().ToUnixTimeMilliseconds())), ct);
        return TypedResults.NoContent();
    }

    private static BusEnvelope Frame(ServerFrame frame) => new(BusKind.Frame, Origin, ProtocolJson.Write(frame));
}
