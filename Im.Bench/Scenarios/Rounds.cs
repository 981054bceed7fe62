using Im.Bench.Measurement;
using Im.Bench.Peers;

namespace Im.Bench.Scenarios;

/// <summary>
/// Rounds of a load: each side is warmed up until its nodes have compiled what they run, then the sides take turns, so that what else the machine does falls on all of
/// them alike.
/// </summary>
internal static class Rounds
{
    /// <summary>A load reaches its pace before it is measured.</summary>
    private static readonly TimeSpan RunIn = TimeSpan.FromMilliseconds(300);

    /// <summary>A node that compiles no more than this is warm.</summary>
    public const double WarmCompilerShare = 0.05;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(15);

    /// <summary>For each room its windows, in order.</summary>
    public static async Task<Window[][]> MeasureAsync(BenchRun run, IReadOnlyList<Room> rooms, Func<Room, MeasuredLoad> newLoad)
    {
        var windows = rooms.Select(_ => new List<Window>()).ToArray();
        foreach (var room in rooms)
            await WarmUpAsync(run, room, newLoad);
        for (var round = 1; round <= run.Plan.Rounds; round++)
            foreach (var (room, kept) in rooms.Zip(windows))
            {
                run.Say($"round {round} of {run.Plan.Rounds}, {room.Peer.Name}");
                kept.Add(await MeasureOnceAsync(run, room.Peer, newLoad(room), run.Plan.Window));
            }
        foreach (var (room, kept) in rooms.Zip(windows))
            run.NoteCompiler(room.Peer, kept);
        return [.. windows.Select(kept => kept.ToArray())];
    }

    public static async Task WarmUpAsync(BenchRun run, Room room, Func<Room, MeasuredLoad> newLoad)
    {
        run.Say($"warming up {room.Peer.Name}");
        for (var count = 0; count < run.Plan.MaxWarmUps; count++)
            if ((await MeasureOnceAsync(run, room.Peer, newLoad(room), run.Plan.WarmUp)).CompilerShare < WarmCompilerShare)
                return;
    }

    /// <exception cref="Load.LoadException">Something was lost, doubled, out of order or refused.</exception>
    public static async Task<Window> MeasureOnceAsync(BenchRun run, Peer peer, MeasuredLoad load, TimeSpan length)
    {
        await run.Loop.StartAsync(load, run.Cancelled);
        await ForAsync(RunIn);
        await run.Loop.InvokeAsync(load.ResetLatencies, run.Cancelled);
        var (before, delivered, acked) = (CpuSample.Take(peer), load.Deliveries, load.Acks);
        await ForAsync(length);
        var window = new Window(CpuSample.Take(peer) - before, load.Deliveries - delivered, load.Acks - acked, load.DeliveryLatency, load.AckLatency);
        await run.Loop.InvokeAsync(load.Stop, run.Cancelled);
        try
        {
            await load.Ended.WaitAsync(DrainLimit, run.Cancelled);
        }
        catch (TimeoutException)
        {
            throw new Load.LoadException($"{peer.Name}: {load.Missing}.");
        }
        return window;

        async Task ForAsync(TimeSpan time)
        {
            if (await Task.WhenAny(load.Ended, Task.Delay(time, run.Cancelled)) == load.Ended)
                await load.Ended;
            run.Cancelled.ThrowIfCancellationRequested();
        }
    }
}
