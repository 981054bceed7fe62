using System.Globalization;
using Im.Bench.Peers;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>How long a page of 50 messages takes, from a short conversation and from a very long one, its end and its middle.</summary>
internal sealed class HistoryScenario : Scenario
{
    private const int FewMessages = 100;

    public override string Name => "history";

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        await using var room = await Room.OpenAsync(run, run.Im, 1, 0);
        var (reader, others) = (room.One[0], await run.Im.Data.AddUsersAsync(2, run.Cancelled));
        await ImHistory.FillAsync(run.Im.Data.Source, [(reader.UserId, others[0])], FewMessages, run.Cancelled);
        await ImHistory.FillAsync(run.Im.Data.Source, [(reader.UserId, others[1])], run.Plan.ManyMessages, run.Cancelled);
        var many = run.Plan.ManyMessages.ToString("#,0", CultureInfo.InvariantCulture);
        return
        [
            await MeasureAsync($"the newest of {FewMessages}", others[0], null),
            await MeasureAsync($"the newest of {many}", others[1], null),
            await MeasureAsync($"anywhere in {many}", others[1], run.Plan.ManyMessages),
        ];

        async Task<Figure> MeasureAsync(string what, Guid with, int? before)
        {
            var windows = await Rounds.MeasureAsync(run, [room], _ => new HistoryLoad(reader, with, before));
            return Figure.Of($"history: 50 messages, {what}, p50", "ms", windows, w => w.AckLatency.Percentile(50));
        }
    }
}
