using System.Security.Cryptography;
using Im.Core.Data;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Accounts;

/// <summary>For a forgotten password: ten codes, made beforehand and shown once, each of which sets a new one.</summary>
internal static class RecoverySetup
{
    public static void MapRecovery(this IEndpointRouteBuilder api)
    {
        var recovery = api.MapGroup("").WithTags("Accounts");
        recovery.MapGet("/me/recovery-codes", async (HttpContext context, Recovery codes, CancellationToken ct) => new RecoveryCodesInfo(await codes.CountAsync(CurrentSession.UserOf(context), ct))).RequireLogin()
            .WithSummary("How many recovery codes are left")
            .Produces<RecoveryCodesInfo>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.Unavailable);
        recovery.MapPost("/me/recovery-codes", CreateAsync).RequireLogin().LimitLogins()
            .WithSummary("Make recovery codes")
            .WithDescription($"Needs the password; wrong ones count as at a login. {PeopleLimits.RecoveryCodes} new ones, told this once; those from before are worth nothing.")
            .Produces<RecoveryCodesInfo>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.WrongPassword, ProblemKind.NotLoggedIn, ProblemKind.CrossSite, ProblemKind.LockedOut, ProblemKind.Unavailable);
        recovery.MapPost("/recover", RecoverAsync).LimitLogins()
            .WithSummary("Set a new password with a recovery code")
            .WithDescription("The code is used up, all of the account's sessions end, and this browser is logged in. Wrong codes count as wrong passwords do. API keys stay.")
            .Produces<LoginResponse>()
            .WithCredentials(null, ApiDescription.Session)
            .WithProblems(ProblemKind.BadPassword, ProblemKind.BadRequest, ProblemKind.WrongCode, ProblemKind.Banned, ProblemKind.CrossSite, ProblemKind.LockedOut, ProblemKind.SlowDown, ProblemKind.Unavailable);
    }

    private static async Task<IResult> CreateAsync(CreateRecoveryCodesRequest request, HttpContext context, Logins logins, Recovery recovery, CancellationToken cancellationToken)
    {
        var verified = await logins.VerifyAsync(CurrentSession.UserOf(context), request.Password, cancellationToken);
        if (verified.User is not { } user)
            return verified.Problem!.Because();
        return await recovery.CreateAsync(user, cancellationToken) is { } codes ? TypedResults.Ok(new RecoveryCodesInfo(codes.Count, codes)) : ProblemKind.WrongPassword.Because("The account has just changed.");
    }

    private static async Task<IResult> RecoverAsync(
        RecoverRequest request, HttpContext context, Logins logins, Recovery recovery, Profiles profiles, ISessionManager sessions, SessionCookies cookies, CancellationToken cancellationToken)
    {
        if (context.Request.Headers.Authorization.Count > 0)
            return ProblemKind.BadRequest.Because("This gives a cookie; with the new password ask `POST /api/tokens`.");
        if (Entrance.CheckPassword(request.NewPassword) is { } bad)
            return bad;
        var recovered = await recovery.UseAsync(request, logins, cancellationToken);
        if (recovered.User is not { } account)
            return recovered.Problem!.Because();
        await sessions.DestroyAllAsync(account.Id, reason: EndReasons.PasswordChanged, ct: CancellationToken.None);
        var (session, token) = await sessions.LoginAsync(CurrentSession.Of(context)?.Token, account.Id, SessionKeeper.OriginOf(context), cancellationToken);
        if (!await logins.StillHoldsAsync(account, cancellationToken) || await profiles.FindAsync(account.Id, cancellationToken) is not { } user)
        {
            await sessions.DestroyAsync(session.Id, ct: CancellationToken.None);
            return ProblemKind.WrongCode.Because("The account has just changed.");
        }
        cookies.Write(context, token);
        return TypedResults.Ok(new LoginResponse(user, false));
    }
}

/// <summary>
/// The codes: each three groups of five letters and digits, such as <c>CK7QM-4TWZH-PX2RA</c>. The first character is the code's place, the others have 70 random bits; they are hashed as passwords are. A guess costs
/// one hash, takes a try of the account's like a password, and whoever has none left waits.
/// </summary>
internal sealed class Recovery(ImDbContext database, UserManager<ImUser> users, PasswordGate gate)
{
    // No letters that are taken for others.
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int Chars = 15, Group = 5;

