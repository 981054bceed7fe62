using Im.Bench.Measurement;

namespace Im.Bench.Report;

/// <summary>One line of the table.</summary>
/// <param name="Values">The figure of every round, for Im and for each other system it was measured on.</param>
internal sealed record Figure(string Name, string Unit, IReadOnlyDictionary<Column, Series> Values, Bar? Bar = null)
{
    public Series Im => Values[Column.Im];

    public Series? Peer => Values.GetValueOrDefault(Column.SignalR);

    public Series? Base => Values.GetValueOrDefault(Column.Base);

    /// <summary>Im's over the peer's, of the medians.</summary>
    public double? Ratio => Im.Median / Peer?.Median;

    /// <summary>Im's over the other build's, of the medians.</summary>
    public double? TimesBase => Im.Median / Base?.Median;

    /// <summary>Null where there is nothing to reach.</summary>
    public bool? IsMet => Bar?.IsMet(Im.Median, Peer?.Median);

    public static Figure Of<T>(string name, string unit, IEnumerable<Measured<T>> measured, Func<T, double> value, Bar? bar = null) =>
        new(name, unit, measured.ToDictionary(one => one.System.Column, one => new Series(one.Rounds.Select(value))), bar);

    /// <summary>From the medians of two other figures, for each system.</summary>
    public static Figure Of(string name, string unit, Figure first, Figure second, Func<double, double, double> combine, Bar? bar = null) =>
        new(name, unit, first.Values.Keys.ToDictionary(column => column, column => new Series(combine(first.Values[column].Median, second.Values[column].Median))), bar);
}
