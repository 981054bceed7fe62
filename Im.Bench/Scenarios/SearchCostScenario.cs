using System.Globalization;
using Im.Bench.Measurement;
using Im.Bench.Peers;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>
/// What search adds to a durable send: the same build twice, once with nodes that index and once with nodes that do not, in turns. Paced, so that the indexer keeps up and its work falls into
/// the rounds in which what it indexes was sent.
/// </summary>
internal sealed class SearchCostScenario : Scenario
{
    private const double MostTimes = 1.15;

    public override string Name => "search-cost";

    public override bool NeedsPeers => false;

    public override bool RunsUnnamed(BenchOptions options) => false;

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        await using var with = await ImPeer.StartAsync(Clone.Own, run.Say, run.Cancelled);
        await using var without = await ImPeer.StartAsync(new(BenchProgram.Repository, Column.Base, "Im without an index"), run.Say, run.Cancelled, settings: ("Search__Indexes", "false"));
        await using var rooms = await Rooms.OpenAsync(run, [with, without], 2 * run.Plan.DurableSenders);
        var windows = await Rounds.MeasureAsync(run, rooms, room => new MessageLoad(room.One.Zip(room.Two, Route.Direct), room.Count, Pace.Every(run.Plan.IndexedSends)));
        await using var command = with.Data.Source.CreateCommand("SELECT (SELECT sum(last_line) FROM conversations) - (SELECT coalesce(sum(last_line - first_line + 1), 0) FROM search_chunks)");
        var left = await command.ExecuteScalarAsync(run.Cancelled);
        run.Note(string.Create(CultureInfo.InvariantCulture, $"base is Im without an index; {left} messages were not indexed when the last round was over"));
        return
        [
            Figure.Of("durable send with the index: CPU", "µs", windows, w => w.MicrosPerAck),
            Figure.Of("durable send with the index: Postgres CPU", "µs", windows, w => w.PostgresMicrosPerAck),
            Times("what search makes of the CPU of a send", w => w.MicrosPerAck),
            Times("what search makes of Postgres' CPU of a send", w => w.PostgresMicrosPerAck),
            Times("what search makes of both together", w => w.MicrosPerAck + w.PostgresMicrosPerAck),
        ];

        // Round by round: what else the machine does falls on both alike.
        Figure Times(string name, Func<Window, double> value) => new(name, "×",
            new Dictionary<Column, Series> { [Column.Im] = new(windows[0].Rounds.Zip(windows[1].Rounds, (one, other) => value(one) / value(other))) }, Bar.AtMost(MostTimes));
    }
}
