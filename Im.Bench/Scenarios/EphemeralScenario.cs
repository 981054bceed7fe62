using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>There and back between two people on different nodes, with something nobody stores ("is typing").</summary>
internal sealed class EphemeralScenario : Scenario
{
    public override string Name => "ephemeral";

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        await using var im = await Room.OpenAsync(run, run.Im, 2 * run.Plan.Typists);
        await using var peer = await Room.OpenAsync(run, run.Peer, 2 * run.Plan.Typists);
        var (imPairs, peerPairs) = (new TypingPairs(im.One, im.Two), new TypingPairs(peer.One, peer.Two));
        var windows = await Rounds.MeasureAsync(run, [im, peer], room => new TypingLoad(room == im ? imPairs : peerPairs));
        return
        [
            Figure.Of("ephemeral round trip p50", "ms", windows, w => w.DeliveryLatency.Percentile(50), Bar.RatioAtMost(1)),
            Figure.Of("ephemeral round trip p99", "ms", windows, w => w.DeliveryLatency.Percentile(99), Bar.RatioAtMost(1)),
        ];
    }
}
