using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>The fan-out with eight senders, four on each node, who write into the lobby at the same time: both nodes give sequences, and each hears the other.</summary>
internal sealed class CrowdScenario : Scenario
{
    private const int SendersOnEach = 4;

    public override string Name => "crowd";

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        await using var rooms = await Rooms.OpenAsync(run, run.Peers, run.Plan.Receivers);
        var windows = await Rounds.MeasureAsync(run, rooms, NewLoad);
        return
        [
            Figure.Of("8 senders on both nodes: CPU per delivery", "µs", windows, w => w.MicrosPerDelivery),
            Figure.Of("8 senders on both nodes: deliveries", "/s", windows, w => w.DeliveriesPerSecond),
        ];
    }

    private static MessageLoad NewLoad(Room room) => new(
        room.One.Take(SendersOnEach).Concat(room.Two.Take(SendersOnEach)).Select(sender => Route.Lobby(sender, room.Count)),
        room.Count, Pace.Closed(FanOutScenario.InFlight / (2 * SendersOnEach)));
}
