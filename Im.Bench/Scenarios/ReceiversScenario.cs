using System.Globalization;
using Im.Bench.Measurement;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>Whether a delivery costs the same however many receivers a message has.</summary>
internal sealed class ReceiversScenario : Scenario
{
    public override string Name => "receivers";

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        var figures = new List<Figure>();
        foreach (var receivers in run.Plan.GrowingReceivers)
        {
            await using var room = await Room.OpenAsync(run, run.Im, receivers);
            run.Say(string.Create(CultureInfo.InvariantCulture, $"{receivers:#,0} receivers"));
            var windows = await Rounds.MeasureAsync(run, [room], FanOutScenario.NewLoad);
            figures.Add(Figure.Of(string.Create(CultureInfo.InvariantCulture, $"growth: CPU per delivery, {receivers:#,0} receivers"), "µs", windows, w => w.MicrosPerDelivery));
        }
        var (least, most) = (figures.Min(f => f.Im.Median), figures.Max(f => f.Im.Median));
        return [.. figures, new("growth: CPU per delivery, most over least", "×", new Series(most / least), Bar: Bar.AtMost(1.2))];
    }
}
