using Im.Core.Accounts;
using Im.Core.Data;
using Im.Web.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Im.Web.Accounts;

/// <summary>A nickname nobody has joins, a known one needs its password. Whichever it is, the work is one password hash.</summary>
internal sealed class Logins(UserManager<ImUser> users, ImDbContext database, PasswordGate gate, IOptions<IdentityOptions> identity, TimeProvider time)
{
    /// <param name="brief">The brief of a new account; a known one keeps its own.</param>
    public async Task<LoginOutcome> JoinOrSignInAsync(string nickname, string password, string? brief, CancellationToken cancellationToken)
    {
        using var place = await gate.EnterAsync(cancellationToken);
        if (await database.Users.FindByNicknameAsync(nickname, cancellationToken) is { ErasedAt: null } known)
            return await SignInAsync(known, password, cancellationToken);

        var (key, skeleton) = (Nickname.KeyOf(nickname), Skeleton.Of(nickname));
        await ReleaseAsync(key, skeleton, cancellationToken);
        database.ChangeTracker.Clear();
        if (await database.Users.AnyAsync(other => other.Skeleton == skeleton || (other.NormalizedUserName == key && other.ErasedAt != null), cancellationToken))
            return new(ProblemKind.NicknameTaken);
        var user = new ImUser { Id = Guid.CreateVersion7(), UserName = nickname, Skeleton = skeleton, Brief = brief ?? "", CreatedAt = time.GetUtcNow() };
        if (await TryJoinAsync(user, password))
            return new(user, Created: true);
        // Somebody was faster: now it is a known nickname.
        database.ChangeTracker.Clear();
        return await database.Users.FindByNicknameAsync(nickname, cancellationToken) is { } winner
            ? await SignInAsync(winner, password, cancellationToken)
            : new(ProblemKind.NicknameTaken);
    }

    /// <summary>Whether somebody has the nickname, be it one that nobody could take today.</summary>
    public async Task<bool> IsKnownAsync(string nickname, CancellationToken cancellationToken) => await database.Users.AsNoTracking().FindByNicknameAsync(nickname, cancellationToken) is not null;

    /// <summary>The user's password once more, for what a session alone may not do. Wrong ones count as at a login.</summary>
    public async Task<LoginOutcome> VerifyAsync(Guid userId, string password, CancellationToken cancellationToken)
    {
        using var place = await gate.EnterAsync(cancellationToken);
        return await users.FindByIdAsync($"{userId}") is { } user ? await SignInAsync(user, password, cancellationToken) : new(ProblemKind.NotLoggedIn);
    }

    /// <summary>Of two changes at once, from the same old password, one is made. The new password's rules were looked at.</summary>
    /// <param name="user">As it was when its old password was verified.</param>
    /// <returns>How many keys were revoked; null when the password is another one by now, and nothing was done.</returns>
    public async Task<int?> ChangePasswordAsync(ImUser user, string password, bool revokeKeys, CancellationToken cancellationToken)
    {
        using var place = await gate.EnterAsync(cancellationToken);
        var hash = users.PasswordHasher.HashPassword(user, password);
        var (stamp, verified) = ($"{Guid.NewGuid()}", user.PasswordHash);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await database.Users.Where(row => row.Id == user.Id && row.PasswordHash == verified && row.ErasingAt == null).ExecuteUpdateAsync(
            row => row.SetProperty(u => u.PasswordHash, hash).SetProperty(u => u.SecurityStamp, stamp).SetProperty(u => u.ConcurrencyStamp, stamp), cancellationToken) == 0)
            return null;
        // The account's row is locked by the change: a key that is being made is counted in, or asks for the new password.
        var revoked = revokeKeys ? await database.ApiKeys.Where(key => key.OwnerId == user.Id).ExecuteDeleteAsync(cancellationToken) : 0;
        await transaction.CommitAsync(cancellationToken);
        return revoked;
    }

    /// <summary>
    /// Whether what let the user in still holds: asked after the session was made, so that a ban or a new password that came meanwhile, and found no session to end, ends it.
    /// </summary>
    public Task<bool> StillHoldsAsync(ImUser user, CancellationToken cancellationToken) => database.Users.AnyAsync(
        row => row.Id == user.Id && row.PasswordHash == user.PasswordHash && row.ErasedAt == null && (row.BannedUntil == null || row.BannedUntil <= DatabaseTime.Now()), cancellationToken);

    // A nickname that its owner deleted while muted or banned is nobody's until that ends.
    private Task<int> ReleaseAsync(string key, string skeleton, CancellationToken cancellationToken) => database.Users
        .Where(row => row.ErasedAt != null && (row.NormalizedUserName == key || row.Skeleton == skeleton))
        .Where(row => (row.MutedUntil == null || row.MutedUntil <= DatabaseTime.Now()) && (row.BannedUntil == null || row.BannedUntil <= DatabaseTime.Now()))
        .ExecuteUpdateAsync(row => row
            .SetProperty(u => u.NormalizedUserName, u => IAccountData.ErasedNickname + " " + u.Id.ToString())
            .SetProperty(u => u.Skeleton, (string?)null), cancellationToken);

    private async Task<bool> TryJoinAsync(ImUser user, string password)
    {
        try
        {
            var result = await users.CreateAsync(user, password);
            return result.Succeeded || (result.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.DuplicateUserName))
                ? false : throw new InvalidOperationException($"The account was refused: {string.Join(", ", result.Errors.Select(error => error.Code))}."));
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return false;
        }
    }

    private async Task<LoginOutcome> SignInAsync(ImUser user, string password, CancellationToken cancellationToken)
    {
        var now = user.LockoutEnd is null && user.BannedUntil is null ? default : await database.Users.Select(_ => DatabaseTime.Now()).FirstAsync(cancellationToken);
        if (user.LockoutEnd - now is { } left && left > TimeSpan.Zero)
            return new(ProblemKind.LockedOut with { RetryAfter = left });
        if (!await users.CheckPasswordAsync(user, password))
        {
            await CountFailureAsync(user.Id, cancellationToken);
            return new(ProblemKind.WrongPassword);
        }
        if (user.BannedUntil > now)
            return new(ProblemKind.Banned);
        if (user.AccessFailedCount > 0)
            await database.Users.Where(row => row.Id == user.Id).ExecuteUpdateAsync(row => row.SetProperty(u => u.AccessFailedCount, 0), cancellationToken);
        return new(user, Created: false);
    }

    // One statement, unlike Identity's own counting, which loses counts when two happen at once.
    private Task<int> CountFailureAsync(Guid userId, CancellationToken cancellationToken)
    {
        var last = identity.Value.Lockout.MaxFailedAccessAttempts - 1;
        var wait = identity.Value.Lockout.DefaultLockoutTimeSpan;
        return database.Users.Where(user => user.Id == userId).ExecuteUpdateAsync(
            row => row
                .SetProperty(user => user.LockoutEnd, user => user.AccessFailedCount >= last ? (DateTimeOffset?)(DatabaseTime.Now() + wait) : user.LockoutEnd)
                .SetProperty(user => user.AccessFailedCount, user => user.AccessFailedCount >= last ? 0 : user.AccessFailedCount + 1),
            cancellationToken);
    }
}

/// <summary>Either a user or what went wrong.</summary>
internal sealed record LoginOutcome(ImUser? User, bool Created, ProblemKind? Problem)
{
    public LoginOutcome(ImUser user, bool Created) : this(user, Created, null)
    {
    }

    public LoginOutcome(ProblemKind problem) : this(null, false, problem)
    {
    }
}
