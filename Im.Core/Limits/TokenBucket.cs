namespace Im.Core.Limits;

/// <summary>
/// A bucket of tokens, 16 bytes: as one connection needs several and a node has thousands of connections. (System.Threading.RateLimiting's have a queue, a lock and a timer each.)
/// Not safe for use by several threads.
/// </summary>
public struct TokenBucket
{
    private double _taken;
    private long _at;

    /// <summary>Takes tokens; null when there were enough, else nothing was taken and there will be enough after this time.</summary>
    public TimeSpan? Take(Rate rate, double tokens, TimeProvider time)
    {
        var now = time.GetTimestamp();
        var taken = _at == 0 ? 0 : Math.Max(0, _taken - (time.GetElapsedTime(_at, now).TotalSeconds * rate.PerSecond));
        (_taken, _at) = (taken, now == 0 ? 1 : now);
        if (taken + tokens > rate.Burst && taken > 0)
            return TimeSpan.FromSeconds(Math.Min(taken, taken + tokens - rate.Burst) / rate.PerSecond);
        _taken += tokens;
        return null;
    }
}
