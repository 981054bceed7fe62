using System.Text.Json;
using Im.Core.Bus;
using Im.Core.Data;
using Im.Core.Sessions;
using Im.Protocol;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Accounts;

/// <summary>What others see of an account.</summary>
internal sealed class Profiles(ImDbContext database, ISessionManager sessions, IBus bus)
{
    public const string BriefValue = "brief";
    private const string Origin = "web";

    /// <summary>Read from the database, never from a cache: the answer right after a change shows the change.</summary>
    public Task<UserInfo?> FindAsync(Guid userId, CancellationToken cancellationToken) =>
        database.Users.Where(user => user.Id == userId).Select(user => new UserInfo(user.Id, user.UserName!, user.Brief) { Admin = user.IsAdmin ? true : null }).SingleOrDefaultAsync(cancellationToken);

    /// <summary>As everybody sees the account; null where there is none, or none any more.</summary>
    public Task<UserInfo?> FindOtherAsync(Guid userId, CancellationToken cancellationToken) =>
        database.Users.Where(user => user.Id == userId && user.ErasedAt == null && user.ErasingAt == null).Select(user => new UserInfo(user.Id, user.UserName!, user.Brief)).SingleOrDefaultAsync(cancellationToken);

    public Task<bool> IsMutedAsync(Guid userId, CancellationToken cancellationToken) =>
        database.Users.AnyAsync(user => user.Id == userId && user.ErasedAt == null && user.MutedUntil > DatabaseTime.Now(), cancellationToken);

    /// <summary>
    /// Stores the brief, writes it to every session of the user, and tells the nodes with one envelope on the user's topic: each tells the user's connections,
    /// forgets what it has cached of them and corrects its presence. Null when there is no such user, or they are muted: a brief is read by everybody.
    /// </summary>
    public async Task<UserInfo?> ChangeBriefAsync(Guid userId, string brief, CancellationToken cancellationToken)
    {
        if (await database.Users.Where(user => user.Id == userId && user.ErasingAt == null && (user.MutedUntil == null || user.MutedUntil <= DatabaseTime.Now()))
                .ExecuteUpdateAsync(row => row.SetProperty(user => user.Brief, brief), cancellationToken) == 0
            || await FindAsync(userId, cancellationToken) is not { } user)
            return null;
        await sessions.SetValueForUserAsync(userId, BriefValue, brief, cancellationToken);
        await AnnounceAsync(user, cancellationToken);
        return user;
    }

    /// <summary>Tells the nodes, and by them the user's own connections.</summary>
    public async Task AnnounceAsync(UserInfo user, CancellationToken cancellationToken) =>
        await bus.PublishAsync(BusTopic.User(user.Id), new BusEnvelope(BusKind.Profile, Origin, JsonSerializer.SerializeToUtf8Bytes(user, ProtocolJson.Wire.UserInfo)), cancellationToken);
}
