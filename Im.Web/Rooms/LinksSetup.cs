using System.Buffers.Text;
using System.Security.Cryptography;
using Im.Core.Rooms;
using Im.Protocol;
using Im.Web.Conversations;
using Im.Web.Http;
using Im.Web.Sessions;

namespace Im.Web.Rooms;

/// <summary>Invitation links. What is stored of one is the SHA-256 of its secret, which is shown once.</summary>
internal static class LinksSetup
{
    private const string Prefix = "iml_";
    private const int SecretBytes = 32, SecretChars = 43;

    public static void MapLinks(this RouteGroupBuilder rooms)
    {
        rooms.MapPost("/join", JoinAsync).RequireLogin()
            .WithSummary("Join by a link")
            .WithDescription("With its secret. One that ran out, was revoked, used up or never given is `not_found`, and so is every link for who is banned from its room.")
            .Produces<RoomResponse>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.TooMany, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        rooms.MapPost("/{id}/links", CreateAsync).RequireLogin()
            .WithSummary("Make a link")
            .WithDescription($"By the room's administrators, at most {RoomLimits.MaxLinks} of a room. It runs out after {RoomLimits.MinLinkSeconds} s to 30 days, by default 7, and, where `maxUses` is given, when so many have joined by it.")
            .Produces<RoomLinkInfo>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.Forbidden, ProblemKind.NotFound, ProblemKind.TooMany, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        rooms.MapGet("/{id}/links", ListAsync).RequireLogin()
            .WithSummary("A room's links")
            .WithDescription("For its administrators; without their secrets.")
            .Produces<IReadOnlyList<RoomLinkInfo>>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.Unavailable);
        rooms.MapDelete("/{id}/links/{link:guid}", RevokeAsync).RequireLogin()
            .WithSummary("Revoke a link")
            .WithDescription("By the room's administrators. Who joined by it stays.")
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
    }

    private static Task<IResult> JoinAsync(JoinByLinkRequest request, RoomRequests requests, CancellationToken cancellationToken) =>
        requests.ChangeAsync(user => TryParse(request.Link, out var hash) ? requests.Store.JoinByLinkAsync(hash, user, cancellationToken) : Task.FromResult<RoomResult>(RoomRefusal.NotFound));

    private static async Task<IResult> CreateAsync(string id, CreateLinkRequest request, RoomRequests requests, CancellationToken cancellationToken)
    {
        if (request.ExpiresInSeconds is < RoomLimits.MinLinkSeconds or > RoomLimits.MaxLinkSeconds || request.MaxUses is < 1 or > RoomLimits.MaxLinkUses)
            return ProblemKind.BadRequest.Because($"`expiresInSeconds` is {RoomLimits.MinLinkSeconds} to {RoomLimits.MaxLinkSeconds}, `maxUses` 1 to {RoomLimits.MaxLinkUses}.");
        if (!RoomRequests.TryReadId(id, out var room))
            return ProblemKind.NotFound.Because();
        var (by, problem) = await requests.EnterAsync();
        if (by is null)
            return problem!;
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        var (refusal, link) = await requests.Store.AddLinkAsync(room, by, SHA256.HashData(secret), request, cancellationToken);
        return refusal is { } no ? RoomRequests.ProblemOf(no) : TypedResults.Ok(link! with { Link = $"{Prefix}{Base64Url.EncodeToString(secret)}" });
    }

    private static async Task<IResult> ListAsync(string id, HttpContext context, IRoomStore store, MeteredReads reads, CancellationToken cancellationToken) =>
        RoomRequests.TryReadId(id, out var room) && await store.ListLinksAsync(room, CurrentSession.UserOf(context), cancellationToken) is { } links
            ? await reads.AnswerAsync(context, () => Task.FromResult(links)) : ProblemKind.NotFound.Because();

    private static async Task<IResult> RevokeAsync(string id, Guid link, RoomRequests requests, CancellationToken cancellationToken)
    {
        if (!RoomRequests.TryReadId(id, out var room))
            return ProblemKind.NotFound.Because();
        var (by, problem) = await requests.EnterAsync();
        return by is null ? problem! : await requests.Store.RevokeLinkAsync(room, by.Id, link, cancellationToken) ? TypedResults.NoContent() : ProblemKind.NotFound.Because();
    }

    private static bool TryParse(string text, out byte[] hash)
    {
        hash = [];
        Span<byte> secret = stackalloc byte[SecretBytes];
        if (text.Length != Prefix.Length + SecretChars || !text.StartsWith(Prefix, StringComparison.Ordinal) || !Base64Url.TryDecodeFromChars(text.AsSpan(Prefix.Length), secret, out var written) || written != SecretBytes)
            return false;
        hash = SHA256.HashData(secret);
        return true;
    }
}
