namespace Im.Core;

public static class UnixTime
{
    extension(DateTimeOffset time)
    {
        /// <summary>Microseconds since 1970, UTC: milliseconds are too coarse for how long a message took.</summary>
        public long ToUnixMicroseconds() => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
    }
}
