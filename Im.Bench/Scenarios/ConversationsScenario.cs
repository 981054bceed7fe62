using System.Globalization;
using Im.Bench.Peers;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>Whether a durable send costs the same in ten conversations and in a hundred thousand: ten senders, each with one person or with ten thousand in turn.</summary>
internal sealed class ConversationsScenario : Scenario
{
    private const int Senders = 10, InFlightEach = 1;

    public override string Name => "conversations";

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        await using var room = await Room.OpenAsync(run, run.Im, Senders);
        var others = await run.Im.Data.AddUsersAsync(run.Plan.ManyConversations / Senders, run.Cancelled);
        run.Say(string.Create(CultureInfo.InvariantCulture, $"filling {run.Plan.ManyConversations:#,0} conversations"));
        await ImHistory.FillAsync(run.Im.Data.Source, room.All.SelectMany(sender => others.Select(other => (sender.UserId, other))), messages: 1, run.Cancelled);

        var few = await Rounds.MeasureAsync(run, [room], _ => NewLoad(room, others[..1]));
        var many = await Rounds.MeasureAsync(run, [room], _ => NewLoad(room, others));
        var manyName = run.Plan.ManyConversations.ToString("#,0", CultureInfo.InvariantCulture);
        Figure[] figures =
        [
            Figure.Of($"growth: CPU per send, {Senders} conversations", "µs", few, w => w.MicrosPerAck),
            Figure.Of($"growth: CPU per send, {manyName} conversations", "µs", many, w => w.MicrosPerAck),
            Figure.Of($"growth: Postgres CPU per send, {Senders} conversations", "µs", few, w => w.PostgresMicrosPerAck),
            Figure.Of($"growth: Postgres CPU per send, {manyName} conversations", "µs", many, w => w.PostgresMicrosPerAck),
        ];
        return
        [
            .. figures,
            new("growth: CPU per send, many conversations over few", "×", new(figures[1].Im.Median / figures[0].Im.Median), Bar: Bar.AtMost(1.2)),
            new("growth: Postgres CPU per send, many over few", "×", new(figures[3].Im.Median / figures[2].Im.Median), Bar: Bar.AtMost(1.2)),
        ];
    }

    private static MessageLoad NewLoad(Room room, Guid[] others) =>
        new(room.All.Select(sender => Route.Offline(sender, others)), room.Count, Pace.Closed(InFlightEach));
}
