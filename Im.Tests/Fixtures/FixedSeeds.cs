using CsCheck;

namespace Im.Tests.Fixtures;

/// <summary>
/// Random input that is the same in each run, so that a commit is not red by chance. With <c>IM_FUZZ=random</c>, or a seed in <c>CsCheck_Seed</c>, it is CsCheck's own sampling: other
/// input each time, and a failure is made small. What that finds joins <c>Attack/Corpus</c>, or is a test of its own.
/// </summary>
internal static class FixedSeeds
{
    private const ulong Seed = 20_261_130;
    private const int DefaultSamples = 100;

    private static bool AreOff => Environment.GetEnvironmentVariable("IM_FUZZ") == "random" || Environment.GetEnvironmentVariable("CsCheck_Seed") is { Length: > 0 };

    /// <param name="round">Other samples for another call on the same generator.</param>
    public static void ForEach<T>(this Gen<T> samples, Action<T> test, long count = DefaultSamples, int threads = 1, Func<T, string>? print = null, uint round = 0)
    {
        if (AreOff)
            samples.Sample(test, iter: count, threads: threads, print: print);
        else
            Parallel.For(0, threads, new() { MaxDegreeOfParallelism = threads }, thread => Run(samples, test, count / threads, new((round * 64) + (uint)thread + 1, Seed), print ?? Check.Print));
    }

    public static void ForEach<T1, T2>(this Gen<(T1, T2)> samples, Action<T1, T2> test, long count = DefaultSamples) => samples.ForEach(sample => test(sample.Item1, sample.Item2), count);

    public static void ForEach<T1, T2, T3>(this Gen<(T1, T2, T3)> samples, Action<T1, T2, T3> test, long count = DefaultSamples) =>
        samples.ForEach(sample => test(sample.Item1, sample.Item2, sample.Item3), count);

    public static void ForEach<T1, T2, T3, T4>(this Gen<(T1, T2, T3, T4)> samples, Action<T1, T2, T3, T4> test, long count = DefaultSamples) =>
        samples.ForEach(sample => test(sample.Item1, sample.Item2, sample.Item3, sample.Item4), count);

    /// <param name="holds">What is true of every sample.</param>
    public static void ForEach<T>(this Gen<T> samples, Func<T, bool> holds, long count = DefaultSamples) => samples.ForEach(sample => Assert.True(holds(sample)), count);

    public static void ForEach<T1, T2>(this Gen<(T1, T2)> samples, Func<T1, T2, bool> holds, long count = DefaultSamples) => samples.ForEach(sample => Assert.True(holds(sample.Item1, sample.Item2)), count);

    public static void ForEach<T1, T2, T3>(this Gen<(T1, T2, T3)> samples, Func<T1, T2, T3, bool> holds, long count = DefaultSamples) =>
        samples.ForEach(sample => Assert.True(holds(sample.Item1, sample.Item2, sample.Item3)), count);

    private static void Run<T>(Gen<T> samples, Action<T> test, long count, PCG random, Func<T, string> print)
    {
        for (var i = 0L; i < count; i++)
        {
            var seed = $"{random}";
            var sample = samples.Generate(random, null, out _);
            try
            {
                test(sample);
            }
            catch (Exception e)
            {
                throw new Xunit.Sdk.XunitException($"CsCheck_Seed={seed} makes it again, and small: {e.Message}\n{print(sample)}", e);
            }
        }
    }
}
