using System.Globalization;
using Im.Bench.Measurement;
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
        await using var rooms = await Rooms.OpenAsync(run, run.Builds, 1, 0);
        var others = new Dictionary<Peer, Guid[]>();
        foreach (var build in run.Builds)
            others[build] = await build.BlameAsync(() => FillAsync(run, build, rooms[build].One[0].UserId));
        var many = run.Plan.ManyMessages.ToString("#,0", CultureInfo.InvariantCulture);
        return
        [
            await MeasureAsync($"the newest of {FewMessages}", 0, null),
            await MeasureAsync($"the newest of {many}", 1, null),
            await MeasureAsync($"anywhere in {many}", 1, run.Plan.ManyMessages),
            await MeasureAsync($"anywhere in {many}, every fifth marked", 2, run.Plan.ManyMessages),
        ];

        async Task<Figure> MeasureAsync(string what, int with, int? before)
        {
            var windows = await Rounds.MeasureAsync(run, rooms, room => new HistoryLoad(room.One[0], others[room.Peer][with], before));
            return Figure.Of($"history: 50 messages, {what}, p50", "ms", windows, w => w.AckLatency.Percentile(50));
        }
    }

    /// <summary>Gives the reader a short conversation with the first it returns, a long one with the second, and one like that with reactions with the third.</summary>
    private static async Task<Guid[]> FillAsync(BenchRun run, ImPeer build, Guid reader)
    {
        var others = await build.Data.AddUsersAsync(3, run.Cancelled);
        await ImHistory.FillAsync(build.Data.Source, [(reader, others[0])], FewMessages, run.Cancelled);
        await ImHistory.FillAsync(build.Data.Source, [(reader, others[1]), (reader, others[2])], run.Plan.ManyMessages, run.Cancelled);
        await ImHistory.MarkAsync(build.Data.Source, (reader, others[2]), run.Plan.ManyMessages, run.Cancelled);
        return others;
    }
}
