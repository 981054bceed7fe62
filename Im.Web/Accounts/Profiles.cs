using System.Linq.Expressions;
using System.Text.Json;
using Im.Core.Bus;
using Im.Core.Data;
using Im.Core.Pictures;
using Im.Core.Sessions;
using Im.Protocol;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Accounts;

/// <summary>What others see of an account.</summary>
internal sealed class Profiles(ImDbContext database, ISessionManager sessions, IPictureStore pictures, IBus bus)
{
    public const string BriefValue = "brief";
    private const string Origin = "web";

    private static readonly Expression<Func<ImUser, UserInfo>> Info = user => new UserInfo(user.Id, user.UserName!, user.Brief) { Name = user.DisplayName == "" ? null : user.DisplayName, Picture = user.Picture };

    private static readonly Func<ImUser, UserInfo> InfoOfRow = Info.Compile();

    public static UserInfo InfoOf(ImUser user) => InfoOfRow(user);

    /// <summary>Read from the database, never from a cache: the answer right after a change shows the change.</summary>
    public async Task<UserInfo?> FindAsync(Guid userId, CancellationToken cancellationToken) =>
        await database.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == userId, cancellationToken) is { } user ? InfoOf(user) with { Admin = user.IsAdmin ? true : null } : null;

    /// <summary>As everybody sees the account; null where there is none, or none any more.</summary>
    public Task<UserInfo?> FindOtherAsync(Guid userId, CancellationToken cancellationToken) =>
        database.Users.Where(user => user.Id == userId && user.ErasedAt == null && user.ErasingAt == null).Select(Info).SingleOrDefaultAsync(cancellationToken);

    /// <summary>Whether this could be taken for another account's nickname.</summary>
    public Task<bool> IsAnothersAsync(Guid userId, string name, CancellationToken cancellationToken)
    {
        var (key, skeleton) = (Nickname.KeyOf(name), Skeleton.Of(name));
        return database.Users.AnyAsync(user => user.Id != userId && user.ErasedAt == null && (user.NormalizedUserName == key || user.Skeleton == skeleton), cancellationToken);
    }

    public Task<bool> IsMutedAsync(Guid userId, CancellationToken cancellationToken) =>
        database.Users.AnyAsync(user => user.Id == userId && user.ErasedAt == null && user.MutedUntil > DatabaseTime.Now(), cancellationToken);

    /// <summary>
    /// Stores brief and display name, writes the brief to every session of the user, and tells the nodes with one envelope on the user's topic: each tells the user's connections,
    /// forgets what it has cached of them and corrects its presence. Null when there is no such user, or they are muted: both are read by everybody.
    /// </summary>
    /// <param name="brief">Null: it stays.</param>
    /// <param name="name">Null: it stays; empty for none.</param>
    public async Task<UserInfo?> ChangeAsync(Guid userId, string? brief, string? name, CancellationToken cancellationToken)
    {
        var key = name is null ? null : Nickname.KeyOf(name);
        if (await database.Users.Where(user => user.Id == userId && user.ErasingAt == null && (user.MutedUntil == null || user.MutedUntil <= DatabaseTime.Now()))
                .ExecuteUpdateAsync(row => row
                    .SetProperty(user => user.Brief, user => brief ?? user.Brief)
                    .SetProperty(user => user.DisplayName, user => name ?? user.DisplayName)
                    .SetProperty(user => user.DisplayNameKey, user => key ?? user.DisplayNameKey), cancellationToken) == 0
            || await FindAsync(userId, cancellationToken) is not { } user)
            return null;
        if (brief is not null)
            await sessions.SetValueForUserAsync(userId, BriefValue, brief, cancellationToken);
        await AnnounceAsync(user, cancellationToken);
        return user;
    }

    /// <summary>The same of the picture.</summary>
    /// <param name="picture">Null for none.</param>
    public async Task<UserInfo?> ChangePictureAsync(Guid userId, Picture? picture, CancellationToken cancellationToken)
    {
        if (!await pictures.SetAsync(userId, picture, cancellationToken) || await FindAsync(userId, cancellationToken) is not { } user)
            return null;
        await AnnounceAsync(user, cancellationToken);
        return user;
    }

    /// <summary>Tells the nodes, and by them the user's own connections.</summary>
    public async Task AnnounceAsync(UserInfo user, CancellationToken cancellationToken) =>
        await bus.PublishAsync(BusTopic.User(user.Id), new BusEnvelope(BusKind.Profile, Origin, JsonSerializer.SerializeToUtf8Bytes(user, ProtocolJson.Wire.UserInfo)), cancellationToken);
}
