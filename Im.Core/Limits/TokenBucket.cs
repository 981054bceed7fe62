namespace Im.Core.Limits;

/// <summary>
/// A bucket of tokens, 16 bytes: as one connection needs several and a node has thousands of connections. (System.Threading.RateLimiting's have a queue, a lock and a timer each.)
/// Not safe for use by several threads.
/// </summary>
public struct TokenBucket
{
    private double _taken;
    private long _at;

    /// <summary>Nothing is missing: a new one would do as well.</summary>
    public readonly bool IsFull(Rate rate, TimeProvider time) => _at == 0 || time.GetElapsedTime(_at).TotalSeconds * rate.PerSecond >= _taken;

    /// <summary>Takes tokens; null when there were enough, else nothing was taken and there will be enough after this time.</summary>
    public TimeSpan? Take(Rate rate, double tokens, TimeProvider time)
    {
        var taken = Refill(rate, time);
        if (taken + tokens > rate.Burst && taken > 0)
            return TimeSpan.FromSeconds(Math.Min(taken, taken + tokens - rate.Burst) / rate.PerSecond);
        _taken += tokens;
        return null;
    }

    /// <summary>Null when there are tokens at all, else after what time there will be one; takes none.</summary>
    public TimeSpan? Wait(Rate rate, TimeProvider time) =>
        Refill(rate, time) is var taken && taken >= rate.Burst ? TimeSpan.FromSeconds((taken - rate.Burst + 1) / rate.PerSecond) : null;

    /// <summary>Takes tokens whether there are enough or not: what was done already is owed.</summary>
    public void Charge(Rate rate, double tokens, TimeProvider time)
    {
        Refill(rate, time);
        _taken += tokens;
    }

    private double Refill(Rate rate, TimeProvider time)
    {
        var now = time.GetTimestamp();
        _taken = _at == 0 ? 0 : Math.Max(0, _taken - (time.GetElapsedTime(_at, now).TotalSeconds * rate.PerSecond));
        _at = now == 0 ? 1 : now;
        return _taken;
    }
}
