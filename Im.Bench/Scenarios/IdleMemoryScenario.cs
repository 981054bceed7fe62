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
        var im = await MeasureAsync(run, run.Im);
        var peer = await MeasureAsync(run, run.Peer);
        return
        [
            new("idle connection: node memory (RSS)", "KB", new(im.Kilobytes), new(peer.Kilobytes), Bar.AtMost(16)),
            new("idle connection: the same after a full collection", "KB", new(im.CollectedKilobytes), new(peer.CollectedKilobytes)),
            new("idle connections: CPU of one node", "% of a core", new(im.CpuPercent), new(peer.CpuPercent)),
        ];
    }

    private static async Task<Idle> MeasureAsync(BenchRun run, Peer peer)
    {
        run.Say($"{peer.Name}: {run.Plan.IdleConnections:#,0} connections on a fresh node");
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
