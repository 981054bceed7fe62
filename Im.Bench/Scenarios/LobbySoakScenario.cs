using Im.Bench.Measurement;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>A full lobby in which people talk for a long time: everything that was sent reaches everybody, once and in order, or the run fails.</summary>
internal sealed class LobbySoakScenario : Scenario
{
    private const double MessagesPerSecond = 20;

    public override string Name => "soak-lobby";

    public override bool IsSoak => true;

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        await using var room = await Room.OpenAsync(run, run.Im, run.Plan.SoakReceivers);
        await Rounds.WarmUpAsync(run, room, NewLoad);
        var (load, before) = (NewLoad(room), ResidentMegabytes());
        run.Say($"{room.Count} connections for {run.Plan.LobbySoak}");
        var window = await Rounds.MeasureOnceAsync(run, run.Im, load, run.Plan.LobbySoak);
        return
        [
            new("lobby soak: deliveries expected", "", new(load.Expected)),
            new("lobby soak: deliveries made", "", new(load.Deliveries)),
            new("lobby soak: CPU per delivery", "µs", new(window.MicrosPerDelivery)),
            new("lobby soak: latency p50", "ms", new(window.DeliveryLatency.Percentile(50))),
            new("lobby soak: latency p99", "ms", new(window.DeliveryLatency.Percentile(99))),
            new("lobby soak: memory of both nodes more than before", "MB", new(ResidentMegabytes() - before)),
        ];

        double ResidentMegabytes() => run.Im.Nodes.Sum(node => ProcessTree.Read().ResidentBytes(node.Id)) / 1024.0 / 1024;
    }

    private static MessageLoad NewLoad(Room room) => new([Route.Lobby(room.One[0], room.Count), Route.Lobby(room.Two[0], room.Count)], room.Count, Pace.Every(MessagesPerSecond));
}
