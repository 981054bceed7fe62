using Im.Bench.Measurement;
using Im.Bench.Peers;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>
/// What a connection costs a node that does nothing: resident memory with all of them, less resident memory before, each with a session and known to be online. On fresh
/// nodes, because a runtime keeps what an earlier load has made it take.
/// </summary>
internal sealed class IdleMemoryScenario : Scenario
{
    private const int FirstConnections = 100;

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
        await peer.StopNodesAsync();
        // The first connections load code and make the heap what it is.
        await (await Room.OpenAsync(run, peer, FirstConnections, 0)).DisposeAsync();
        var (node, program) = (peer.Nodes[0].Id, ProcessTree.Read().ProgramId(peer.Nodes[0].Id));
        await FullCollection.ForceAsync(program, run.Cancelled);
        var before = ProcessTree.Read().ResidentBytes(node);
        await using var room = await Room.OpenAsync(run, peer, run.Plan.IdleConnections, 0);
        await Task.Delay(run.Plan.IdleFor / 3, run.Cancelled);
        var busy = ProcessTree.Read().CpuSeconds(node);
        await Task.Delay(run.Plan.IdleFor * 2 / 3, run.Cancelled);
        var used = ProcessTree.Read().CpuSeconds(node) - busy;
        var asItIs = KilobytesEach();
        await FullCollection.ForceAsync(program, run.Cancelled);
        return new(asItIs, KilobytesEach(), used / (run.Plan.IdleFor * 2 / 3).TotalSeconds * 100);

        double KilobytesEach() => (ProcessTree.Read().ResidentBytes(node) - before) / 1024.0 / run.Plan.IdleConnections;
    }

    private sealed record Idle(double Kilobytes, double CollectedKilobytes, double CpuPercent);
}
