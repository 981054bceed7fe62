using Im.Core.Data;
using Im.Protocol;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Programs;

/// <summary><c>/api/keys</c>: keys with which a server publishes in its owner's name. The key itself is shown once; stored is its SHA-256.</summary>
internal static class KeysSetup
{
    private static readonly string[] KnownScopes = [ApiScopes.Lobby, ApiScopes.Direct];

    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/keys").WithTags("Programs");
        keys.MapPost("", CreateAsync)
            .RequireLogin()
            .WithSummary("Make a key")
            .WithDescription($"At most {ProtocolLimits.MaxApiKeys}. Scopes: `{ApiScopes.Lobby}`, `{ApiScopes.Direct}`.")
            .Produces<ApiKeyInfo>()
            .WithProblems(ProblemKind.BadName, ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.TooMany, ProblemKind.CrossSite, ProblemKind.Unavailable);
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

    private static async Task<IResult> CreateAsync(CreateKeyRequest request, HttpContext context, ImDbContext database, TimeProvider time, CancellationToken cancellationToken)
    {
        if (VisibleText.Trim(request.Name) is not { Length: <= ProtocolLimits.MaxApiKeyNameChars } name || !VisibleText.IsIn(name) || name.Any(char.IsControl))
            return ProblemKind.BadName.Because($"1 to {ProtocolLimits.MaxApiKeyNameChars} characters, something of it visible, no control characters.");
        var scopes = request.Scopes.Distinct().ToArray();
        if (scopes.Length == 0 || scopes.Except(KnownScopes).Any())
            return ProblemKind.BadRequest.Because($"Scopes are {string.Join(" and ", KnownScopes)}.");
        var owner = CurrentSession.UserOf(context);
        if (await database.ApiKeys.CountAsync(key => key.OwnerId == owner, cancellationToken) >= ProtocolLimits.MaxApiKeys)
            return ProblemKind.TooMany.Because($"{ProtocolLimits.MaxApiKeys} keys; revoke one.");
        var id = Guid.CreateVersion7();
        var (text, hash) = ApiKeyText.New(id);
        var key = new ApiKey { Id = id, OwnerId = owner, Name = name, Hash = hash, Scopes = scopes, CreatedAt = time.GetUtcNow() };
        database.ApiKeys.Add(key);
        await database.SaveChangesAsync(cancellationToken);
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
