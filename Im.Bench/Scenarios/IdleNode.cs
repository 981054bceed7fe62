using Im.Bench.Measurement;
using Im.Bench.Peers;

namespace Im.Bench.Scenarios;

/// <summary>A fresh node and what it held before the connections came: a runtime keeps what an earlier load has made it take, and the first connections load code and make the heap what it is.</summary>
internal sealed class IdleNode
{
    private const int FirstConnections = 100;

    private readonly BenchRun _run;
    private readonly IReadOnlyList<(int Top, int Program)> _programs;
    private readonly long _before;

    private IdleNode(BenchRun run, IReadOnlyList<(int Top, int Program)> programs)
    {
        (_run, _programs) = (run, programs);
        _before = ResidentBytes;
    }

    /// <summary>Resident memory more than before, for each of the plan's idle connections.</summary>
    public double KilobytesEach => (ResidentBytes - _before) / 1024.0 / _run.Plan.IdleConnections;

    public double CpuSeconds
    {
        get
        {
            var tree = ProcessTree.Read();
            return _programs.Sum(one => tree.CpuSeconds(one.Top));
        }
    }

    private long ResidentBytes
    {
        get
        {
            var tree = ProcessTree.Read();
            return _programs.Sum(one => tree.ResidentBytes(one.Top));
        }
    }

    /// <param name="all">All programs of the system, not its first node alone.</param>
    public static async Task<IdleNode> StartAsync(BenchRun run, Peer peer, bool all = false)
    {
        await peer.StopNodesAsync();
        await (await Room.OpenAsync(run, peer, FirstConnections, 0)).DisposeAsync();
        var tree = ProcessTree.Read();
        var idle = new IdleNode(run, [.. (all ? peer.Programs : [peer.Nodes[0]]).Select(process => (process.Id, tree.ProgramId(process.Id)))]);
        await idle.CollectAsync();
        return new(run, idle._programs);
    }

    public Task CollectAsync() => Task.WhenAll(_programs.Select(one => FullCollection.ForceAsync(one.Program, _run.Cancelled)));
}
