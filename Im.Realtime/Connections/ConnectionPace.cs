using Im.Core.Limits;
using Im.Protocol;

namespace Im.Realtime.Connections;

/// <summary>How fast one connection may be. Used by its reader alone.</summary>
internal sealed class ConnectionPace
{
    private TokenBucket _frames, _bytes, _reads;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250), LongestPause = TimeSpan.FromSeconds(4), UnderWay = TimeSpan.FromSeconds(1), Minute = TimeSpan.FromMinutes(1);

    private (long Since, int Count) _strikes;
    private (long Begun, long Ends, TimeSpan Length, int Refused) _pause;

    /// <summary>Null: go on; else not now, and again after this time.</summary>
    public TimeSpan? Frame(int bytes, LimitOptions limits, TimeProvider time) =>
        _frames.Take(limits.Frames, 1, time) ?? _bytes.Take(limits.FrameBytes, bytes, time);

    public TimeSpan? Read(LimitOptions limits, TimeProvider time) => _reads.Take(limits.Reads, 1, time);

    /// <summary>
    /// It is too fast. One pause holds for everything that is refused until its end, and is told with what is left of it. Who waits for its end and is still too fast is told a longer one, up to 4 s. Only what
    /// comes before the end is a strike, but for the hundred frames, or the second, that may have been under way.
    /// </summary>
    /// <param name="wait">When there will be enough again.</param>
    /// <returns>The strikes of the last minute or so, and when the frame may come again.</returns>
    public (int Strikes, int RetryAfterMs) Refuse(TimeSpan wait, TimeProvider time)
    {
        var now = time.GetTimestamp();
        if (_pause.Ends <= now)
        {
            var isSoon = _pause.Ends != 0 && time.GetElapsedTime(_pause.Ends, now) < _pause.Length;
            var upTo = isSoon ? _pause.Length * 2 : FirstPause;
            upTo = upTo > LongestPause ? LongestPause : upTo;
            var told = upTo * (0.5 + (Random.Shared.NextDouble() / 2));
            told = told > wait ? told : wait;
            _pause = (now, now + (long)(told.TotalSeconds * time.TimestampFrequency), upTo, 0);
        }
        else if (++_pause.Refused >= ProtocolLimits.MaxFramesUnderWay || time.GetElapsedTime(_pause.Begun, now) > UnderWay)
            _strikes = _strikes.Count == 0 || time.GetElapsedTime(_strikes.Since, now) > Minute ? (now, 1) : (_strikes.Since, _strikes.Count + 1);
        return (_strikes.Count, (int)Math.Min(Math.Ceiling(time.GetElapsedTime(now, _pause.Ends).TotalMilliseconds), int.MaxValue));
    }
}
