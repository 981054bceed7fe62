namespace Im.Bench;

/// <summary>How large and how long everything is.</summary>
internal sealed record BenchPlan
{
    public int Rounds { get; init; } = 3;

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>One measured round of one load.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Of the fan-out, over both nodes.</summary>
    public int Receivers { get; init; } = 200;

    public static BenchPlan Full { get; } = new();

    /// <summary>Everything in about two minutes.</summary>
    public static BenchPlan Quick { get; } = new() { Rounds = 1, WarmUp = TimeSpan.FromSeconds(2), Window = TimeSpan.FromSeconds(2) };

    /// <summary>As small as it gets: for errors, not for figures.</summary>
    public static BenchPlan Smoke { get; } = new() { Rounds = 1, WarmUp = TimeSpan.FromMilliseconds(200), Window = TimeSpan.FromMilliseconds(300), Receivers = 20 };
}
