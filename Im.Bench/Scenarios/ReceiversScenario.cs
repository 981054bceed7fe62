using System.Globalization;
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
            await using var rooms = await Rooms.OpenAsync(run, run.Builds, receivers);
            run.Say(string.Create(CultureInfo.InvariantCulture, $"{receivers:#,0} receivers"));
            var windows = await Rounds.MeasureAsync(run, rooms, FanOutScenario.NewLoad);
            figures.Add(Figure.Of(string.Create(CultureInfo.InvariantCulture, $"growth: CPU per delivery, {receivers:#,0} receivers"), "µs", windows, w => w.MicrosPerDelivery));
        }
        // What a message costs besides its deliveries is shared by few receivers or by many: so the cost of one more delivery is told too.
        var sizes = run.Plan.GrowingReceivers.Zip(figures, (receivers, figure) => (Receivers: receivers, Each: figure)).ToArray();
        return
        [
            .. figures,
            .. sizes.Zip(sizes.Skip(1), (few, many) => Figure.Of(
                string.Create(CultureInfo.InvariantCulture, $"growth: CPU of one more delivery, up to {many.Receivers:#,0}"), "µs", many.Each, few.Each,
                (m, f) => ((many.Receivers * m) - (few.Receivers * f)) / (many.Receivers - few.Receivers))),
            Figure.Of("growth: CPU per delivery, most receivers over fewest", "×", figures[^1], figures[0], (most, fewest) => most / fewest, Bar.AtMost(1.2)),
        ];
    }
}
