using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>One question asked of the systems under test.</summary>
internal abstract class Scenario
{
    /// <summary>For <c>--only</c>.</summary>
    public abstract string Name { get; }

    /// <summary>False for one that starts what it needs itself.</summary>
    public virtual bool NeedsPeers => true;

    /// <summary>Whether it is part of a run that names no scenarios.</summary>
    public virtual bool RunsUnnamed(BenchOptions options) => true;

    public abstract Task<IReadOnlyList<Figure>> RunAsync(BenchRun run);
}
