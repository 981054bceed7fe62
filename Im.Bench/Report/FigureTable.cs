using System.Globalization;
using Im.Bench.Measurement;

namespace Im.Bench.Report;

/// <summary>The figures as a Markdown table: medians, and the range of the rounds in parentheses.</summary>
internal static class FigureTable
{
    private const string None = "–";

    private static readonly (string Header, Func<Figure, string> Cell)[] Columns =
    [
        ("figure", figure => figure.Name),
        ("unit", figure => figure.Unit),
        ("Im", figure => Text(figure.Im)),
        ("SignalR", figure => Text(figure.Peer)),
        ("ratio", figure => Text(figure.Ratio)),
        ("bar", figure => figure.Bar?.Text ?? None),
        ("met", figure => figure.IsMet switch { true => "yes", false => "no", null => None }),
    ];

    /// <summary>Only where Im was measured against another build.</summary>
    private static readonly (string Header, Func<Figure, string> Cell)[] BaseColumns =
    [
        ("base", figure => Text(figure.Base)),
        ("× base", figure => Text(figure.TimesBase)),
    ];

    public static string Write(IReadOnlyList<Figure> figures)
    {
        (string Header, Func<Figure, string> Cell)[] columns = [.. Columns, .. figures.Any(figure => figure.Base is not null) ? BaseColumns : []];
        string[][] rows = [[.. columns.Select(column => column.Header)], .. figures.Select(figure => columns.Select(column => column.Cell(figure)).ToArray())];
        var widths = columns.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        var lines = rows.Select(row => $"| {string.Join(" | ", row.Select((cell, column) => cell.PadRight(widths[column])))} |").ToList();
        lines.Insert(1, $"|{string.Join("|", widths.Select(width => new string('-', width + 2)))}|");
        return string.Join('\n', lines);
    }

    private static string Text(double? ratio) => ratio?.ToString("0.00", CultureInfo.InvariantCulture) ?? None;

    private static string Text(Series? series) => series is null ? None
        : series.Min.Equals(series.Max) ? Number(series.Median)
        : $"{Number(series.Median)} ({Number(series.Min)}–{Number(series.Max)})";

    private static string Number(double value) => value.ToString(
        value switch { >= 100 => "#,0", >= 10 => "0.0", _ => "0.00" }, CultureInfo.InvariantCulture);
}
