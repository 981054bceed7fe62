using Im.Bench.Peers;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>A message in the lobby to 200 connections over both nodes, 32 messages in flight: what a delivery costs when there is much to do.</summary>
internal sealed class FanOutScenario : Scenario
{
    public const int InFlight = 32;

    public override string Name => "fan-out";

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        await using var rooms = await Rooms.OpenAsync(run, run.Peers, run.Plan.Receivers);
        var windows = await Rounds.MeasureAsync(run, rooms, NewLoad);
        run.NoteEngine(windows);
        return
        [
            Figure.Of("fan-out: CPU per delivery", "µs", windows, w => w.MicrosPerDelivery, Bar.RatioAtMost(0.25)),
            Figure.Of("fan-out: Postgres CPU per delivery", "µs", windows.Where(one => one.System is ImPeer), w => w.PostgresMicrosPerDelivery),
            Figure.Of("fan-out: deliveries", "/s", windows, w => w.DeliveriesPerSecond, Bar.RatioAtLeast(2)),
            Figure.Of("fan-out: load engine's CPU per delivery", "µs", windows, w => w.EngineMicrosPerDelivery),
        ];
    }

    /// <summary>One sender, who is among the receivers; half of them are on the other node.</summary>
    public static MessageLoad NewLoad(Room room) => new([Route.Lobby(room.One[0], room.Count)], room.Count, Pace.Closed(InFlight));
}
