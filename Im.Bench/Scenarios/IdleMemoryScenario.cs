using Im.Bench.Peers;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>
/// What a connection costs a node that does nothing: resident memory with all of them, less resident memory before, each with a session and known to be online. On fresh
/// nodes, because a runtime keeps what an earlier load has made it take.
/// </summary>
internal sealed class IdleMemoryScenario : Scenario
{
    public override string Name => "idle-memory";

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        var idle = await Rounds.TakeTurnsAsync(run, run.Peers, rounds: 1, peer => MeasureAsync(run, peer));
        return
        [
            Figure.Of("idle connection: node memory (RSS)", "KB", idle, i => i.Kilobytes, Bar.AtMost(16)),
            Figure.Of("idle connection: the same after a full collection", "KB", idle, i => i.CollectedKilobytes),
            Figure.Of("idle connections: CPU of one node", "% of a core", idle, i => i.CpuPercent),
        ];
    }

    private static async Task<Idle> MeasureAsync(BenchRun run, Peer peer)
    {
        var node = await IdleNode.StartAsync(run, peer);
        await using var room = await Room.OpenAsync(run, peer, run.Plan.IdleConnections, 0);
        await Task.Delay(run.Plan.IdleFor / 3, run.Cancelled);
        var busy = node.CpuSeconds;
        await Task.Delay(run.Plan.IdleFor * 2 / 3, run.Cancelled);
        var used = node.CpuSeconds - busy;
        var asItIs = node.KilobytesEach;
        await node.CollectAsync();
        return new(asItIs, node.KilobytesEach, used / (run.Plan.IdleFor * 2 / 3).TotalSeconds * 100);
    }

    private sealed record Idle(double Kilobytes, double CollectedKilobytes, double CpuPercent);
}
