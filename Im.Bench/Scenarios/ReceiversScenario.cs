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
            await using var room = await Room.OpenAsync(run, run.Im, receivers);
            run.Say(string.Create(CultureInfo.InvariantCulture, $"{receivers:#,0} receivers"));
            var windows = await Rounds.MeasureAsync(run, [room], FanOutScenario.NewLoad);
            figures.Add(Figure.Of(string.Create(CultureInfo.InvariantCulture, $"growth: CPU per delivery, {receivers:#,0} receivers"), "µs", windows, w => w.MicrosPerDelivery));
        }
        // What a message costs besides its deliveries is shared by few receivers or by many: so the cost of one more delivery is told too.
        var sizes = run.Plan.GrowingReceivers.Zip(figures, (receivers, figure) => (Receivers: receivers, MicrosPerMessage: receivers * figure.Im.Median)).ToArray();
        var more = sizes.Zip(sizes.Skip(1), (few, many) => (many.MicrosPerMessage - few.MicrosPerMessage) / (many.Receivers - few.Receivers)).ToArray();
        return
        [
            .. figures,
            .. run.Plan.GrowingReceivers.Skip(1).Zip(more, (receivers, micros) =>
                new Figure(string.Create(CultureInfo.InvariantCulture, $"growth: CPU of one more delivery, up to {receivers:#,0}"), "µs", new(micros))),
            new("growth: CPU per delivery, most receivers over fewest", "×", new(figures[^1].Im.Median / figures[0].Im.Median), Bar: Bar.AtMost(1.2)),
        ];
    }
}
