using Im.Core.Accounts;
using Im.Core.Data;
using Im.Core.Posting;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Web.Accounts;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Administration;

/// <summary>What administrators do to accounts. Nodes hear of it at once, or within 30 s where the news is lost.</summary>
internal sealed class Wardens(ImDbContext database, AuditTrail trail, Profiles profiles, IAccountData accounts, EventPublisher publisher, ISessionManager sessions, IUserStandings standings)
{
    /// <summary>Puts a deed on record; false when there is no such user.</summary>
    public async Task<bool> WriteAsync(HttpContext context, string action, Guid target, string? detail, CancellationToken cancellationToken)
    {
        if (!await database.Users.AnyAsync(user => user.Id == target && user.ErasedAt == null, cancellationToken))
            return false;
        await WriteAsync(context, action, $"{target}", detail, cancellationToken);
        return true;
    }

    public async Task WriteAsync(HttpContext context, string action, string target, string? detail, CancellationToken cancellationToken)
    {
        var id = CurrentSession.UserOf(context);
        var actor = await profiles.FindAsync(id, cancellationToken);
        await trail.WriteAsync(actor?.Nickname ?? $"{id}", id, action, target, detail, cancellationToken);
    }

    /// <returns>Null where it was done.</returns>
    public async Task<ProblemKind?> PenaliseAsync(HttpContext context, Guid userId, bool ban, TimeSpan duration, string detail, CancellationToken cancellationToken)
    {
        var ends = duration == TimeSpan.Zero;
        if (await ChangeAsync(context, ban ? "user.ban" : "user.mute", userId, detail, takesPower: ban && !ends, row => ban
                ? row.ExecuteUpdateAsync(set => set.SetProperty(user => user.BannedUntil, user => ends ? (DateTimeOffset?)null : DatabaseTime.Now() + duration), cancellationToken)
                : row.ExecuteUpdateAsync(set => set.SetProperty(user => user.MutedUntil, user => ends ? (DateTimeOffset?)null : DatabaseTime.Now() + duration), cancellationToken), cancellationToken) is { } problem)
            return problem;
        await AnnounceAsync(userId);
        if (ban && !ends)
            await sessions.DestroyAllAsync(userId, reason: EndReasons.Banned);
        return null;
    }

    /// <inheritdoc cref="PenaliseAsync"/>
    public async Task<ProblemKind?> SetAdminAsync(HttpContext context, Guid userId, bool admin, CancellationToken cancellationToken)
    {
        if (await ChangeAsync(context, "user.admin", userId, admin ? "granted" : "taken", takesPower: !admin,
                row => row.ExecuteUpdateAsync(set => set.SetProperty(user => user.IsAdmin, admin), cancellationToken), cancellationToken) is { } problem)
            return problem;
        await AnnounceAsync(userId);
        if (await profiles.FindAsync(userId, CancellationToken.None) is { } user)
            await profiles.AnnounceAsync(user, CancellationToken.None);
        return null;
    }

    /// <summary>As its owner may. After a failure the account can do nothing any more, and is perhaps not erased yet: ask again.</summary>
    /// <returns>How many sessions ended, or what stood in the way.</returns>
    public async Task<(int Ended, ProblemKind? Problem)> EraseAsync(HttpContext context, Guid userId, bool removeMessages, CancellationToken cancellationToken)
    {
        if (await ChangeAsync(context, "user.erase", userId, removeMessages ? "with the texts" : null, takesPower: true,
                row => row.ExecuteUpdateAsync(set => set.SetProperty(user => user.IsAdmin, false), cancellationToken), cancellationToken) is { } problem)
            return (0, problem);
        foreach (var told in await accounts.EraseAsync(userId, removeMessages, CancellationToken.None))
            await publisher.PublishAsync(told, told.At * 1000);
        await AnnounceAsync(userId);
        return (await sessions.DestroyAllAsync(userId, reason: EndReasons.AccountDeleted, ct: CancellationToken.None), null);
    }

    public async Task<IResult> AnswerAsync(string nameOrId, CancellationToken cancellationToken)
    {
        var live = database.Users.AsNoTracking().Where(user => user.ErasedAt == null);
        var found = Guid.TryParse(nameOrId, out var id) ? await live.FirstOrDefaultAsync(user => user.Id == id, cancellationToken) : await live.FindByNicknameAsync(nameOrId, cancellationToken);
        if (found is not { } user)
            return ProblemKind.NotFound.Because();
        var places = await sessions.ListPlacesAsync(user.Id, cancellationToken);
        return TypedResults.Ok(new AdminUserInfo(
            Profiles.InfoOf(user), user.CreatedAt.ToUnixTimeMilliseconds(), user.IsAdmin, [.. places.Select(place => place.ToInfo())])
        {
            MutedUntil = user.MutedUntil?.ToUnixTimeMilliseconds(),
            BannedUntil = user.BannedUntil?.ToUnixTimeMilliseconds(),
            LastSeen = user.LastSeenAt?.ToUnixTimeMilliseconds(),
            OpenReports = await database.Reports.CountAsync(report => report.UserId == user.Id && report.ClosedAt == null, cancellationToken),
            Keys = await database.ApiKeys.CountAsync(key => key.OwnerId == user.Id, cancellationToken),
        });
    }

    // The record and the deed are one transaction. Where it takes an administrator's power, all who have it are locked, in one order: of two who take it from each other at once, one is refused.
    private async Task<ProblemKind?> ChangeAsync(
        HttpContext context, string action, Guid userId, string? detail, bool takesPower, Func<IQueryable<ImUser>, Task<int>> change, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (takesPower && await database.Database.SqlQuery<Guid>(
                $"SELECT id AS \"Value\" FROM users WHERE is_admin AND erasing_at IS NULL AND coalesce(banned_until <= now(), true) ORDER BY id FOR NO KEY UPDATE").ToListAsync(cancellationToken) is [var last] && last == userId)
            return ProblemKind.LastAdministrator;
        if (!await WriteAsync(context, action, userId, detail, cancellationToken) || await change(database.Users.Where(user => user.Id == userId && user.ErasedAt == null)) == 0)
            return ProblemKind.NotFound;
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    private async Task AnnounceAsync(Guid userId)
    {
        standings.Invalidate(userId);
        await sessions.AnnounceStandingAsync(userId);
    }
}
