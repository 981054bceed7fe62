using System.Collections.Frozen;
using Im.Core.Data;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace Im.Core.Accounts;

/// <summary>
/// Standings from Postgres. An answer that was asked for before an invalidation is not remembered after it. What is known and no longer fresh is read anew, and holds on where that takes longer than a moment:
/// a database that hangs must not hold up everybody who types.
/// </summary>
internal sealed class UserStandings(StoreReader reader, TimeProvider time) : IUserStandings, IDisposable
{
    private const int MaxRememberedUsers = 10_000;
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(30), KnownFor = TimeSpan.FromMinutes(5), Patience = TimeSpan.FromMilliseconds(250);
    private const string ReadSql = """
        SELECT is_admin, extract(epoch FROM muted_until - now())::float8, extract(epoch FROM banned_until - now())::float8,
               ARRAY(SELECT user_id FROM blocks WHERE blocked_id = $1 UNION SELECT blocked_id FROM blocks WHERE user_id = $1)
        FROM users WHERE id = $1 AND erased_at IS NULL
        """;

    private static readonly UserStanding Nobody = new(false, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue);

    private readonly MemoryCache _standings = new(new MemoryCacheOptions { SizeLimit = MaxRememberedUsers });
    private long _invalidations;

    public ValueTask<UserStanding> FindAsync(Guid userId, CancellationToken cancellationToken = default) =>
        !_standings.TryGetValue(userId, out Known? known) || time.GetElapsedTime(known!.ReadAt) >= KnownFor ? new(ReadAsync(userId, cancellationToken))
        : time.GetElapsedTime(known.ReadAt) < FreshFor ? new(known.Standing)
        : new(RefreshAsync(userId, known, cancellationToken));

    public void Invalidate(Guid userId)
    {
        Interlocked.Increment(ref _invalidations);
        _standings.Remove(userId);
    }

    public void Dispose() => _standings.Dispose();

    // One reads for all who ask meanwhile. Whoever comes while it has been at it for a moment already does not wait at all.
    private async Task<UserStanding> RefreshAsync(Guid userId, Known known, CancellationToken cancellationToken)
    {
        Task<UserStanding> reading;
        TimeSpan wait;
        lock (known)
        {
            if (known.Reading.IsCompleted)
                (known.Reading, known.ReadingSince) = (ReadOrKeepAsync(userId, known), time.GetTimestamp());
            reading = known.Reading;
            wait = Patience - time.GetElapsedTime(known.ReadingSince);
        }
        try
        {
            return await reading.WaitAsync(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return known.Standing;
        }
    }

    private async Task<UserStanding> ReadOrKeepAsync(Guid userId, Known known)
    {
        try
        {
            return await ReadAsync(userId, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            return known.Standing;
        }
    }

    private async Task<UserStanding> ReadAsync(Guid userId, CancellationToken cancellationToken)
    {
        var invalidations = Volatile.Read(ref _invalidations);
        var standing = await reader.QueryAsync(
            ReadSql, [userId],
            async rows => await rows.ReadAsync() ? new UserStanding(rows.GetBoolean(0), Until(rows, 1), Until(rows, 2), rows.GetFieldValue<Guid[]>(3) is { Length: > 0 } apart ? apart.ToFrozenSet() : null) : Nobody,
            cancellationToken);
        if (invalidations == Volatile.Read(ref _invalidations))
            _standings.Set(userId, new Known(standing, time.GetTimestamp()), new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = KnownFor });
        return standing;
    }

    // What is left of it by the database's clock, which set it, counted on by this machine's own.
    private DateTimeOffset? Until(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : time.GetUtcNow().AddSeconds(row.GetDouble(column));

    private sealed class Known(UserStanding standing, long readAt)
    {
        public UserStanding Standing => standing;
        public long ReadAt => readAt;
        public Task<UserStanding> Reading { get; set; } = Task.FromResult(standing);
        public long ReadingSince { get; set; }
    }
}
