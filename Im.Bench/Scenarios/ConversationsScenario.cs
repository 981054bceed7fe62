using System.Globalization;
using Im.Bench.Measurement;
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
        await using var rooms = await Rooms.OpenAsync(run, run.Builds, Senders);
        var others = new Dictionary<Peer, Guid[]>();
        foreach (var build in run.Builds)
            others[build] = await build.BlameAsync(() => FillAsync(run, build, rooms[build]));

        var few = await Rounds.MeasureAsync(run, rooms, room => NewLoad(room, others[room.Peer][..1]));
        var many = await Rounds.MeasureAsync(run, rooms, room => NewLoad(room, others[room.Peer]));
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
            Figure.Of("growth: CPU per send, many conversations over few", "×", figures[1], figures[0], (m, f) => m / f, Bar.AtMost(1.2)),
            Figure.Of("growth: Postgres CPU per send, many over few", "×", figures[3], figures[2], (m, f) => m / f, Bar.AtMost(1.2)),
        ];
    }

    /// <summary>Gives each sender a conversation with everybody it returns.</summary>
    private static async Task<Guid[]> FillAsync(BenchRun run, ImPeer build, Room room)
    {
        var others = await build.Data.AddUsersAsync(run.Plan.ManyConversations / Senders, run.Cancelled);
        run.Say(string.Create(CultureInfo.InvariantCulture, $"filling {run.Plan.ManyConversations:#,0} conversations of {build.Name}"));
        await ImHistory.FillAsync(build.Data.Source, room.All.SelectMany(sender => others.Select(other => (sender.UserId, other))), messages: 1, run.Cancelled);
        return others;
    }

    private static MessageLoad NewLoad(Room room, Guid[] others) =>
        new(room.All.Select(sender => Route.Offline(sender, others)), room.Count, Pace.Closed(InFlightEach));
}
