using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>There and back between two people on different nodes, with something nobody stores ("is typing").</summary>
internal sealed class EphemeralScenario : Scenario
{
    public override string Name => "ephemeral";

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        await using var rooms = await Rooms.OpenAsync(run, run.Peers, 2 * run.Plan.Typists);
        var pairs = rooms.Peers.ToDictionary(peer => peer, peer => new TypingPairs(rooms[peer].One, rooms[peer].Two));
        var windows = await Rounds.MeasureAsync(run, rooms, room => new TypingLoad(pairs[room.Peer]));
        return
        [
            Figure.Of("ephemeral round trip p50", "ms", windows, w => w.DeliveryLatency.Percentile(50), Bar.RatioAtMost(1)),
            Figure.Of("ephemeral round trip p99", "ms", windows, w => w.DeliveryLatency.Percentile(99), Bar.RatioAtMost(1)),
        ];
    }
}
