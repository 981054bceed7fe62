using System.Diagnostics;
using Im.Bench.Peers;

namespace Im.Bench.Measurement;

/// <summary>CPU seconds used so far, by part.</summary>
/// <param name="At">A <see cref="Stopwatch"/> timestamp.</param>
/// <param name="Compiler">The part of the nodes' that went into compiling.</param>
/// <param name="Engine">This process: the load engine and next to nothing else.</param>
internal readonly record struct CpuSample(long At, double Nodes, double Compiler, double Redis, double Postgres, double Engine)
{
    public static CpuSample Take(Peer peer)
    {
        var tree = ProcessTree.Read();
        return new(
            Stopwatch.GetTimestamp(),
            peer.Programs.Sum(program => tree.CpuSeconds(program.Id)),
            peer.Programs.Sum(program => tree.CompilerSeconds(program.Id)),
            peer.Redis is { } redis ? tree.CpuSeconds(redis.Id) : 0,
            peer.Postgres is { } postgres ? tree.CpuSeconds(postgres.Id) : 0,
            Environment.CpuUsage.TotalTime.TotalSeconds);
    }

    public static CpuSample operator -(CpuSample end, CpuSample start) =>
        new(end.At - start.At, end.Nodes - start.Nodes, Math.Max(0, end.Compiler - start.Compiler), end.Redis - start.Redis, end.Postgres - start.Postgres, end.Engine - start.Engine);
}
