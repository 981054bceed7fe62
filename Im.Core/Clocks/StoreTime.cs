namespace Im.Core.Clocks;

/// <summary>
/// What time it is for everything that several machines decide by: the time of the store in which it stands, and no machine's own. So a node whose clock is minutes off takes the same tickets, sessions and
/// tokens as the others. (What one machine measures for itself is measured with <see cref="TimeProvider"/>; what stands in Postgres is compared with its <c>now()</c>.)
/// </summary>
public abstract class StoreTime
{
    /// <exception cref="StackExchange.Redis.RedisException">Redis, whose time it is, could not be asked.</exception>
    public abstract ValueTask<DateTimeOffset> NowAsync();
}

/// <summary>A clock of this machine in its place, for tests that move the time.</summary>
internal sealed class OwnTime(TimeProvider time) : StoreTime
{
    public override ValueTask<DateTimeOffset> NowAsync() => new(time.GetUtcNow());
}
