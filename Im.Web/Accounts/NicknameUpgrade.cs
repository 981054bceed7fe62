using Im.Core.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Im.Web.Accounts;

/// <summary>
/// Gives accounts from before the present rule their skeleton and their fully folded key, before the server answers anybody. Where several look alike they share the skeleton
/// by rank: all go on logging in, and nobody new joins them. Where a new key is another's the account keeps its own. After a failure the server starts all the same, and
/// the next start goes on; until then those left can be imitated.
/// </summary>
internal sealed partial class NicknameUpgrade(IServiceScopeFactory scopes, ILogger<NicknameUpgrade> logger) : IHostedLifecycleService
{
    private const int Batch = 500;
    private const int Attempts = 20;

    /// <summary>Any number, the same for all web servers of this database: they take turns.</summary>
    private const long UpgradeLock = 0x496D_6E61;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (failures, last) = (0, (Guid?)Guid.Empty);
            while (last is { } after)
                try
                {
                    last = await UpgradeBatchAsync(after, cancellationToken);
                }
                catch (Exception e) when (failures < Attempts && (e is DbUpdateConcurrencyException || e.GetBaseException() is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation }))
                {
                    failures++; // somebody joined meanwhile, or changed their account: the batch is read anew
                }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not OutOfMemoryException)
        {
            LogFailed(e);
        }
    }

    /// <returns>The last of the batch; null when there is none.</returns>
    private async Task<Guid?> UpgradeBatchAsync(Guid after, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<ImDbContext>();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({UpgradeLock})", cancellationToken);
        var users = await database.Users.Where(user => user.Id > after && user.Skeleton == null && user.ErasedAt == null).OrderBy(user => user.Id).Take(Batch).ToListAsync(cancellationToken);
        if (users.Count == 0)
            return null;
        var skeletons = users.ToDictionary(user => user, user => Skeleton.Of(user.UserName!));
        var keys = users.ToDictionary(user => user, user => Nickname.KeyOf(user.UserName!));
        var ranks = await database.Users.Where(user => skeletons.Values.Contains(user.Skeleton!)).GroupBy(user => user.Skeleton!)
            .Select(group => new { Skeleton = group.Key, Next = group.Max(user => user.SkeletonRank) + 1 }).ToDictionaryAsync(group => group.Skeleton, group => group.Next, cancellationToken);
        var taken = await database.Users.Where(user => keys.Values.Contains(user.NormalizedUserName!)).Select(user => user.NormalizedUserName!).ToHashSetAsync(cancellationToken);
        foreach (var user in users)
        {
            user.Skeleton = skeletons[user];
            user.SkeletonRank = ranks.GetValueOrDefault(user.Skeleton);
            ranks[user.Skeleton] = user.SkeletonRank + 1;
            if (taken.Add(keys[user]))
                user.NormalizedUserName = keys[user];
        }
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogUpgraded(users.Count);
        return users[^1].Id;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Information, "{Count} accounts have the skeleton of their nickname now")]
    private partial void LogUpgraded(int count);

    [LoggerMessage(2, LogLevel.Error, "Not all accounts have the skeleton of their nickname; the next start of a web server goes on")]
    private partial void LogFailed(Exception exception);
}
