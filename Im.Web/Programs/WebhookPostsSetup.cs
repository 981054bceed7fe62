using System.Security.Cryptography;
using Im.Core.Accounts;
using Im.Core.Kinds;
using Im.Core.Limits;
using Im.Core.Messages;
using Im.Core.Posting;
using Im.Core.Rooms;
using Im.Core.Webhooks;
using Im.Protocol;
using Im.Web.Http;
using Microsoft.Extensions.Options;

namespace Im.Web.Programs;

/// <summary><c>POST /api/webhooks?token=</c>: a line in a room from a program that has nothing but this address. In the query, not in the path: paths are in traces.</summary>
internal static class WebhookPostsSetup
{
    public static void MapWebhookPosts(this IEndpointRouteBuilder api) =>
        api.MapPost("/webhooks", PostAsync)
            .WithTags("Webhooks")
            .WithSummary("Post a line with a webhook")
            .WithDescription($"With the secret of one that posts as `token`. A line of kind `text` in the webhook's room, from the webhook's own account. Needs neither `X-Im` nor a session. With the same "
                + $"`{WebhookHeaders.IdempotencyKey}` (1 to {ProtocolLimits.MaxIdChars} characters) again it is stored once, and answered with the first result.")
            .Produces<WebhookPostResponse>()
            .WithCredentials()
            .WithProblems(ProblemKind.BadText, ProblemKind.BadRequest, ProblemKind.Forbidden, ProblemKind.Muted, ProblemKind.Banned, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);

    private static async Task<IResult> PostAsync(
        WebhookPostRequest request, string? token, HttpContext context, IWebhookStore webhooks, IUserDirectory users, IUserStandings standings, IRoomStore rooms, ISharedBuckets buckets,
        IOptions<LimitOptions> limits, ProgramPosts posts, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!ApiKeyText.TryParse(token ?? "", out var id, out var hash, WebhookLimits.TokenPrefix) || await webhooks.FindPostingAsync(id, cancellationToken) is not { } hook
            || !CryptographicOperations.FixedTimeEquals(hook.Hash, hash) || await users.FindAsync(hook.User, cancellationToken) is not { } program)
            return await buckets.TakeAsync("webhook-guesses", AddressKey.Of(context.Connection.RemoteIpAddress), limits.Value.WebhookGuesses, 1) is { } patience
                ? (ProblemKind.SlowDown with { RetryAfter = patience }).Because() : ProblemKind.NotFound.Because();
        if (!hook.IsOn)
            return ProblemKind.Forbidden.Because("Who made this webhook does not look after the room any more: another administrator gives it a new secret.");
        var key = context.Request.Headers[WebhookHeaders.IdempotencyKey];
        if (key.Count > 1 || key is [var given] && given is not { Length: > 0 and <= ProtocolLimits.MaxIdChars })
            return ProblemKind.BadRequest.Because($"`{WebhookHeaders.IdempotencyKey}` has 1 to {ProtocolLimits.MaxIdChars} characters.");
        if (request.Text.Length > ProtocolLimits.MaxTextCharsOne)
            return ProblemKind.BadText.Because($"A text has at most {ProtocolLimits.MaxTextCharsOne} characters.");
        var (post, refusal) = PostRules.Check(program, EventKinds.Text.Name, null, EventKinds.Text.ContentOf(request.Text));
        if (post is null)
            return ProblemKind.BadText.Because(refusal!.Message);
        var now = time.GetUtcNow();
        foreach (var user in new[] { hook.By, program.Id }) // nobody writes by a program what they may not write themselves
            if (await standings.FindAsync(user, cancellationToken) is var standing && (standing.IsBanned(now) || standing.IsMuted(now)))
                return (standing.IsBanned(now) ? ProblemKind.Banned : ProblemKind.Muted).Because();
        if (await buckets.TakeAsync("webhook", $"{id:N}", limits.Value.WebhookPosts, 1) is { } wait)
            return (ProblemKind.SlowDown with { RetryAfter = wait }).Because();
        if (await rooms.FindStandingAsync(hook.Room, program.Id, cancellationToken) is not { } inRoom)
            return ProblemKind.NotFound.Because();
        var (committed, duplicate, problem) = await posts.StoreAsync(post, hook.Room, null, key is [{ } wanted] ? wanted : $"{Guid.NewGuid()}", inRoom, cancellationToken);
        return problem ?? TypedResults.Ok(new WebhookPostResponse(committed!.Conversation, committed.Seq, committed.Line!.Value, committed.At, duplicate));
    }
}
