using Im.Bench.Peers;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>The same fan-out from two bare servers that do nothing else: what the load engine can take, and what a delivery costs at the least.</summary>
internal sealed class CeilingScenario : Scenario
{
    public override string Name => "ceiling";

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        await using var bare = new BarePeer();
        await using var rooms = await Rooms.OpenAsync(run, [bare], run.Plan.Receivers);
        var windows = await Rounds.MeasureAsync(run, rooms, FanOutScenario.NewLoad);
        run.NoteEngine(windows);
        return
        [
            Figure.Of("ceiling, bare servers: deliveries", "/s", windows, w => w.DeliveriesPerSecond),
            Figure.Of("ceiling, bare servers: CPU per delivery", "µs", windows, w => w.MicrosPerDelivery),
            Figure.Of("ceiling, bare servers: load engine's CPU per delivery", "µs", windows, w => w.EngineMicrosPerDelivery),
        ];
    }
}
