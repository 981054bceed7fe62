using Im.Bench.Peers;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>The fan-out at 50 messages a second: what a delivery costs, and how long it takes, when there is little to do.</summary>
internal sealed class PacedScenario : Scenario
{
    public const double MessagesPerSecond = 50;

    public override string Name => "paced";

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        await using var rooms = await Rooms.OpenAsync(run, run.Peers, run.Plan.Receivers);
        var windows = await Rounds.MeasureAsync(run, rooms,
            room => new MessageLoad([Route.Lobby(room.One[0], room.Count)], room.Count, Pace.Every(MessagesPerSecond)));
        return
        [
            Figure.Of("paced 50/s: CPU per delivery", "µs", windows, w => w.MicrosPerDelivery, Bar.RatioAtMost(0.8)),
            Figure.Of("paced 50/s: Postgres CPU per delivery", "µs", windows.Where(one => one.System is ImPeer), w => w.PostgresMicrosPerDelivery),
            Figure.Of("paced 50/s: latency p50", "ms", windows, w => w.DeliveryLatency.Percentile(50)),
            Figure.Of("paced 50/s: latency p99", "ms", windows, w => w.DeliveryLatency.Percentile(99)),
        ];
    }
}
