using Im.Core.Accounts;
using Im.Core.Data;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Web.Accounts;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Administration;

/// <summary>What administrators do to accounts. Nodes hear of it at once, or within 30 s where the news is lost.</summary>
internal sealed class Wardens(ImDbContext database, AuditTrail trail, Profiles profiles, ISessionManager sessions, IUserStandings standings)
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

    public async Task PenaliseAsync(Guid userId, bool ban, TimeSpan duration)
    {
        var row = database.Users.Where(user => user.Id == userId && user.ErasedAt == null);
        var ends = duration == TimeSpan.Zero;
        await (ban
            ? row.ExecuteUpdateAsync(set => set.SetProperty(user => user.BannedUntil, user => ends ? (DateTimeOffset?)null : DatabaseTime.Now() + duration))
            : row.ExecuteUpdateAsync(set => set.SetProperty(user => user.MutedUntil, user => ends ? (DateTimeOffset?)null : DatabaseTime.Now() + duration)));
        await AnnounceAsync(userId);
        if (ban && !ends)
            await sessions.DestroyAllAsync(userId, reason: EndReasons.Banned);
    }

    public async Task SetAdminAsync(Guid userId, bool admin)
    {
        await database.Users.Where(user => user.Id == userId && user.ErasedAt == null).ExecuteUpdateAsync(set => set.SetProperty(user => user.IsAdmin, admin));
        await AnnounceAsync(userId);
    }

    public async Task<IResult> AnswerAsync(string nameOrId, CancellationToken cancellationToken)
    {
        var live = database.Users.AsNoTracking().Where(user => user.ErasedAt == null);
        var found = Guid.TryParse(nameOrId, out var id) ? await live.FirstOrDefaultAsync(user => user.Id == id, cancellationToken) : await live.FindByNicknameAsync(nameOrId, cancellationToken);
        if (found is not { } user)
            return ProblemKind.NotFound.Because();
        var places = await sessions.ListPlacesAsync(user.Id, cancellationToken);
        return TypedResults.Ok(new AdminUserInfo(
            new(user.Id, user.UserName!, user.Brief), user.CreatedAt.ToUnixTimeMilliseconds(), user.IsAdmin, [.. places.Select(place => place.ToInfo())])
        {
            MutedUntil = user.MutedUntil?.ToUnixTimeMilliseconds(),
            BannedUntil = user.BannedUntil?.ToUnixTimeMilliseconds(),
        });
    }

    private async Task AnnounceAsync(Guid userId)
    {
        standings.Invalidate(userId);
        await sessions.AnnounceStandingAsync(userId);
    }
}
