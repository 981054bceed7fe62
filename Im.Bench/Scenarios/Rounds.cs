using Im.Bench.Measurement;
using Im.Bench.Peers;

namespace Im.Bench.Scenarios;

/// <summary>Rounds of a load: a warm-up for each side, then the sides take turns, so that what else the machine does falls on all of them alike.</summary>
internal static class Rounds
{
    /// <summary>A load reaches its pace before it is measured.</summary>
    private static readonly TimeSpan RunIn = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(15);

    /// <summary>For each room its windows, in order.</summary>
    public static async Task<Window[][]> MeasureAsync(BenchRun run, IReadOnlyList<Room> rooms, Func<Room, MeasuredLoad> newLoad)
    {
        var windows = rooms.Select(_ => new List<Window>()).ToArray();
        foreach (var room in rooms)
        {
            run.Say($"warming up {room.Peer.Name}");
            await MeasureOnceAsync(run, room.Peer, newLoad(room), run.Plan.WarmUp);
        }
        for (var round = 1; round <= run.Plan.Rounds; round++)
            foreach (var (room, kept) in rooms.Zip(windows))
            {
                run.Say($"round {round} of {run.Plan.Rounds}, {room.Peer.Name}");
                kept.Add(await MeasureOnceAsync(run, room.Peer, newLoad(room), run.Plan.Window));
            }
        return [.. windows.Select(kept => kept.ToArray())];
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
