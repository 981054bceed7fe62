using Im.Bench.Measurement;
using Im.Bench.Peers;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>What it costs to record and export every trace, as under the AppHost, against none: the fan-out on nodes started anew for each round.</summary>
internal sealed class TracesScenario : Scenario
{
    public override string Name => "traces";

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        var traces = await Rounds.TakeTurnsAsync(run, run.Builds, run.Plan.Rounds,
            async build => (Off: await MeasureAsync(run, build, Tracing.Off), On: await MeasureAsync(run, build, Tracing.All)));
        foreach (var build in run.Builds)
        {
            build.Tracing = Tracing.Sampled;
            await build.StopNodesAsync();
        }
        return
        [
            Figure.Of("traces: deliveries/s, all recorded over none", "×", traces, t => t.On.DeliveriesPerSecond / t.Off.DeliveriesPerSecond, Bar.AtLeast(0.85)),
            Figure.Of("traces: CPU per delivery, none", "µs", traces, t => t.Off.MicrosPerDelivery),
            Figure.Of("traces: CPU per delivery, all", "µs", traces, t => t.On.MicrosPerDelivery),
        ];
    }

    private static async Task<Window> MeasureAsync(BenchRun run, ImPeer build, Tracing tracing)
    {
        run.Say($"traces {tracing}");
        build.Tracing = tracing;
        await build.StopNodesAsync();
        await using var room = await Room.OpenAsync(run, build, run.Plan.Receivers);
        await Rounds.WarmUpAsync(run, room, FanOutScenario.NewLoad);
        return await Rounds.MeasureOnceAsync(run, build, FanOutScenario.NewLoad(room), run.Plan.Window);
    }
}
