using StackExchange.Redis;

namespace Im.Core.Sessions;

/// <summary>
/// Looks up the sessions a node has sockets of. A mark in Redis, made by whoever finds none, tells sessions that were ended from sessions that were lost with everything else:
/// where the mark is not the one this process saw last, Redis has lost its data. In a cluster each shard can, so that each has marks of its own.
/// </summary>
internal sealed class SessionCheck(SessionStore store, IConnectionMultiplexer redis, RedisKeys keys)
{
    /// <summary>Asked at once, then the next: five thousand sessions are 50 round trips, and nobody else waits behind them.</summary>
    private const int BatchSize = 100;

    private readonly IDatabase _database = redis.GetDatabase();
    private volatile string? _mark;

    public async Task<CheckedSessions> RunAsync(IReadOnlyCollection<string> sessionIds, CancellationToken ct)
    {
        var before = _mark;
        var mark = await ReadMarkAsync();
        var found = new Dictionary<string, Guid?>(sessionIds.Count);
        foreach (var batch in sessionIds.Chunk(BatchSize))
        {
            ct.ThrowIfCancellationRequested();
            foreach (var session in await Task.WhenAll(batch.Select(store.ReadInUseAsync)))
                if (session is not null)
                    found[session.Value.Id] = session.Value.UserId;
        }
        // Lost while it was read: the same as before.
        var after = await ReadMarkAsync();
        _mark = after;
        return new(found, Lost: before is not null && before != after || mark != after);
    }

    private async Task<string> ReadMarkAsync() => string.Join(' ', await Task.WhenAll(keys.SessionsMarks.Select(ReadMarkAsync)));

    private async Task<string?> ReadMarkAsync(string key)
    {
        if (await _database.StringGetAsync(key) is { IsNull: false } mark) // read first: one that takes no writes can be asked all the same
            return mark;
        await _database.StringSetAsync(key, $"{Guid.NewGuid():N}", when: When.NotExists);
        return await _database.StringGetAsync(key);
    }
}

/// <param name="Alive">The sessions that exist, with their users now (null: a guest's).</param>
/// <param name="Lost">Redis has lost its data since the last check of this process: a session that is not alive was not necessarily ended.</param>
public sealed record CheckedSessions(IReadOnlyDictionary<string, Guid?> Alive, bool Lost);
