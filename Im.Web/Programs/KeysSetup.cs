using Im.Core.Data;
using Im.Protocol;
using Im.Web.Accounts;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Programs;

/// <summary><c>/api/keys</c>: keys with which a server publishes in its owner's name. The key itself is shown once; stored is its SHA-256.</summary>
internal static class KeysSetup
{
    private static readonly string[] KnownScopes = [ApiScopes.Lobby, ApiScopes.Direct, ApiScopes.Widget];

    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/keys").WithTags("Programs");
        keys.MapPost("", CreateAsync)
            .RequireLogin()
            .LimitLogins()
            .WithSummary("Make a key")
            .WithDescription($"Needs the password; wrong ones count as at a login. At most {ProtocolLimits.MaxApiKeys}. Scopes: `{ApiScopes.Lobby}`, `{ApiScopes.Direct}`, `{ApiScopes.Widget}`.")
            .Produces<ApiKeyInfo>()
            .WithProblems(ProblemKind.BadName, ProblemKind.BadRequest, ProblemKind.WrongPassword, ProblemKind.NotLoggedIn, ProblemKind.TooMany, ProblemKind.CrossSite, ProblemKind.LockedOut,
                ProblemKind.Unavailable);
        keys.MapGet("", ListAsync)
            .RequireLogin()
            .WithSummary("My keys")
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.Unavailable);
        keys.MapDelete("/{id:guid}", DeleteAsync)
            .RequireLogin()
            .WithSummary("Revoke a key")
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.CrossSite, ProblemKind.Unavailable);
    }

    private static async Task<IResult> CreateAsync(CreateKeyRequest request, HttpContext context, Logins logins, ImDbContext database, TimeProvider time, CancellationToken cancellationToken)
    {
        if (request.Password is not { } password)
            return ProblemKind.BadRequest.Because("`password` is missing: a key outlives the session it is made in.");
        if (VisibleText.Trim(request.Name) is not { Length: <= ProtocolLimits.MaxApiKeyNameChars } name || !VisibleText.IsIn(name) || name.Any(char.IsControl))
            return ProblemKind.BadName.Because($"1 to {ProtocolLimits.MaxApiKeyNameChars} characters, something of it visible, no control characters.");
        var scopes = request.Scopes.Distinct().ToArray();
        if (scopes.Length == 0 || scopes.Except(KnownScopes).Any())
            return ProblemKind.BadRequest.Because($"Scopes are {string.Join(" and ", KnownScopes)}.");
        var owner = CurrentSession.UserOf(context);
        var verified = await logins.VerifyAsync(owner, password, cancellationToken);
        if (verified.User is not { PasswordHash: var hash })
            return verified.Problem!.Because();
        // Under the lock of the account's row, or many who count at once would each find room.
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await database.Database.SqlQuery<Guid>($"SELECT id AS \"Value\" FROM users WHERE id = {owner} AND password_hash = {hash} AND erasing_at IS NULL FOR NO KEY UPDATE")
            .ToListAsync(cancellationToken) is [])
            return ProblemKind.WrongPassword.Because("The account has just changed.");
        if (await database.ApiKeys.CountAsync(key => key.OwnerId == owner, cancellationToken) >= ProtocolLimits.MaxApiKeys)
            return ProblemKind.TooMany.Because($"{ProtocolLimits.MaxApiKeys} keys; revoke one.");
        var id = Guid.CreateVersion7();
        var (text, secretHash) = ApiKeyText.New(id);
        var key = new ApiKey { Id = id, OwnerId = owner, Name = name, Hash = secretHash, Scopes = scopes, CreatedAt = time.GetUtcNow() };
        database.ApiKeys.Add(key);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Ok(ToInfo(key) with { Key = text });
    }

    private static async Task<IReadOnlyList<ApiKeyInfo>> ListAsync(HttpContext context, ImDbContext database, CancellationToken cancellationToken)
    {
        var owner = CurrentSession.UserOf(context);
        return [.. (await database.ApiKeys.AsNoTracking().Where(key => key.OwnerId == owner).OrderBy(key => key.Id).ToListAsync(cancellationToken)).Select(ToInfo)];
    }

    private static async Task<IResult> DeleteAsync(Guid id, HttpContext context, ImDbContext database, CancellationToken cancellationToken)
    {
        var owner = CurrentSession.UserOf(context);
        return await database.ApiKeys.Where(key => key.Id == id && key.OwnerId == owner).ExecuteDeleteAsync(cancellationToken) == 1
            ? TypedResults.NoContent() : ProblemKind.NotFound.Because();
    }

    private static ApiKeyInfo ToInfo(ApiKey key) => new(key.Id, key.Name, key.Scopes, key.CreatedAt.ToUnixTimeMilliseconds());
}
