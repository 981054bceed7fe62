using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>64 senders in 64 conversations, half of them on each node, each with someone listening on the other one: how many messages a second are on the disk and acknowledged.</summary>
internal sealed class DurableThroughputScenario : Scenario
{
    private const int InFlightEach = 8;

    public override string Name => "durable-throughput";

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        await using var rooms = await Rooms.OpenAsync(run, run.Builds, 2 * run.Plan.DurableSenders);
        var half = run.Plan.DurableSenders / 2;
        var windows = await Rounds.MeasureAsync(run, rooms, room => new MessageLoad(
        [
            .. room.One.Take(half).Zip(room.Two.Take(half), Route.Direct),
            .. room.Two.Skip(half).Zip(room.One.Skip(half), Route.Direct),
        ], room.Count, Pace.Closed(InFlightEach)));
        run.NoteEngine(windows);
        return
        [
            Figure.Of("durable sends acknowledged", "/s", windows, w => w.AcksPerSecond, Bar.AtLeast(10_000)),
            Figure.Of("durable send: ack p50", "ms", windows, w => w.AckLatency.Percentile(50)),
            Figure.Of("durable send: ack p99", "ms", windows, w => w.AckLatency.Percentile(99), Bar.AtMost(100)),
            Figure.Of("durable send: CPU", "µs", windows, w => w.MicrosPerAck),
            Figure.Of("durable send: Postgres CPU", "µs", windows, w => w.PostgresMicrosPerAck),
        ];
    }
}
