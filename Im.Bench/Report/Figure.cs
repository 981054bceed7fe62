using Im.Bench.Measurement;

namespace Im.Bench.Report;

/// <summary>One line of the table: the figure of every round, of Im and where it has one of the peer.</summary>
internal sealed record Figure(string Name, string Unit, Series Im, Series? Peer = null, Bar? Bar = null)
{
    /// <summary>Im's over the peer's, of the medians.</summary>
    public double? Ratio => Peer is null ? null : Im.Median / Peer.Median;

    /// <summary>Null where there is nothing to reach.</summary>
    public bool? IsMet => Bar?.IsMet(Im.Median, Peer?.Median);

    /// <summary>From the windows of Im and, second, of the peer.</summary>
    public static Figure Of(string name, string unit, Window[][] windows, Func<Window, double> value, Bar? bar = null) =>
        new(name, unit, new(windows[0].Select(value)), windows.Length > 1 ? new(windows[1].Select(value)) : null, bar);
}
