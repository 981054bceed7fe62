using System.Net;
using System.Security.Cryptography;
using Im.Core.Data;
using Im.Core.Outbound;
using Im.Core.Webhooks;
using Im.Protocol;
using Im.Web.Accounts;
using Im.Web.Conversations;
using Im.Web.Http;
using Im.Web.Programs;
using Im.Web.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Im.Web.Rooms;

/// <summary>The webhooks of a room: made, listed, renewed and removed by who looks after it. A secret is shown once. Posting with one: <see cref="WebhookPostsSetup"/>.</summary>
internal static class WebhooksSetup
{
    private const int SecretBytes = 32;

    public static void MapWebhooks(this RouteGroupBuilder rooms)
    {
        ProblemKind[] problems = [ProblemKind.NotLoggedIn, ProblemKind.Forbidden, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable];
        rooms.MapPost("/{id}/webhooks", CreateAsync).RequireLogin().WithTags("Webhooks")
            .WithSummary("Make a webhook")
            .WithDescription($"By the room's administrators, at most {WebhookLimits.MaxPerRoom} of a room. With `address` (http or https) what happens in the room from here on is sent there, signed with `secret`. "
                + "Without, `secret` is the token with which a program posts, under `name`, which is a nickname that nobody has. `secret` is told this once.")
            .Produces<WebhookInfo>()
            .WithProblems([.. problems, ProblemKind.BadName, ProblemKind.BadNickname, ProblemKind.BadRequest, ProblemKind.NicknameTaken, ProblemKind.Muted, ProblemKind.TooMany]);
        rooms.MapGet("/{id}/webhooks", ListAsync).RequireLogin().WithTags("Webhooks")
            .WithSummary("A room's webhooks")
            .WithDescription("For its administrators; without their secrets.")
            .Produces<IReadOnlyList<WebhookInfo>>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.Unavailable);
        rooms.MapPost("/{id}/webhooks/{hook:guid}/secret", RenewAsync).RequireLogin().WithTags("Webhooks")
            .WithSummary("Give a webhook another secret")
            .WithDescription($"By the room's administrators; it is switched on. The secret before signs too for {WebhookLimits.FormerSecretSeconds / 3_600} hours; a token before is worth nothing at once.")
            .Produces<WebhookInfo>()
            .WithProblems(problems);
        rooms.MapDelete("/{id}/webhooks/{hook:guid}", RemoveAsync).RequireLogin().WithTags("Webhooks")
            .WithSummary("Remove a webhook")
            .WithDescription("By the room's administrators. What it posted stays.")
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(problems);
    }

    private static async Task<IResult> CreateAsync(
        string id, CreateWebhookRequest request, RoomRequests requests, IWebhookStore webhooks, ImDbContext database, IOptions<WebhookOptions> options, CancellationToken cancellationToken)
    {
        var name = VisibleText.Trim(request.Name);
        if (!VisibleText.IsText(name, WebhookLimits.MaxNameChars) || name.Any(char.IsControl) || !VisibleText.IsWellFormed(name))
            return ProblemKind.BadName.Because($"1 to {WebhookLimits.MaxNameChars} characters, something of it visible, no control characters.");
        if (request.Address is { } address && CheckAddress(address, options.Value) is { } bad)
            return bad;
        if (!RoomRequests.TryReadId(id, out var room))
            return ProblemKind.NotFound.Because();
        NewProgram? program = null;
        if (request.Address is null)
        {
            if (!Nickname.TryParse(name, out var nickname))
                return ProblemKind.BadNickname.Because("The name of a webhook that posts is a nickname, as people have them.");
            (name, program) = (nickname, new(nickname, Nickname.KeyOf(nickname), Skeleton.Of(nickname)));
        }
        var (by, problem) = await requests.EnterAsync(writes: program is not null);
        if (by is null)
            return problem!;
        // Who may make none is told so first: nobody finds out by it who has an account.
        if (program is not null && await requests.Store.FindStandingAsync(room, by.Id, cancellationToken) is { IsAdministrator: true } && await database.Users.AsNoTracking().FindByNicknameAsync(name, cancellationToken) is not null)
            return ProblemKind.NicknameTaken.Because();
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        return await AnswerAsync(requests, await webhooks.AddAsync(room, by, new(name, request.Address, program is null ? secret : SHA256.HashData(secret), program), cancellationToken), secret);
    }

    private static async Task<IResult> ListAsync(string id, HttpContext context, IWebhookStore webhooks, MeteredReads reads, CancellationToken cancellationToken) =>
        RoomRequests.TryReadId(id, out var room) && await webhooks.ListAsync(room, CurrentSession.UserOf(context), cancellationToken) is { } found
            ? await reads.AnswerAsync(context, () => Task.FromResult(found)) : ProblemKind.NotFound.Because();

    private static async Task<IResult> RenewAsync(string id, Guid hook, RoomRequests requests, IWebhookStore webhooks, CancellationToken cancellationToken)
    {
        if (!RoomRequests.TryReadId(id, out var room))
            return ProblemKind.NotFound.Because();
        var (by, problem) = await requests.EnterAsync();
        if (by is null)
            return problem!;
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        return await AnswerAsync(requests, await webhooks.RenewAsync(room, by, hook, posts => posts ? SHA256.HashData(secret) : secret, cancellationToken), secret);
    }

    private static Task<IResult> RemoveAsync(string id, Guid hook, RoomRequests requests, IWebhookStore webhooks, CancellationToken cancellationToken) =>
        requests.ChangeAsync(id, (room, by) => webhooks.RemoveAsync(room, by, hook, cancellationToken), isAnswered: false);

    private static async Task<IResult> AnswerAsync(RoomRequests requests, WebhookResult done, byte[] secret)
    {
        if (done.Refusal is { } refusal)
            return RoomRequests.ProblemOf(refusal);
        await requests.PublishAsync(done.Events);
        var hook = done.Webhook!;
        return TypedResults.Ok(hook with { Secret = hook.User is null ? $"{WebhookLimits.SecretPrefix}{Convert.ToBase64String(secret)}" : ApiKeyText.Of(hook.Id, secret, WebhookLimits.TokenPrefix) });
    }

    // A name is looked up, and what it stands for looked at, with each connection: here is told what can be told at once.
    private static IResult? CheckAddress(string address, WebhookOptions options) =>
        address.Length > WebhookLimits.MaxAddressChars || address.Any(c => c <= ' ' || char.IsControl(c)) || !Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0 || uri.Host.Length == 0
            ? ProblemKind.BadRequest.Because($"`address` begins with http:// or https://, has at most {WebhookLimits.MaxAddressChars} characters, no user, no password, no fragment.")
        : !options.AllowPrivateAddresses && (uri.IsLoopback || IPAddress.TryParse(uri.IdnHost, out var number) && !PublicAddress.Is(number))
            ? ProblemKind.BadRequest.Because("`address` is none of the internet's.") : null;
}
