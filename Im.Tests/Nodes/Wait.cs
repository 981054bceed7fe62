using System.Diagnostics;

namespace Im.Tests.Nodes;

/// <summary>Bounded waits: over as soon as it is true, a failure when it is not true in time.</summary>
internal static class Wait
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    public static Task UntilAsync(Func<bool> isTrue, string what) => UntilAsync(() => Task.FromResult(isTrue()), what);

    public static async Task UntilAsync(Func<Task<bool>> isTrue, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await isTrue())
        {
            if (clock.Elapsed > Limit)
                Assert.Fail($"Not within {Limit.TotalSeconds} s: {what}.");
            await Task.Delay(10);
        }
    }
}
