using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>Direct messages to people on the other node, 50 a second: committed to the disk before anybody sees them. The peer stores nothing.</summary>
internal sealed class DurableDeliveryScenario : Scenario
{
    private const int Pairs = 16;

    public override string Name => "durable-delivery";

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        await using var rooms = await Rooms.OpenAsync(run, run.Peers, 2 * Pairs);
        var windows = await Rounds.MeasureAsync(run, rooms,
            room => new MessageLoad(room.One.Zip(room.Two, Route.Direct), room.Count, Pace.Every(PacedScenario.MessagesPerSecond)));
        return
        [
            Figure.Of("durable cross-node delivery 50/s p50", "ms", windows, w => w.DeliveryLatency.Percentile(50), Bar.RatioAtMost(1.5)),
            Figure.Of("durable cross-node delivery 50/s p99", "ms", windows, w => w.DeliveryLatency.Percentile(99), Bar.RatioAtMost(1.5)),
        ];
    }
}
