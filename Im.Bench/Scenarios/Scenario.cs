using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>One question asked of the systems under test.</summary>
internal abstract class Scenario
{
    /// <summary>For <c>--only</c>.</summary>
    public abstract string Name { get; }

    public abstract Task<IReadOnlyList<Figure>> RunAsync(BenchRun run);
}
