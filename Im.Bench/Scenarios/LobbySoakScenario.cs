using Im.Bench.Measurement;
using Im.Bench.Peers;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>A full lobby in which people talk for a long time: everything that was sent reaches everybody, once and in order, or the run fails.</summary>
internal sealed class LobbySoakScenario : Scenario
{
    private const double MessagesPerSecond = 20;

    public override string Name => "soak-lobby";

    public override bool RunsUnnamed(BenchOptions options) => options.WithSoaks;

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        var soaks = await Rounds.TakeTurnsAsync(run, run.Builds, rounds: 1, build => SoakAsync(run, build));
        return
        [
            Figure.Of("lobby soak: deliveries expected", "", soaks, s => s.Load.Expected),
            Figure.Of("lobby soak: deliveries made", "", soaks, s => s.Load.Deliveries),
            Figure.Of("lobby soak: CPU per delivery", "µs", soaks, s => s.Window.MicrosPerDelivery),
            Figure.Of("lobby soak: latency p50", "ms", soaks, s => s.Window.DeliveryLatency.Percentile(50)),
            Figure.Of("lobby soak: latency p99", "ms", soaks, s => s.Window.DeliveryLatency.Percentile(99)),
            Figure.Of("lobby soak: memory of both nodes more than before", "MB", soaks, s => s.MoreMegabytes),
        ];
    }

    private static async Task<Soak> SoakAsync(BenchRun run, Peer peer)
    {
        await using var room = await Room.OpenAsync(run, peer, run.Plan.SoakReceivers);
        await Rounds.WarmUpAsync(run, room, NewLoad);
        var (load, before) = (NewLoad(room), ResidentMegabytes());
        run.Say($"{room.Count} connections for {run.Plan.LobbySoak}");
        var window = await Rounds.MeasureOnceAsync(run, peer, load, run.Plan.LobbySoak);
        return new(load, window, ResidentMegabytes() - before);

        double ResidentMegabytes() => peer.Nodes.Sum(node => ProcessTree.Read().ResidentBytes(node.Id)) / 1024.0 / 1024;
    }

    private static MessageLoad NewLoad(Room room) => new([Route.Lobby(room.One[0], room.Count), Route.Lobby(room.Two[0], room.Count)], room.Count, Pace.Every(MessagesPerSecond));

    private sealed record Soak(MessageLoad Load, Window Window, double MoreMegabytes);
}
