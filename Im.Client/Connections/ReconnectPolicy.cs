namespace Im.Client.Connections;

/// <summary>The close-code table of <c>docs/protocol.md</c>, section 3.</summary>
internal sealed class ReconnectPolicy(Jitter jitter)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait before the <paramref name="attempt"/>-th try (from 1) to replace a connection that ended so; null: do not connect again.</summary>
    public TimeSpan? DelayAfter(LinkEnd end, int attempt) => end switch
    {
        { IsFinal: true } => null,
        { Move: { } within } => jitter.UpTo(within),
        { CloseCode: >= 4000 and < 4500 } => null,
        { CloseCode: 1012 } when attempt == 1 => jitter.UpTo(TimeSpan.FromSeconds(1)),
        _ => jitter.UpTo(Longest < Exponential(attempt) ? Longest : Exponential(attempt)),
    };

    private static TimeSpan Exponential(int attempt) => TimeSpan.FromSeconds(0.25 * Math.Pow(2, Math.Min(attempt, 10)));
}

/// <summary>How a connection, or the attempt to open one, ended.</summary>
/// <param name="IsFinal">It was refused in a way that trying again does not change.</param>
/// <param name="Code">Of the refusal, for programs.</param>
/// <param name="Move">It has not ended: the node asks to leave within this time.</param>
internal sealed record LinkEnd(int? CloseCode, string Reason, bool IsFinal = false, TimeSpan? Move = null, string? Code = null);

/// <summary>Random waiting times, repeatable with a seed.</summary>
internal sealed class Jitter(int? seed)
{
    private readonly Random _random = seed is { } value ? new Random(value) : new Random();
    private readonly Lock _lock = new();

    public TimeSpan UpTo(TimeSpan longest)
    {
        lock (_lock)
            return longest * _random.NextDouble();
    }
}
