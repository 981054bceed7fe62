namespace Im.Bench.Measurement;

/// <summary>What the rounds of one system gave.</summary>
internal sealed record Measured<T>(ISystemUnderTest System, IReadOnlyList<T> Rounds);
