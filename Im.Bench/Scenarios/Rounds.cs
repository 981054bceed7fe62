using Im.Bench.Load;
using Im.Bench.Measurement;
using Im.Bench.Peers;

namespace Im.Bench.Scenarios;

/// <summary>
/// Rounds: each system is warmed up, of a load until its nodes have compiled what they run, then the systems take turns, so that what else the machine does falls on
/// all of them alike.
/// </summary>
internal static class Rounds
{
    /// <summary>A load reaches its pace before it is measured.</summary>
    private static readonly TimeSpan RunIn = TimeSpan.FromMilliseconds(300);

    /// <summary>A node that compiles no more than this is warm.</summary>
    public const double WarmCompilerShare = 0.05;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(15);

    /// <summary>So many rounds, in each of which every system has its turn.</summary>
    public static async Task<IReadOnlyList<Measured<T>>> TakeTurnsAsync<TSystem, T>(
        BenchRun run, IReadOnlyList<TSystem> systems, int rounds, Func<TSystem, Task<T>> measure, Func<TSystem, Task<T>>? warmUp = null) where TSystem : ISystemUnderTest
    {
        var taken = systems.Select(_ => new List<T>()).ToArray();
        foreach (var system in systems)
            if (warmUp is not null)
            {
                run.Say($"warming up {system.Name}");
                await system.BlameAsync(() => warmUp(system));
            }
        for (var round = 1; round <= rounds; round++)
            foreach (var (system, kept) in systems.Zip(taken))
            {
                run.Say($"round {round} of {rounds}, {system.Name}");
                kept.Add(await system.BlameAsync(() => measure(system)));
            }
        return [.. systems.Zip(taken, (system, kept) => new Measured<T>(system, kept))];
    }

    /// <summary>The plan's rounds of a load.</summary>
    public static async Task<IReadOnlyList<Measured<Window>>> MeasureAsync(BenchRun run, Rooms rooms, Func<Room, MeasuredLoad> newLoad)
    {
        var measured = await TakeTurnsAsync(run, rooms.Peers, run.Plan.Rounds,
            peer => MeasureOnceAsync(run, peer, newLoad(rooms[peer]), run.Plan.Window), peer => WarmUpAsync(run, rooms[peer], newLoad));
        run.NoteCompiler(measured);
        return measured;
    }

    /// <returns>The last window, in which the nodes were as warm as they got.</returns>
    public static async Task<Window> WarmUpAsync(BenchRun run, Room room, Func<Room, MeasuredLoad> newLoad)
    {
        for (var count = 1; ; count++)
        {
            var window = await MeasureOnceAsync(run, room.Peer, newLoad(room), run.Plan.WarmUp);
            if (window.CompilerShare < WarmCompilerShare || count >= run.Plan.MaxWarmUps)
                return window;
        }
    }

    /// <exception cref="LoadException">Something was lost, doubled, out of order or refused.</exception>
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
            throw new LoadException($"{load.Missing}.");
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
