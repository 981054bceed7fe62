using StackExchange.Redis;

namespace Im.Core.Clocks;

/// <summary>
/// Redis' time (<c>TIME</c>), asked for once in <see cref="AskEvery"/> and whenever the connection came back, for it may be another server's then; in between this process counts on from it with a stopwatch, which
/// no change of the machine's clock moves. It is as good as half a round trip. In a cluster it is the time of one shard, the same for all who ask.
/// </summary>
internal sealed class RedisTime : StoreTime, IDisposable
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(30);

    private readonly IConnectionMultiplexer _redis;
    private readonly IDatabase _database;
    private readonly TimeProvider _time;
    private readonly RedisTopology _topology;
    private readonly RedisKeys _keys;
    private volatile Reading? _last;

    public RedisTime(IConnectionMultiplexer redis, RedisKeys keys, TimeProvider time)
    {
        (_redis, _database, _time, _topology, _keys) = (redis, redis.GetDatabase(), time, new(redis), keys);
        redis.ConnectionRestored += Forget;
        redis.ConfigurationChanged += Forget;
    }

    public override ValueTask<DateTimeOffset> NowAsync() => _last is { } last && _time.GetElapsedTime(last.At) is var since && since < AskEvery ? new(last.Now + since) : new(AskAsync());

    public void Dispose()
    {
        _redis.ConnectionRestored -= Forget;
        _redis.ConfigurationChanged -= Forget;
    }

    private async Task<DateTimeOffset> AskAsync()
    {
        var asked = _time.GetTimestamp();
        // TIME alone names no key, and so would be asked of any server.
        var answer = (RedisValue[])(_topology.IsCluster ? await _database.ScriptEvaluateAsync("return redis.call('TIME')", [_keys.Nodes]) : await _database.ExecuteAsync("TIME"))!;
        var answered = _time.GetTimestamp();
        var now = DateTimeOffset.FromUnixTimeSeconds((long)answer[0]).AddMicroseconds((long)answer[1]) + (_time.GetElapsedTime(asked, answered) / 2);
        _last = new(now, answered);
        return now;
    }

    private void Forget(object? sender, EventArgs args) => _last = null;

    private sealed record Reading(DateTimeOffset Now, long At);
}