    public Task<int> CountAsync(Guid userId, CancellationToken cancellationToken) => database.RecoveryCodes.CountAsync(code => code.UserId == userId, cancellationToken);

    /// <summary>Null where the password, which was verified, is another one by now.</summary>
    public async Task<IReadOnlyList<string>?> CreateAsync(ImUser user, CancellationToken cancellationToken)
    {
        var codes = Enumerable.Range(0, PeopleLimits.RecoveryCodes).Select(slot => $"{Alphabet[slot]}{RandomNumberGenerator.GetString(Alphabet, Chars - 1)}").ToList();
        var rows = new List<RecoveryCode>();
        foreach (var (code, slot) in codes.Select((code, slot) => (code, slot)))
        {
            using var place = await gate.EnterAsync(user.Id, cancellationToken);
            rows.Add(new() { UserId = user.Id, Slot = (short)slot, Hash = users.PasswordHasher.HashPassword(user, code) });
        }
        // Under the lock of the account's row: of two that are made at once one holds, whole.
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await database.Database.SqlQuery<Guid>($"SELECT id AS \"Value\" FROM users WHERE id = {user.Id} AND password_hash = {user.PasswordHash} AND erasing_at IS NULL FOR NO KEY UPDATE").ToListAsync(cancellationToken) is [])
            return null;
        await database.RecoveryCodes.Where(code => code.UserId == user.Id).ExecuteDeleteAsync(cancellationToken);
        database.RecoveryCodes.AddRange(rows);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return [.. codes.Select(code => string.Join('-', code.Chunk(Group).Select(chars => new string(chars))))];
    }

    /// <summary>A nickname nobody has is answered as a wrong code is, after the same work.</summary>
    public async Task<LoginOutcome> UseAsync(RecoverRequest request, Logins logins, CancellationToken cancellationToken)
    {
        var code = new string([.. request.Code.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit)]);
        var user = await database.Users.AsNoTracking().FindByNicknameAsync(request.Nickname, cancellationToken);
        if (code.Length != Chars || Alphabet.IndexOf(code[0], StringComparison.Ordinal) is not (>= 0 and < PeopleLimits.RecoveryCodes and var slot))
            return new(ProblemKind.WrongCode);
        if (user is not { ErasingAt: null })
        {
            using var place = await gate.EnterAsync(cancellationToken);
            users.PasswordHasher.HashPassword(new(), code);
            return new(ProblemKind.WrongCode);
        }
        return await logins.TryAsync(user, ProblemKind.WrongCode, async () =>
        {
            var stored = await database.RecoveryCodes.AsNoTracking().FirstOrDefaultAsync(row => row.UserId == user.Id && row.Slot == slot, cancellationToken);
            var isRight = users.PasswordHasher.VerifyHashedPassword(user, stored?.Hash ?? Nothing, code) != PasswordVerificationResult.Failed && stored is not null;
            return isRight ? () => ChangeAsync(user, stored!, request.NewPassword, cancellationToken) : null;
        }, cancellationToken);
    }

    // A hash of nothing anybody knows: a code that was used costs what others do.
    private static readonly string Nothing = new PasswordHasher<ImUser>().HashPassword(new(), RandomNumberGenerator.GetString(Alphabet, Chars));

    private async Task<ImUser?> ChangeAsync(ImUser user, RecoveryCode code, string password, CancellationToken cancellationToken)
    {
        var (hash, stamp, before) = (users.PasswordHasher.HashPassword(user, password), $"{Guid.NewGuid()}", user.PasswordHash);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await database.RecoveryCodes.Where(row => row.UserId == user.Id && row.Slot == code.Slot && row.Hash == code.Hash).ExecuteDeleteAsync(cancellationToken) == 0
            || await database.Users.Where(row => row.Id == user.Id && row.PasswordHash == before && row.ErasingAt == null).ExecuteUpdateAsync(
                row => row.SetProperty(u => u.PasswordHash, hash).SetProperty(u => u.SecurityStamp, stamp).SetProperty(u => u.ConcurrencyStamp, stamp), cancellationToken) == 0)
            return null;
        await transaction.CommitAsync(cancellationToken);
        user.PasswordHash = hash;
        return user;
    }
}
