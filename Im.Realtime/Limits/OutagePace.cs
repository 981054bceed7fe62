namespace Im.Realtime.Limits;

/// <summary>
/// When a frame that the servers behind the node refused may come again: the longer they have been failing, the later, from half a second to <see cref="Longest"/>, at random within the upper half, so that those who
/// were refused together do not come back together.
/// </summary>
internal sealed class OutagePace(TimeProvider time)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500), Longest = TimeSpan.FromSeconds(4);

    private long _failingSince;

    public void Succeeded()
    {
        if (Volatile.Read(ref _failingSince) != 0)
            Volatile.Write(ref _failingSince, 0);
    }

    /// <summary>One more was refused. Milliseconds, at least 250 and at most 4,000.</summary>
    public int RetryAfterMs()
    {
        var now = Math.Max(1, time.GetTimestamp());
        var since = Interlocked.CompareExchange(ref _failingSince, now, 0) is var first && first == 0 ? now : first;
        var failing = time.GetElapsedTime(since, now);
        var upTo = failing < Shortest ? Shortest : failing > Longest ? Longest : failing;
        return (int)(upTo.TotalMilliseconds * (0.5 + (Random.Shared.NextDouble() / 2)));
    }
}
