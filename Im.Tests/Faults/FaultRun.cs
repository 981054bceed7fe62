using System.Diagnostics;
using Im.Tests.Fixtures;
using Xunit.Abstractions;

namespace Im.Tests.Faults;

/// <summary>A crowd talks, something breaks, the crowd talks on; then everybody must have everything, once and in order.</summary>
internal sealed class FaultRun(ImAppFixture im, ITestOutputHelper output, CrowdPlan plan, string test, PageDevice? page = null)
{
    private const int LeastMessagesPerSecond = 50;

    private static readonly TimeSpan TalkAfterwards = TimeSpan.FromSeconds(2);

    /// <summary>How long answers and messages may take once nothing is broken any more: longer than the longest wait between two tries of a client.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="injectAsync">Breaks and mends; sees to it that it really happened.</param>
    /// <param name="judge">What this fault must have done to the crowd.</param>
    public async Task<CrowdReport> RunAsync(IReadOnlyList<string> nodes, Func<Crowd, Task> injectAsync, Action<Crowd>? judge = null, Func<int, Uri>? through = null)
    {
        await using var crowd = await Crowd.GatherAsync(im, plan, nodes, through);
        var happened = "";
        try
        {
            crowd.Talk();
            await Task.Delay(plan.FaultAfter); // the crowd talks
            var (from, started) = (crowd.Talked, Stopwatch.StartNew());
            await injectAsync(crowd);
            happened = $"the fault from {from.TotalSeconds:0.00} s to {(from + started.Elapsed).TotalSeconds:0.00} s";
            await Task.Delay(TalkAfterwards); // the crowd talks on
            await crowd.HushAsync(Patience);
            await im.WaitUntilWholeAsync(); // what is best effort is judged when nothing is broken any more
            var report = await crowd.JudgeAsync(Patience, page);
            output.WriteLine($"{test}, seed {plan.Seed}: {happened}; {report}");
            Assert.True(report.IsClean, $"{report}");
            Assert.True(report.SentPerSecond >= LeastMessagesPerSecond, $"{report}");
            judge?.Invoke(crowd);
            return report;
        }
        catch (Exception e)
        {
            throw new Xunit.Sdk.XunitException($"Seed {plan.Seed}, victim {nodes[plan.Victim]}, {happened}:\n{e.Message}\nSee it again: {FaultSeedsAttribute.Variable}={plan.Seed} dotnet test Im.Tests --filter \"FullyQualifiedName~{test}\"", e);
        }
    }
}
