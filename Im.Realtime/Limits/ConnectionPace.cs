using Im.Core.Limits;

namespace Im.Realtime.Limits;

/// <summary>How fast one connection may be. Used by its reader alone.</summary>
internal sealed class ConnectionPace
{
    private TokenBucket _frames, _bytes, _reads;
    private (DateTimeOffset Since, int Count) _refused;

    /// <summary>Null: go on; else not now, and again after this time.</summary>
    public TimeSpan? Frame(int bytes, LimitOptions limits, TimeProvider time) =>
        _frames.Take(limits.Frames, 1, time) ?? _bytes.Take(limits.FrameBytes, bytes, time);

    public TimeSpan? Read(LimitOptions limits, TimeProvider time) => _reads.Take(limits.Reads, 1, time);

    /// <returns>How often it was refused within the last minute or so.</returns>
    public int CountRefusal(DateTimeOffset now)
    {
        _refused = now - _refused.Since > TimeSpan.FromMinutes(1) ? (now, 1) : (_refused.Since, _refused.Count + 1);
        return _refused.Count;
    }
}
