using Im.Core.Accounts;
using Im.Core.Data;
using Im.Core.Messages;
using Im.Web.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Im.Web.Accounts;

/// <summary>A nickname nobody has joins, a known one needs its password. Whichever it is, the work is one password hash; where nobody may join, none.</summary>
internal sealed class Logins(UserManager<ImUser> users, ImDbContext database, IConversationStore conversations, PasswordGate gate, IOptions<IdentityOptions> identity, TimeProvider time)
{
    /// <param name="brief">The brief of a new account; a known one keeps its own.</param>
    /// <param name="mayJoin">Otherwise a nickname that could join is <see cref="ProblemKind.UnknownNickname"/>.</param>
    public async Task<LoginOutcome> JoinOrSignInAsync(string nickname, string password, string? brief, bool mayJoin, CancellationToken cancellationToken)
    {
        if (await database.Users.FindByNicknameAsync(nickname, cancellationToken) is { ErasedAt: null } known)
            return await SignInAsync(known, password, cancellationToken);

        var (key, skeleton) = (Nickname.KeyOf(nickname), Skeleton.Of(nickname));
        await ReleaseAsync(key, skeleton, cancellationToken);
        database.ChangeTracker.Clear();
        if (await database.Users.AnyAsync(other => other.Skeleton == skeleton || (other.NormalizedUserName == key && other.ErasedAt != null), cancellationToken))
            return await FindFasterAsync(nickname, password, cancellationToken);
        if (!mayJoin)
            return new(ProblemKind.UnknownNickname);
        var user = new ImUser { Id = Guid.CreateVersion7(), UserName = nickname, Skeleton = skeleton, Brief = brief ?? "", CreatedAt = time.GetUtcNow() };
        if (await TryJoinAsync(user, password, cancellationToken))
        {
            await conversations.JoinLobbyAsync(user.Id, CancellationToken.None);
            return new(user, Created: true);
        }
        database.ChangeTracker.Clear();
        return await FindFasterAsync(nickname, password, cancellationToken);
    }

    // Somebody may have been faster with this very nickname: then it is a known one.
    private async Task<LoginOutcome> FindFasterAsync(string nickname, string password, CancellationToken cancellationToken) =>
        await database.Users.FindByNicknameAsync(nickname, cancellationToken) is { ErasedAt: null } winner
            ? await SignInAsync(winner, password, cancellationToken)
            : new(ProblemKind.NicknameTaken);

    /// <summary>Whether somebody has the nickname, be it one that nobody could take today.</summary>
    public async Task<bool> IsKnownAsync(string nickname, CancellationToken cancellationToken) => await database.Users.AsNoTracking().FindByNicknameAsync(nickname, cancellationToken) is not null;

    /// <summary>The user's password once more, for what a session alone may not do. Wrong ones count as at a login.</summary>
    public async Task<LoginOutcome> VerifyAsync(Guid userId, string password, CancellationToken cancellationToken) =>
        await users.FindByIdAsync($"{userId}") is { } user ? await SignInAsync(user, password, cancellationToken) : new(ProblemKind.NotLoggedIn);

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

    private async Task<bool> TryJoinAsync(ImUser user, string password, CancellationToken cancellationToken)
    {
        using var place = await gate.EnterAsync(cancellationToken);
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

    private Task<LoginOutcome> SignInAsync(ImUser user, string password, CancellationToken cancellationToken) =>
        TryAsync(user, ProblemKind.WrongPassword, async () => await users.CheckPasswordAsync(user, password) ? () => Task.FromResult<ImUser?>(user) : null, cancellationToken);

    /// <summary>One guess at a secret of the account's, of which only so many are wrong in a row, whichever secret it is.</summary>
    /// <param name="check">Null: wrong. Else what follows, where the account may come in; null from that, too, is wrong.</param>
    public async Task<LoginOutcome> TryAsync(ImUser user, ProblemKind wrong, Func<Task<Func<Task<ImUser?>>?>> check, CancellationToken cancellationToken)
    {
        using var place = await gate.EnterAsync(user.Id, cancellationToken);
        if (!await TakeTryAsync(user.Id, cancellationToken))
            return new(ProblemKind.LockedOut with { RetryAfter = await ReadLockoutAsync(user.Id, cancellationToken) });
        if (await check() is not { } enter)
            return new(wrong);
        await database.Users.Where(row => row.Id == user.Id).ExecuteUpdateAsync(
            row => row.SetProperty(u => u.AccessFailedCount, 0).SetProperty(u => u.LockoutEnd, (DateTimeOffset?)null), CancellationToken.None);
        if (user.BannedUntil is not null && await database.Users.AnyAsync(row => row.Id == user.Id && row.BannedUntil > DatabaseTime.Now(), cancellationToken))
            return new(ProblemKind.Banned);
        return await enter() is { } entered ? new(entered, Created: false) : new(wrong);
    }

    // Counted as wrong before anybody looks at it, and taken back when it was right: of guesses side by side, at however many web servers, no more are looked at than there may be.
    // One statement, unlike Identity's own counting, which loses counts when two happen at once.
    private async Task<bool> TakeTryAsync(Guid userId, CancellationToken cancellationToken)
    {
        var last = identity.Value.Lockout.MaxFailedAccessAttempts - 1;
        var wait = identity.Value.Lockout.DefaultLockoutTimeSpan;
        return await database.Users.Where(user => user.Id == userId && (user.LockoutEnd == null || user.LockoutEnd <= DatabaseTime.Now())).ExecuteUpdateAsync(
            row => row
                .SetProperty(user => user.LockoutEnd, user => user.AccessFailedCount >= last ? (DateTimeOffset?)(DatabaseTime.Now() + wait) : null)
                .SetProperty(user => user.AccessFailedCount, user => user.AccessFailedCount >= last ? 0 : user.AccessFailedCount + 1),
            cancellationToken) == 1;
    }

    private async Task<TimeSpan> ReadLockoutAsync(Guid userId, CancellationToken cancellationToken)
    {
        var read = await database.Users.Where(row => row.Id == userId).Select(row => new { row.LockoutEnd, Now = DatabaseTime.Now() }).FirstOrDefaultAsync(cancellationToken);
        return read?.LockoutEnd - read?.Now is { } left && left > TimeSpan.Zero ? left : TimeSpan.FromSeconds(1);
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
