using Im.Core.Data;
using Im.Protocol;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Administration;

/// <summary>Writes down what an administrator is about to do, before it is done: what is not written is not done.</summary>
internal sealed class AuditTrail(ImDbContext database, TimeProvider time)
{
    /// <param name="actor">As people will read it.</param>
    /// <param name="actorId">Null where no account did it.</param>
    public async Task WriteAsync(string actor, Guid? actorId, string action, string target, string? detail, CancellationToken cancellationToken)
    {
        database.Audit.Add(new() { At = time.GetUtcNow(), ActorId = actorId, Actor = actor, Action = action, Target = target, Detail = detail });
        await database.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AuditInfo>> ReadAsync(long? before, int limit, CancellationToken cancellationToken) =>
        await database.Audit.AsNoTracking().Where(entry => entry.Id < (before ?? long.MaxValue)).OrderByDescending(entry => entry.Id).Take(limit)
            .Select(entry => new AuditInfo(entry.Id, entry.At.ToUnixTimeMilliseconds(), entry.Actor, entry.Action, entry.Target, entry.Detail, entry.ActorId)).ToListAsync(cancellationToken);
}
