using System.Diagnostics;
using System.Numerics;

namespace Im.Bench.Measurement;

/// <summary>
/// Latencies in log-linear buckets: 64 to each power of two of a microsecond, so that a percentile is within 1.6 % of the truth, from 1 µs to hours, in fixed memory.
/// One writer; read when it is done.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6, SubCount = 1 << SubBits;

    private readonly long[] _counts = new long[SubCount * 32];

    public long Count { get; private set; }

    /// <param name="ticks">Of <see cref="Stopwatch"/>.</param>
    public void Record(long ticks)
    {
        var micros = (ulong)Math.Max(0, ticks) * 1_000_000 / (ulong)Stopwatch.Frequency;
        _counts[Math.Min(BucketOf(micros), _counts.Length - 1)]++;
        Count++;
    }

    public void Reset()
    {
        Array.Clear(_counts);
        Count = 0;
    }

    /// <summary>In milliseconds; not a number when nothing was recorded.</summary>
    public double Percentile(double percent)
    {
        var rank = (long)Math.Ceiling(Count * percent / 100);
        for (var bucket = 0; bucket < _counts.Length; bucket++)
            if ((rank -= _counts[bucket]) <= 0 && Count > 0)
                return MiddleOf(bucket) / 1000.0;
        return double.NaN;
    }

    private static int BucketOf(ulong micros)
    {
        if (micros < SubCount)
            return (int)micros;
        var shift = BitOperations.Log2(micros) - SubBits;
        return ((shift + 1) << SubBits) + (int)((micros >> shift) & (SubCount - 1));
    }

    private static double MiddleOf(int bucket)
    {
        if (bucket < SubCount)
            return bucket;
        var shift = (bucket >> SubBits) - 1;
        return ((long)(SubCount + (bucket & (SubCount - 1))) << shift) + ((1L << shift) / 2.0);
    }
}
