using Im.Bench.Measurement;

namespace Im.Bench.Load;

/// <summary>The run cannot be trusted: a system under test refused, closed, or lost something. Ends the benchmark with an exit code.</summary>
internal sealed class LoadException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whose failure it is; null where that is not known.</summary>
    public ISystemUnderTest? System { get; init; }
}
