using Im.Bench.Measurement;
using Im.Bench.Report;

namespace Im.Tests.Bench;

/// <summary>What the table says of the figures.</summary>
public sealed class FigureTests
{
    private static readonly Figure Alone = Of((Column.Im, [2]), (Column.SignalR, [4]));
    private static readonly Figure Compared = Of((Column.Im, [1, 2, 9]), (Column.SignalR, [4]), (Column.Base, [8]));

    [Fact]
    public void Another_build_adds_two_columns_and_without_one_they_are_not_there()
    {
        Assert.Equal("| a load | ms   | 2.00 (1.00–9.00) | 4.00    | 0.50  | –   | –   | 8.00 | 0.25   |", LastLine(Compared));
        Assert.Equal("| a load | ms   | 2.00 | 4.00    | 0.50  | –   | –   |", LastLine(Alone));
    }

    [Fact]
    public void A_figure_of_two_others_is_made_for_each_system()
    {
        var sum = Figure.Of("both", "ms", Compared, Compared, (one, other) => one + other);
        Assert.Equal((4, 8, 16), (sum.Im.Median, sum.Peer!.Median, sum.Base!.Median));
    }

    private static Figure Of(params (Column Column, double[] Rounds)[] values) =>
        new("a load", "ms", values.ToDictionary(value => value.Column, value => new Series(value.Rounds)));

    private static string LastLine(Figure figure) => FigureTable.Write([figure]).Split('\n')[^1];
}
