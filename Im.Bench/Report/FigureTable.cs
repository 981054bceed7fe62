using System.Globalization;
using Im.Bench.Measurement;

namespace Im.Bench.Report;

/// <summary>The figures as a Markdown table: medians, and the range of the rounds in parentheses.</summary>
internal static class FigureTable
{
    private static readonly string[] Header = ["figure", "unit", "Im", "SignalR", "ratio", "bar", "met"];

    public static string Write(IReadOnlyList<Figure> figures)
    {
        string[][] rows = [Header, .. figures.Select(Cells)];
        var widths = Header.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        var lines = rows.Select(row => $"| {string.Join(" | ", row.Select((cell, column) => cell.PadRight(widths[column])))} |").ToList();
        lines.Insert(1, $"|{string.Join("|", widths.Select(width => new string('-', width + 2)))}|");
        return string.Join('\n', lines);
    }

    private static string[] Cells(Figure figure) =>
    [
        figure.Name, figure.Unit, Text(figure.Im), figure.Peer is null ? "–" : Text(figure.Peer),
        figure.Ratio is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "–",
        figure.Bar?.Text ?? "–", figure.IsMet switch { true => "yes", false => "no", null => "–" },
    ];

    private static string Text(Series series) =>
        series.Min.Equals(series.Max) ? Number(series.Median) : $"{Number(series.Median)} ({Number(series.Min)}–{Number(series.Max)})";

    private static string Number(double value) => value.ToString(
        value switch { >= 100 => "#,0", >= 10 => "0.0", _ => "0.00" }, CultureInfo.InvariantCulture);
}
