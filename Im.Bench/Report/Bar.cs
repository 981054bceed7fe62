using System.Globalization;

namespace Im.Bench.Report;

/// <summary>What a figure has to reach.</summary>
internal sealed class Bar
{
    private readonly Func<double, double?, bool> _isMet;

    private Bar(string text, Func<double, double?, bool> isMet) => (Text, _isMet) = (text, isMet);

    public string Text { get; }

    /// <param name="im">The median.</param>
    /// <param name="peer">The peer's; null where it has none.</param>
    public bool IsMet(double im, double? peer) => _isMet(im, peer);

    public static Bar RatioAtMost(double ratio) => new($"≤ {Number(ratio)} × SignalR", (im, peer) => im <= ratio * peer);

    public static Bar RatioAtLeast(double ratio) => new($"≥ {Number(ratio)} × SignalR", (im, peer) => im >= ratio * peer);

    public static Bar AtMost(double limit) => new($"≤ {Number(limit)}", (im, _) => im <= limit);

    public static Bar AtLeast(double limit) => new($"≥ {Number(limit)}", (im, _) => im >= limit);

    private static string Number(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture);
}
