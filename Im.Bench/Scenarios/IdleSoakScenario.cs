using System.Globalization;
using Im.Bench.Measurement;
using Im.Bench.Report;

namespace Im.Bench.Scenarios;

/// <summary>Thousands of connections to one node that do nothing for a long time but ask every 10 s whether it is there: what they hold and cost, and whether that grows. Then all of them get a message.</summary>
internal sealed class IdleSoakScenario : Scenario
{
    private const int Looks = 10;

    public override string Name => "soak-idle";

    public override bool IsSoak => true;

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        var peer = run.Im;
        await peer.StopNodesAsync();
        await (await Room.OpenAsync(run, peer, 100, 0)).DisposeAsync();
        var (node, program) = (peer.Nodes[0].Id, ProcessTree.Read().ProgramId(peer.Nodes[0].Id));
        await FullCollection.ForceAsync(program, run.Cancelled);
        var before = ProcessTree.Read().ResidentBytes(node);
        await using var room = await Room.OpenAsync(run, peer, run.Plan.IdleConnections, 0);
        await Task.Delay(run.Plan.IdleSoak / Looks, run.Cancelled);
        var (first, busy) = (KilobytesEach(), ProcessTree.Read().CpuSeconds(node));
        for (var look = 2; look <= Looks; look++)
        {
            await Task.Delay(run.Plan.IdleSoak / Looks, run.Cancelled);
            run.Say(string.Create(CultureInfo.InvariantCulture, $"{room.Count:#,0} connections, {run.Plan.IdleSoak * look / Looks:mm\\:ss}: {KilobytesEach():0.0} KB each"));
        }
        var used = ProcessTree.Read().CpuSeconds(node) - busy;
        var last = KilobytesEach();
        await Rounds.MeasureOnceAsync(run, peer, new MessageLoad([Route.Lobby(room.One[0], room.Count)], room.Count, Pace.Every(1)), run.Plan.Window);
        await FullCollection.ForceAsync(program, run.Cancelled);
        return
        [
            new("idle soak: node memory per connection at first", "KB", new(first)),
            new("idle soak: node memory per connection at the end", "KB", new(last)),
            new("idle soak: the same after a message to all and a full collection", "KB", new(KilobytesEach())),
            new("idle soak: CPU of the node", "% of a core", new(used / (run.Plan.IdleSoak * (Looks - 1) / Looks).TotalSeconds * 100)),
        ];

        double KilobytesEach() => (ProcessTree.Read().ResidentBytes(node) - before) / 1024.0 / run.Plan.IdleConnections;
    }
}
