using System.Globalization;
using Im.Bench.Peers;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>Thousands of connections to one node that do nothing for a long time but ask every 10 s whether it is there: what they hold and cost, and whether that grows. Then all of them get a message.</summary>
internal sealed class IdleSoakScenario : Scenario
{
    private const int Looks = 10;

    public override string Name => "soak-idle";

    public override bool RunsUnnamed(BenchOptions options) => options.WithSoaks;

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        var soaks = await Rounds.TakeTurnsAsync(run, run.Builds, rounds: 1, build => SoakAsync(run, build));
        return
        [
            Figure.Of("idle soak: node memory per connection at first", "KB", soaks, s => s.First),
            Figure.Of("idle soak: node memory per connection at the end", "KB", soaks, s => s.Last),
            Figure.Of("idle soak: the same after a message to all and a full collection", "KB", soaks, s => s.Collected),
            Figure.Of("idle soak: CPU of the node", "% of a core", soaks, s => s.CpuPercent),
        ];
    }

    private static async Task<Soak> SoakAsync(BenchRun run, Peer peer)
    {
        var node = await IdleNode.StartAsync(run, peer);
        await using var room = await Room.OpenAsync(run, peer, run.Plan.IdleConnections, 0);
        await Task.Delay(run.Plan.IdleSoak / Looks, run.Cancelled);
        var (first, busy) = (node.KilobytesEach, node.CpuSeconds);
        for (var look = 2; look <= Looks; look++)
        {
            await Task.Delay(run.Plan.IdleSoak / Looks, run.Cancelled);
            run.Say(string.Create(CultureInfo.InvariantCulture, $"{room.Count:#,0} connections, {run.Plan.IdleSoak * look / Looks:mm\\:ss}: {node.KilobytesEach:0.0} KB each"));
        }
        var used = node.CpuSeconds - busy;
        var last = node.KilobytesEach;
        await Rounds.MeasureOnceAsync(run, peer, new MessageLoad([Route.Lobby(room.One[0], room.Count)], room.Count, Pace.Every(1)), run.Plan.Window);
        await node.CollectAsync();
        return new(first, last, node.KilobytesEach, used / (run.Plan.IdleSoak * (Looks - 1) / Looks).TotalSeconds * 100);
    }

    private sealed record Soak(double First, double Last, double Collected, double CpuPercent);
}
