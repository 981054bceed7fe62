using Im.Bench.Measurement;
using Im.Bench.Peers;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>
/// Straight to the nodes and by the gateway, side by side: the memory of all our processes for an idle connection, CPU for a delivery, latency. They are compared with the gateway of the base, or, without
/// one, with our own. Their servers are this scenario's alone.
/// </summary>
internal sealed class DoorsScenario : Scenario
{
    public override string Name => "doors";

    public override bool NeedsPeers => false;

    public override bool RunsUnnamed(BenchOptions options) => false;

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        var doors = new List<(string Way, Peer Peer)>();
        try
        {
            doors.Add(("straight", await ImPeer.StartAsync(Clone.Own, run.Say, run.Cancelled)));
            doors.Add(("by the gateway", await ImPeer.StartAsync(Clone.Own, run.Say, run.Cancelled, Door.Gateway)));
            foreach (var clone in run.Clones.Where(clone => clone.Column == Column.Base))
            {
                await clone.BuildAsync("Im.Realtime", BenchProgram.Configuration, run.Say, run.Cancelled);
                await clone.BuildAsync("Im.Web", BenchProgram.Configuration, run.Say, run.Cancelled);
                doors.Add(("the base", await ImPeer.StartAsync(clone, run.Say, run.Cancelled, Door.Gateway)));
            }
            return await MeasureAsync(run, doors);
        }
        finally
        {
            await Task.WhenAll(doors.Select(door => door.Peer.DisposeAsync().AsTask()));
        }
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(BenchRun run, List<(string Way, Peer Peer)> doors)
    {
        Peer[] peers = [.. doors.Select(door => door.Peer)];
        var idle = await Rounds.TakeTurnsAsync(run, peers, rounds: 1, peer => MeasureIdleAsync(run, peer));
        IReadOnlyList<Measured<Window>> paced, fanOut;
        await using (var rooms = await Rooms.OpenAsync(run, peers, run.Plan.Receivers))
        {
            paced = await Rounds.MeasureAsync(run, rooms, room => new MessageLoad([Route.Lobby(room.One[0], room.Count)], room.Count, Pace.Every(PacedScenario.MessagesPerSecond)));
            fanOut = await Rounds.MeasureAsync(run, rooms, FanOutScenario.NewLoad);
        }
        return
        [
            .. Compare("idle connection: memory of all processes (RSS)", "KB", idle, one => one.Kilobytes, 0.25, 0.6),
            .. Compare("idle connection: the same after a full collection", "KB", idle, one => one.CollectedKilobytes),
            .. Compare("paced 50/s: CPU per delivery", "µs", paced, w => w.MicrosPerDelivery, 0.5),
            .. Compare("paced 50/s: latency p50", "ms", paced, w => w.DeliveryLatency.Percentile(50), 0.55),
            .. Compare("fan-out: CPU per delivery", "µs", fanOut, w => w.MicrosPerDelivery, 0.5),
            .. Compare("fan-out: deliveries", "/s", fanOut, w => w.DeliveriesPerSecond),
        ];

        // The last one is what the others are compared with.
        IEnumerable<Figure> Compare<T>(string name, string unit, IReadOnlyList<Measured<T>> measured, Func<T, double> value, double straight = 0, double gateway = 0)
        {
            var series = measured.Select(one => new Series(one.Rounds.Select(value))).ToArray();
            for (var index = 0; index < series.Length - 1; index++)
            {
                var wanted = index == 0 ? straight : gateway;
                if (wanted > 0)
                    run.Note(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{doors[index].Way}, {name}: {series[index].Median / series[^1].Median:0.00} x of {doors[^1].Way}, at most {wanted} wanted"));
                yield return new($"{doors[index].Way}, {name}", unit, new Dictionary<Column, Series> { [Column.Im] = series[index], [Column.Base] = series[^1] });
            }
        }
    }

    private static async Task<Idle> MeasureIdleAsync(BenchRun run, Peer peer)
    {
        var system = await IdleNode.StartAsync(run, peer, all: true);
        await using var room = await Room.OpenAsync(run, peer, run.Plan.IdleConnections, 0);
        await Task.Delay(run.Plan.IdleFor, run.Cancelled);
        var asItIs = system.KilobytesEach;
        await system.CollectAsync();
        return new(asItIs, system.KilobytesEach);
    }

    private sealed record Idle(double Kilobytes, double CollectedKilobytes);
}
