using Im.Bench.Measurement;
using Im.Bench.Peers;

namespace Im.Bench.Scenarios;

/// <summary>A fresh node and what it held before the connections came: a runtime keeps what an earlier load has made it take, and the first connections load code and make the heap what it is.</summary>
internal sealed class IdleNode
{
    private const int FirstConnections = 100;

    private readonly BenchRun _run;
    private readonly int _node, _program;
    private readonly long _before;

    private IdleNode(BenchRun run, int node, int program) =>
        (_run, _node, _program, _before) = (run, node, program, ProcessTree.Read().ResidentBytes(node));

    /// <summary>Resident memory more than before, for each of the plan's idle connections.</summary>
    public double KilobytesEach => (ProcessTree.Read().ResidentBytes(_node) - _before) / 1024.0 / _run.Plan.IdleConnections;

    public double CpuSeconds => ProcessTree.Read().CpuSeconds(_node);

    public static async Task<IdleNode> StartAsync(BenchRun run, Peer peer)
    {
        await peer.StopNodesAsync();
        await (await Room.OpenAsync(run, peer, FirstConnections, 0)).DisposeAsync();
        var (node, program) = (peer.Nodes[0].Id, ProcessTree.Read().ProgramId(peer.Nodes[0].Id));
        await FullCollection.ForceAsync(program, run.Cancelled);
        return new(run, node, program);
    }

    public Task CollectAsync() => FullCollection.ForceAsync(_program, _run.Cancelled);
}
