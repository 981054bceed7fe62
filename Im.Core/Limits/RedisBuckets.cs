using System.Collections.Concurrent;
using Im.Core.Clocks;
using StackExchange.Redis;

namespace Im.Core.Limits;

internal sealed class RedisBuckets(IConnectionMultiplexer redis, RedisKeys keys, StoreTime storeTime, TimeProvider time) : ISharedBuckets
{
    /// <summary>From there on those that are full again are forgotten, whose owners notice nothing. The others stay, or many new owners would give everybody a new bucket.</summary>
    private const int ManyOwnBuckets = 10_000;

    // KEYS bucket. ARGV now in ms, tokens per second, burst, tokens. Returns the milliseconds until there are enough; 0: taken.
    private const string TakeScript = """
        local taken = tonumber(redis.call('HGET', KEYS[1], 'taken') or '0')
        local at = tonumber(redis.call('HGET', KEYS[1], 'at') or ARGV[1])
        local rate, burst, tokens = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
        taken = math.max(0, taken - math.max(0, tonumber(ARGV[1]) - at) / 1000 * rate)
        local wait = 0
        if taken > 0 and taken + tokens > burst then
          wait = math.ceil(math.min(taken, taken + tokens - burst) / rate * 1000)
        else
          taken = taken + tokens
        end
        redis.call('HSET', KEYS[1], 'taken', string.format('%.3f', taken), 'at', ARGV[1])
        redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(taken / rate * 1000) + 1000))
        return wait
        """;

    private readonly IDatabase _database = redis.GetDatabase();
    private readonly ConcurrentDictionary<string, OwnBucket> _own = [];
    private int _forgetAt = ManyOwnBuckets;

    public async Task<TimeSpan?> TakeAsync(string kind, string owner, Rate rate, int tokens)
    {
        try
        {
            if (!redis.IsConnected)
                return TakeOwn($"{kind}:{owner}", rate, tokens);
            var wait = (long)await _database.ScriptEvaluateAsync(
                TakeScript, [keys.Bucket(kind, owner)], [(await storeTime.NowAsync()).ToUnixTimeMilliseconds(), rate.PerSecond, rate.Burst, tokens]);
            return wait == 0 ? null : TimeSpan.FromMilliseconds(wait);
        }
        catch (Exception exception) when (RedisFailure.IsUnavailable(exception))
        {
            return TakeOwn($"{kind}:{owner}", rate, tokens);
        }
    }

    private TimeSpan? TakeOwn(string name, Rate rate, int tokens)
    {
        if (_own.Count >= Volatile.Read(ref _forgetAt))
            Forget();
        var own = _own.GetOrAdd(name, _ => new(rate));
        lock (own)
            return own.Bucket.Take(rate, tokens, time);
    }

    private void Forget()
    {
        foreach (var (name, own) in _own)
            lock (own)
                if (own.Bucket.IsFull(own.Rate, time))
                    _own.TryRemove(name, out _);
        Volatile.Write(ref _forgetAt, Math.Max(ManyOwnBuckets, 2 * _own.Count));
    }

    private sealed class OwnBucket(Rate rate)
    {
        public TokenBucket Bucket;

        public Rate Rate => rate;
    }
}
