using System.Diagnostics;
using Im.Bench.Peers;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>How long a person waits for the built application: until everything is healthy, and after Ctrl-C until it is gone.</summary>
internal sealed class StartScenario : Scenario
{
    public override string Name => "start";

    public override bool NeedsPeers => false;

    public override bool RunsUnnamed(BenchOptions options) => options.Against is not null;

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        var runs = await Rounds.TakeTurnsAsync(run, run.Clones, run.Plan.Starts, clone => MeasureAsync(run, clone), warmUp: async clone =>
        {
            await clone.BuildAsync(AppHostRun.Project, AppHostRun.Configuration, run.Say, run.Cancelled);
            return await MeasureAsync(run, clone);
        });
        return
        [
            Figure.Of("start: until everything is healthy", "s", runs, r => r.Start.TotalSeconds),
            Figure.Of("stop: Ctrl-C to the prompt", "s", runs, r => r.Stop.TotalSeconds),
        ];
    }

    private static async Task<(TimeSpan Start, TimeSpan Stop)> MeasureAsync(BenchRun run, Clone clone)
    {
        var clock = Stopwatch.StartNew();
        using var app = new AppHostRun(clone);
        await app.WaitUntilHealthyAsync(run.Cancelled);
        var start = clock.Elapsed;
        return (start, await app.StopAsync(run.Cancelled));
    }
}
