using System.Diagnostics;
using Im.Bench.Measurement;
using Im.Bench.Peers;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>From the TCP connection to "ready", the session looked up in Redis and the subscriptions confirmed, 32 at a time on one node, each another user.</summary>
internal sealed class ConnectScenario : Scenario
{
    public override string Name => "connects";

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        var (im, peer) = (new Side(run.Im), new Side(run.Peer));
        for (var round = 0; round <= run.Plan.Rounds; round++)
            foreach (var side in (Side[])[im, peer])
                await side.ConnectAsync(run, isWarmUp: round == 0);
        return
        [
            new("connects on one node", "/s", im.PerSecond, peer.PerSecond, Bar.RatioAtLeast(1)),
            new("connect: CPU of the node and Redis", "µs", im.Micros, peer.Micros),
        ];
    }

    private sealed class Side(Peer peer)
    {
        public Series PerSecond { get; } = new();

        public Series Micros { get; } = new();

        public async Task ConnectAsync(BenchRun run, bool isWarmUp)
        {
            run.Say($"{peer.Name}: {run.Plan.Connects:#,0} connections{(isWarmUp ? ", warming up" : "")}");
            await peer.GetAccountsAsync(run.Plan.Connects, run.Cancelled);
            var (clock, before) = (Stopwatch.StartNew(), CpuSample.Take(peer));
            await using var room = await Room.OpenAsync(run, peer, run.Plan.Connects, 0, rest: false);
            var (seconds, used) = (clock.Elapsed.TotalSeconds, CpuSample.Take(peer) - before);
            if (isWarmUp)
                return;
            PerSecond.Add(run.Plan.Connects / seconds);
            Micros.Add((used.Nodes + used.Redis) * 1e6 / run.Plan.Connects);
        }
    }
}
