using Im.Core.Accounts;
using Im.Core.Kinds;
using Im.Core.Limits;
using Im.Core.Messages;
using Im.Core.Posting;
using Im.Protocol;
using Im.Web.Http;
using Microsoft.Extensions.Options;

namespace Im.Web.Programs;

/// <summary><c>POST /api/publish</c>: a message from a server, with a key and without a session or a socket. The rules are those of the frame <c>send</c>.</summary>
internal static class PublishSetup
{
    public static void MapPublish(this IEndpointRouteBuilder api) =>
        api.MapPost("/publish", PublishAsync)
            .WithTags("Programs")
            .WithSummary("Publish a message with a key")
            .WithDescription("`Authorization: Bearer imk_…`. The message is its owner's, a line of kind `text`; `seq` is the line's number. With the same `id` again it is stored once, and answered with the first result.")
            .Produces<PublishResponse>()
            .WithCredentials(ApiDescription.Key)
            .WithProblems(ProblemKind.BadText, ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.Forbidden, ProblemKind.Muted, ProblemKind.Banned, ProblemKind.NotFound,
                ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);

    private static async Task<IResult> PublishAsync(
        PublishRequest request, HttpContext context, ApiKeyReader keys, IUserDirectory users, IUserStandings standings, ISharedBuckets buckets, IOptions<LimitOptions> limits,
        NewConversations beginnings, ProgramPosts posts, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await keys.FindAsync(context.Request, cancellationToken) is not { } key || await users.FindAsync(key.OwnerId, cancellationToken) is not { } owner)
            return ProblemKind.NotLoggedIn.Because("There is no such key.");
        if (!key.Scopes.Contains(request.User is null ? ApiScopes.Lobby : ApiScopes.Direct))
            return ProblemKind.Forbidden.Because("The key's scopes do not include this.");
        if (Check(request) is { } bad)
            return bad;
        var (post, refusal) = PostRules.Check(owner, EventKinds.Text.Name, null, EventKinds.Text.ContentOf(request.Text));
        if (post is null)
            return ProblemKind.BadText.Because(refusal!.Message);
        var (standing, now) = (await standings.FindAsync(owner.Id, cancellationToken), time.GetUtcNow());
        if (standing.IsBanned(now) || standing.IsMuted(now))
            return (standing.IsBanned(now) ? ProblemKind.Banned : ProblemKind.Muted).Because();
        if (await buckets.TakeAsync("key", $"{owner.Id:N}", limits.Value.KeyPublishes, 1) is { } wait)
            return (ProblemKind.SlowDown with { RetryAfter = wait }).Because();
        if (request.User == owner.Id)
            return ProblemKind.BadRequest.Because("A direct conversation needs two people.");
        if (request.User is { } to && await users.FindAsync(to, cancellationToken) is null)
            return ProblemKind.NotFound.Because();
        if (request.User is { } peer && await beginnings.BeginAsync(owner.Id, peer, cancellationToken) is { } later)
            return (ProblemKind.SlowDown with { RetryAfter = later }).Because("Too many new conversations.");
        var conversation = request.User is { } other ? ConversationId.Direct(owner.Id, other) : ConversationId.Lobby;
        var (committed, duplicate, problem) = await posts.StoreAsync(post, conversation, request.User, request.Id, null, cancellationToken);
        return problem ?? TypedResults.Ok(new PublishResponse(committed!.Conversation, committed.Line!.Value, committed.At, duplicate));
    }

    private static IResult? Check(PublishRequest request)
    {
        if (request.Conversation is { IsLobby: true } == request.User.HasValue || request.Conversation is { IsLobby: false })
            return ProblemKind.BadRequest.Because("Give either `\"conversation\":\"lobby\"` or `user`.");
        if (request.Id.Length is 0 or > ProtocolLimits.MaxIdChars || request.Id.Contains('\0'))
            return ProblemKind.BadRequest.Because($"`id` has 1 to {ProtocolLimits.MaxIdChars} characters.");
        return request.Text.Length > ProtocolLimits.MaxTextCharsOne ? ProblemKind.BadText.Because($"A text has at most {ProtocolLimits.MaxTextCharsOne} characters.") : null;
    }
}
