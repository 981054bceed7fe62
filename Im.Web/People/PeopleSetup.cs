using Im.Core.Accounts;
using Im.Core.Bus;
using Im.Core.Limits;
using Im.Core.People;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Web.Accounts;
using Im.Web.Conversations;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.Extensions.Options;

namespace Im.Web.People;

/// <summary>Who there is, online or not, and what one wants of them: profiles, blocks, requests, the switch of "last seen". Reports: <see cref="ReportsSetup"/>.</summary>
internal static class PeopleSetup
{
    private const string Origin = "web";

    public static void MapPeople(this IEndpointRouteBuilder api)
    {
        var people = api.MapGroup("").WithTags("People");
        people.MapGet("/directory", SearchAsync).RequireLogin()
            .WithSummary("Everybody who has an account")
            .WithDescription($"By nickname, online or not, {PeopleLimits.PageSize} on a page. With `search` those of whose nickname or display name each typed word begins a word, without case and width. `next` is the next page's `after`.")
            .Produces<DirectoryResponse>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.Unavailable);
        people.MapGet("/users", FindAsync).RequireLogin()
            .WithSummary("Who are these?")
            .WithDescription($"By their ids, `?id=…&id=…`, 1 to {PeopleLimits.MaxIds}: for what is shown of them beside a message, which has a nickname alone. Who has no account any more is left out; in no order.")
            .Produces<IReadOnlyList<UserInfo>>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.Unavailable);
        people.MapGet("/users/{id:guid}/profile", GetProfileAsync).RequireLogin()
            .WithSummary("Somebody's profile")
            .WithDescription("`lastSeen` where both of you show it, and they have not blocked you; `blocked` where you have blocked them.")
            .Produces<ProfileInfo>()
            .WithProblems(ProblemKind.NotFound, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.Unavailable);
        people.MapGet("/me/settings", async (HttpContext context, IPeopleStore store, CancellationToken ct) => new SettingsInfo(await store.GetLastSeenAsync(CurrentSession.UserOf(context), ct))).RequireLogin()
            .WithSummary("My settings")
            .Produces<SettingsInfo>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.Unavailable);
        people.MapPut("/me/settings", PutSettingsAsync).RequireLogin()
            .WithSummary("Change my settings")
            .WithDescription("With `\"lastSeen\":false` nobody is told when you were here last, what was stored of it is forgotten, and you are not told of others.")
            .Produces<SettingsInfo>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        people.MapGet("/me/blocks", (HttpContext context, IPeopleStore store, MeteredReads reads, CancellationToken ct) =>
                reads.AnswerAsync(context, () => store.ListBlockedAsync(CurrentSession.UserOf(context), ct))).RequireLogin()
            .WithSummary("Whom I have blocked")
            .WithDescription($"By nickname; at most {PeopleLimits.MaxBlocks}.")
            .Produces<IReadOnlyList<UserInfo>>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.Unavailable);
        people.MapPut("/me/blocks/{id:guid}", BlockAsync).RequireLogin()
            .WithSummary("Block somebody")
            .WithDescription("No direct messages go between you, they do not see when you were here last, and cannot invite you by name. They are not told. In rooms you share, and in the lobby, what they write is still there.")
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotFound, ProblemKind.TooMany, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        people.MapDelete("/me/blocks/{id:guid}", UnblockAsync).RequireLogin()
            .WithSummary("Block somebody no longer")
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(ProblemKind.NotFound, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        MapAnswer(people, "accept", true, "Accept a message request", "By the other person's id: their direct conversation is one like others, without an answer to them.");
        MapAnswer(people, "decline", false, "Decline a message request", "It is read, and is not listed until they write again. They are not told. To hear no more of them, block them.");
    }

    private static void MapAnswer(RouteGroupBuilder people, string path, bool accept, string summary, string description) =>
        people.MapPost($"/requests/{{id:guid}}/{path}", (Guid id, HttpContext context, Decisions decisions, IPeopleStore store, CancellationToken ct) =>
                decisions.MakeAsync(context, id, accept ? PersonFrame.Accepted : PersonFrame.Declined, async user => await store.AnswerRequestAsync(user, id, accept, ct) ? null : ProblemKind.NotFound)).RequireLogin()
            .WithSummary(summary).WithDescription(description)
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(ProblemKind.NotFound, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);

    private static async Task<IResult> SearchAsync(
        string? search, string? after, HttpContext context, IPeopleStore store, MeteredReads reads, ISharedBuckets buckets, IOptions<LimitOptions> limits, CancellationToken cancellationToken)
    {
        NameCursor? cursor = null;
        if (after is not null && !NameCursor.TryParse(after, out cursor))
            return ProblemKind.BadRequest.Because("`after` is the `next` of the page before.");
        if (search is { Length: > PeopleLimits.MaxSearchChars } || search?.Contains('\0') == true || !VisibleText.IsWellFormed(search ?? ""))
            return ProblemKind.BadRequest.Because($"`search` has at most {PeopleLimits.MaxSearchChars} characters.");
        if (await TakeAsync(context, buckets, limits) is { } slow)
            return slow;
        return await reads.AnswerAsync(context, async () =>
        {
            var page = await store.SearchAsync(Nickname.KeyOf(VisibleText.Trim(search ?? "")), cursor, cancellationToken);
            return new DirectoryResponse(page.Users, page.Next?.ToString());
        });
    }

    private static async Task<IResult> FindAsync(Guid[] id, HttpContext context, IPeopleStore store, MeteredReads reads, ISharedBuckets buckets, IOptions<LimitOptions> limits, CancellationToken cancellationToken) =>
        id.Length is 0 or > PeopleLimits.MaxIds ? ProblemKind.BadRequest.Because($"1 to {PeopleLimits.MaxIds} ids.")
        : await TakeAsync(context, buckets, limits) ?? await reads.AnswerAsync(context, () => store.FindManyAsync(id, cancellationToken));

    private static async Task<IResult> GetProfileAsync(Guid id, HttpContext context, IPeopleStore store, ISharedBuckets buckets, IOptions<LimitOptions> limits, CancellationToken cancellationToken) =>
        await TakeAsync(context, buckets, limits) ?? (await store.FindAsync(id, CurrentSession.UserOf(context), cancellationToken) is { } profile ? TypedResults.Ok(profile) : ProblemKind.NotFound.Because());

    private static async Task<IResult?> TakeAsync(HttpContext context, ISharedBuckets buckets, IOptions<LimitOptions> limits) =>
        await buckets.TakeAsync("directory", $"{CurrentSession.UserOf(context):N}", limits.Value.Directory, 1) is { } wait ? (ProblemKind.SlowDown with { RetryAfter = wait }).Because() : null;

    private static Task<IResult> PutSettingsAsync(SettingsInfo settings, HttpContext context, Decisions decisions, IPeopleStore store, CancellationToken cancellationToken) =>
        decisions.MakeAsync(context, async user =>
        {
            await store.SetLastSeenAsync(user, settings.LastSeen, cancellationToken);
            return TypedResults.Ok(settings);
        });

    private static async Task<IResult> BlockAsync(Guid id, HttpContext context, Decisions decisions, IPeopleStore store, CancellationToken cancellationToken) =>
        id == CurrentSession.UserOf(context) ? ProblemKind.BadRequest.Because("Nobody blocks themselves.") : await decisions.MakeAsync(context, id, PersonFrame.Blocked, async user => await store.BlockAsync(user, id, cancellationToken) switch
        {
            BlockResult.Nobody => ProblemKind.NotFound,
            BlockResult.TooMany => ProblemKind.TooMany,
            _ => null,
        });

    private static Task<IResult> UnblockAsync(Guid id, HttpContext context, Decisions decisions, IPeopleStore store, CancellationToken cancellationToken) =>
        decisions.MakeAsync(context, id, PersonFrame.Unblocked, async user => await store.UnblockAsync(user, id, cancellationToken) ? null : ProblemKind.NotFound);

    /// <summary>What one person decides about another: not too often, told to the nodes and to their own other devices.</summary>
    internal sealed class Decisions(ISharedBuckets buckets, IOptions<LimitOptions> limits, IUserStandings standings, ISessionManager sessions, IBus bus)
    {
        /// <param name="what">Of <see cref="PersonFrame"/>.</param>
        /// <param name="make">Null: it is done.</param>
        public Task<IResult> MakeAsync(HttpContext context, Guid about, string what, Func<Guid, Task<ProblemKind?>> make) => MakeAsync(context, async user =>
        {
            if (await make(user) is { } problem)
                return problem.Because();
            if (what is PersonFrame.Blocked or PersonFrame.Unblocked)
                foreach (var concerned in new[] { user, about })
                {
                    standings.Invalidate(concerned);
                    await sessions.AnnounceStandingAsync(concerned, CancellationToken.None);
                }
            await bus.TryPublishAsync(BusTopic.User(user), new(BusKind.LaterFrame, Origin, ProtocolJson.Write(new PersonFrame(about, what))));
            return TypedResults.NoContent();
        });

        public async Task<IResult> MakeAsync(HttpContext context, Func<Guid, Task<IResult>> make)
        {
            var user = CurrentSession.UserOf(context);
            return await buckets.TakeAsync("people-changes", $"{user:N}", limits.Value.PeopleChanges, 1) is { } wait ? (ProblemKind.SlowDown with { RetryAfter = wait }).Because() : await make(user);
        }
    }
}
