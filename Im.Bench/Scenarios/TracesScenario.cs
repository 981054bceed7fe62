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
        var (on, off) = (new List<Window>(), new List<Window>());
        for (var round = 0; round < run.Plan.Rounds; round++)
        {
            off.Add(await MeasureAsync(run, Tracing.Off));
            on.Add(await MeasureAsync(run, Tracing.All));
        }
        run.Im.Tracing = Tracing.Sampled;
        await run.Im.StopNodesAsync();
        var kept = on.Zip(off, (with, without) => with.DeliveriesPerSecond / without.DeliveriesPerSecond);
        return
        [
            new("traces: deliveries/s, all recorded over none", "×", new(kept), Bar: Bar.AtLeast(0.85)),
            Figure.Of("traces: CPU per delivery, none", "µs", [[.. off]], w => w.MicrosPerDelivery),
            Figure.Of("traces: CPU per delivery, all", "µs", [[.. on]], w => w.MicrosPerDelivery),
        ];
    }

    private static async Task<Window> MeasureAsync(BenchRun run, Tracing tracing)
    {
        run.Say($"traces {tracing}");
        run.Im.Tracing = tracing;
        await run.Im.StopNodesAsync();
        await using var room = await Room.OpenAsync(run, run.Im, run.Plan.Receivers);
        await Rounds.WarmUpAsync(run, room, FanOutScenario.NewLoad);
        return await Rounds.MeasureOnceAsync(run, run.Im, FanOutScenario.NewLoad(room), run.Plan.Window);
    }
}
