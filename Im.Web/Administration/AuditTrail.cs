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

    /// <summary>Newest first. Each of the three has an index of its own.</summary>
    /// <param name="action">Such as <c>user.ban</c>; null for all, as the others.</param>
    /// <param name="actor">By whom.</param>
    /// <param name="target">To whom or what.</param>
    public async Task<IReadOnlyList<AuditInfo>> ReadAsync(long? before, string? action, Guid? actor, string? target, CancellationToken cancellationToken)
    {
        var wanted = database.Audit.AsNoTracking().Where(entry => entry.Id < (before ?? long.MaxValue));
        if (action is not null)
            wanted = wanted.Where(entry => entry.Action == action);
        if (actor is not null)
            wanted = wanted.Where(entry => entry.ActorId == actor);
        if (target is not null)
            wanted = wanted.Where(entry => entry.Target == target);
        var entries = await wanted.OrderByDescending(entry => entry.Id).Take(AdminLimits.AuditPageSize)
            .Select(entry => new AuditInfo(entry.Id, entry.At.ToUnixTimeMilliseconds(), entry.Actor, entry.Action, entry.Target, entry.Detail, entry.ActorId)).ToListAsync(cancellationToken);
        var ids = entries.Select(entry => Guid.TryParse(entry.Target, out var id) ? id : Guid.Empty).Distinct().ToArray();
        var names = await database.Database.SqlQuery<Named>($"SELECT id, user_name AS name FROM users WHERE id = ANY ({ids}) UNION ALL SELECT id, title FROM rooms WHERE id = ANY ({ids})")
            .ToDictionaryAsync(named => named.Id, named => named.Name, cancellationToken);
        return [.. entries.Select(entry => Guid.TryParse(entry.Target, out var id) && names.TryGetValue(id, out var name) ? entry with { TargetName = name } : entry)];
    }

    private sealed record Named(Guid Id, string Name);
}
