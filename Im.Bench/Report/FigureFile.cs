using System.Text.Json;
using System.Text.Json.Nodes;

namespace Im.Bench.Report;

/// <summary>The figures as JSON, for comparing two commits.</summary>
internal static class FigureFile
{
    public static void Write(string path, IReadOnlyList<Figure> figures)
    {
        var list = new JsonArray([.. figures.Select(figure => new JsonObject
        {
            ["name"] = figure.Name,
            ["unit"] = figure.Unit,
            ["im"] = Round(figure.Im.Median),
            ["peer"] = Round(figure.Peer?.Median),
            ["ratio"] = Round(figure.Ratio),
            ["base"] = Round(figure.Base?.Median),
            ["timesBase"] = Round(figure.TimesBase),
            ["bar"] = figure.Bar?.Text,
            ["met"] = figure.IsMet,
        })]);
        var options = new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        File.WriteAllText(path, new JsonObject { ["figures"] = list }.ToJsonString(options) + "\n");
    }

    private static double? Round(double? value) => value is { } number && double.IsFinite(number) ? Math.Round(number, 3) : null;
}
