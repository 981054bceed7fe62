namespace Im.Bench.Load;

/// <summary>The run cannot be trusted: a system under test refused, closed, or lost something. Ends the benchmark with an exit code.</summary>
internal sealed class LoadException(string message) : Exception(message);
