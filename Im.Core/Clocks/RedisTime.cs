using StackExchange.Redis;

namespace Im.Core.Clocks;

/// <summary>
/// Redis' time (<c>TIME</c>), asked for once in <see cref="AskEvery"/> and whenever the connection came back, for it may be another server's then; in between this process counts on from it with a stopwatch, which
/// no change of the machine's clock moves. It is as good as half a round trip.
/// </summary>
internal sealed class RedisTime : StoreTime, IDisposable
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(30);

    private readonly IConnectionMultiplexer _redis;
    private readonly IDatabase _database;
    private readonly TimeProvider _time;
    private volatile Reading? _last;

    public RedisTime(IConnectionMultiplexer redis, TimeProvider time)
    {
        (_redis, _database, _time) = (redis, redis.GetDatabase(), time);
        redis.ConnectionRestored += Forget;
    }

    public override ValueTask<DateTimeOffset> NowAsync() => _last is { } last && _time.GetElapsedTime(last.At) is var since && since < AskEvery ? new(last.Now + since) : new(AskAsync());

    public void Dispose() => _redis.ConnectionRestored -= Forget;

    private async Task<DateTimeOffset> AskAsync()
    {
        var asked = _time.GetTimestamp();
        var answer = (RedisValue[])(await _database.ExecuteAsync("TIME"))!;
        var answered = _time.GetTimestamp();
        var now = DateTimeOffset.FromUnixTimeSeconds((long)answer[0]).AddMicroseconds((long)answer[1]) + (_time.GetElapsedTime(asked, answered) / 2);
        _last = new(now, answered);
        return now;
    }

    private void Forget(object? sender, ConnectionFailedEventArgs args) => _last = null;

    private sealed record Reading(DateTimeOffset Now, long At);
}
