using System.Diagnostics;
using Im.Tests.Fixtures;
using StackExchange.Redis;
using Aspire.Hosting.Testing;

namespace Im.Tests.Faults;

/// <summary>Breaks one part of the running system, mends it again, and makes sure that it really was broken.</summary>
internal sealed class Saboteur(ImAppFixture im)
{
    private const string Marker = "test:marker";

    /// <summary>A process that ends without a word; started again at once.</summary>
    public async Task KillAsync(string replica)
    {
        Kill(im.FindProcessId(replica));
        await WaitUntilDownAsync(replica);
        await im.ExecuteAsync(replica, "start");
    }

    public async Task HangAsync(string replica, TimeSpan time)
    {
        var process = ProgramOf(replica);
        await SignalAsync(process, "STOP");
        try
        {
            await Eventually.TrueAsync(() => StateOf(process) == 'T');
            await Task.Delay(time); // the fault itself
        }
        finally
        {
            await SignalAsync(process, "CONT");
        }
    }

    /// <summary>Redis dies and comes back after <paramref name="away"/>, knowing nothing.</summary>
    public async Task KillRedisAsync(TimeSpan away)
    {
        await TakeRedisAwayAsync();
        await Task.Delay(away); // the fault itself
        await BringRedisBackAsync();
    }

    /// <summary>Redis dies, and stays away until <see cref="BringRedisBackAsync"/>.</summary>
    public async Task TakeRedisAwayAsync()
    {
        await UseRedisAsync(async redis => Assert.True(await redis.StringSetAsync(Marker, "here")));
        Kill(ProgramOf("redis"));
        await im.ExecuteAsync("redis", "stop"); // or it would be back at once
        await WaitUntilDownAsync("redis");
    }

    public async Task BringRedisBackAsync()
    {
        await im.ExecuteAsync("redis", "start");
        await Eventually.TrueAsync(() => im.IsHealthy("redis"), seconds: 30);
        await UseRedisAsync(async redis => Assert.True((await redis.StringGetAsync(Marker)).IsNull, "Redis kept its data."));
    }

    /// <summary>Postgres dies with all its processes and is started again at once, on the data it had.</summary>
    public async Task KillPostgresAsync()
    {
        Kill(ProgramOf("postgres"));
        await WaitUntilDownAsync("postgres");
        await BringPostgresBackAsync();
    }

    /// <summary>Postgres dies, and stays away until <see cref="BringPostgresBackAsync"/>.</summary>
    public async Task TakePostgresAwayAsync()
    {
        Kill(ProgramOf("postgres"));
        await WaitUntilDownAsync("postgres");
        await im.ExecuteAsync("postgres", "stop"); // or it would be back at once. Not sooner: its host, asked to stop, throws the data away
    }

    public async Task BringPostgresBackAsync()
    {
        await im.ExecuteAsync("postgres", "start");
        await Eventually.TrueAsync(() => im.IsHealthy("postgres"), seconds: 60);
    }

    /// <summary>One node after the other is stopped and started as for a deployment.</summary>
    public async Task RollAsync(params string[] nodes)
    {
        foreach (var node in nodes)
        {
            var before = im.FindProcessId(node);
            Assert.NotNull(before);
            await im.ExecuteAsync(node, "stop");
            await im.ExecuteAsync(node, "start");
            await im.WaitUntilWholeAsync();
            Assert.NotEqual(before, im.FindProcessId(node));
        }
    }

    private async Task WaitUntilDownAsync(string replica)
    {
        var limit = Stopwatch.StartNew();
        while (im.FindProcessId(replica) is { } id && Process.GetProcesses().Any(p => p.Id == id))
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(10), $"{replica} is still there.");
            await Task.Delay(10);
        }
    }

    private async Task UseRedisAsync(Func<IDatabase, Task> use)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync((await im.App.GetConnectionStringAsync("redis"))!);
        await use(redis.GetDatabase());
    }

    // Redis and Postgres have a host of ours between them and the orchestrator; the host of Garnet is Garnet.
    private int ProgramOf(string replica)
    {
        var host = im.FindProcessId(replica) ?? throw new InvalidOperationException($"{replica} does not run.");
        return Process.GetProcesses().Select(p => p.Id).Where(id => StatOf(id) is [_, var parent, ..] && parent == $"{host}").DefaultIfEmpty(host).Single();
    }

    private static char StateOf(int processId) => StatOf(processId)[0][0];

    /// <summary>What follows the name in <c>/proc/pid/stat</c>: state, parent …</summary>
    private static string[] StatOf(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ["X"]; // it has ended
        }
    }

    private static async Task SignalAsync(int processId, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{processId}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    private static void Kill(int? processId)
    {
        using var process = Process.GetProcessById(processId!.Value);
        process.Kill(entireProcessTree: true);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(10)), $"Process {processId} lives.");
    }
}
