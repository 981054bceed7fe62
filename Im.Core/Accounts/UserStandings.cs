using Im.Core.Data;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace Im.Core.Accounts;

/// <summary>Standings from Postgres. An answer that was asked for before an invalidation is not remembered after it.</summary>
internal sealed class UserStandings(StoreReader reader, TimeProvider time) : IUserStandings, IDisposable
{
    private const int MaxRememberedUsers = 10_000;
    private static readonly TimeSpan RememberedFor = TimeSpan.FromSeconds(30);
    private static readonly UserStanding Nobody = new(false, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue);

    private readonly MemoryCache _standings = new(new MemoryCacheOptions { SizeLimit = MaxRememberedUsers });
    private long _invalidations;

    public ValueTask<UserStanding> FindAsync(Guid userId, CancellationToken cancellationToken = default) =>
        _standings.TryGetValue(userId, out UserStanding? standing) ? new(standing!) : new(ReadAsync(userId, cancellationToken));

    public void Invalidate(Guid userId)
    {
        Interlocked.Increment(ref _invalidations);
        _standings.Remove(userId);
    }

    public void Dispose() => _standings.Dispose();

    private async Task<UserStanding> ReadAsync(Guid userId, CancellationToken cancellationToken)
    {
        var invalidations = Volatile.Read(ref _invalidations);
        var standing = await reader.QueryAsync(
            "SELECT is_admin, extract(epoch FROM muted_until - now())::float8, extract(epoch FROM banned_until - now())::float8 FROM users WHERE id = $1 AND erased_at IS NULL", [userId],
            async rows => await rows.ReadAsync() ? new UserStanding(rows.GetBoolean(0), Until(rows, 1), Until(rows, 2)) : Nobody, cancellationToken);
        if (invalidations == Volatile.Read(ref _invalidations))
            _standings.Set(userId, standing, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = RememberedFor });
        return standing;
    }

    // What is left of it by the database's clock, which set it, counted on by this machine's own.
    private DateTimeOffset? Until(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : time.GetUtcNow().AddSeconds(row.GetDouble(column));
}
