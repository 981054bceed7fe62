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
        var connects = await Rounds.TakeTurnsAsync(run, run.Peers, run.Plan.Rounds, peer => ConnectAsync(run, peer), warmUp: peer => WarmUpAsync(run, peer));
        return
        [
            Figure.Of("connects on one node", "/s", connects, c => c.PerSecond, Bar.RatioAtLeast(1)),
            Figure.Of("connect: CPU of the node and Redis", "µs", connects, c => c.Micros),
        ];
    }

    /// <summary>As long as any load: until the nodes have compiled what they run.</summary>
    private static async Task<Connects> WarmUpAsync(BenchRun run, Peer peer)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            var connects = await ConnectAsync(run, peer);
            if (connects.CompilerShare < Rounds.WarmCompilerShare || clock.Elapsed > run.Plan.WarmUp * run.Plan.MaxWarmUps)
                return connects;
        }
    }

    private static async Task<Connects> ConnectAsync(BenchRun run, Peer peer)
    {
        await peer.GetAccountsAsync(run.Plan.Connects, run.Cancelled);
        var (clock, before) = (Stopwatch.StartNew(), CpuSample.Take(peer));
        await using var room = await Room.OpenAsync(run, peer, run.Plan.Connects, 0, rest: false);
        var (seconds, used) = (clock.Elapsed.TotalSeconds, CpuSample.Take(peer) - before);
        return new(run.Plan.Connects / seconds, (used.Nodes + used.Redis) * 1e6 / run.Plan.Connects, used.Compiler / used.Nodes);
    }

    private sealed record Connects(double PerSecond, double Micros, double CompilerShare);
}
