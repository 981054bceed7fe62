using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>One question asked of the systems under test.</summary>
internal abstract class Scenario
{
    /// <summary>For <c>--only</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Takes long, and runs only when asked for.</summary>
    public virtual bool IsSoak => false;

    public abstract Task<IReadOnlyList<Figure>> RunAsync(BenchRun run);
}
