using Im.Core.Data;
using Im.Protocol;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Administration;

/// <summary>Writes down what an administrator is about to do, before it is done: what is not written is not done.</summary>
internal sealed class AuditTrail(ImDbContext database, TimeProvider time)
{
    public async Task WriteAsync(UserInfo? actor, string action, string target, string? detail, CancellationToken cancellationToken)
    {
        database.Audit.Add(new() { At = time.GetUtcNow(), ActorId = actor?.Id, Actor = actor?.Nickname ?? "setting", Action = action, Target = target, Detail = detail });
        await database.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AuditInfo>> ReadAsync(long? before, int limit, CancellationToken cancellationToken) =>
        await database.Audit.AsNoTracking().Where(entry => entry.Id < (before ?? long.MaxValue)).OrderByDescending(entry => entry.Id).Take(limit)
            .Select(entry => new AuditInfo(entry.Id, entry.At.ToUnixTimeMilliseconds(), entry.Actor, entry.Action, entry.Target, entry.Detail)).ToListAsync(cancellationToken);
}
