using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Im.Tests.Fixtures;
using StackExchange.Redis;

namespace Im.Tests.Faults;

/// <summary>Breaks one part of the running system, mends it again, and makes sure that it really was broken.</summary>
internal sealed class Saboteur(ImAppFixture im)
{
    private const string Marker = "test:marker";

    /// <summary>A process that ends without a word; the AppHost starts it again.</summary>
    public Task KillAsync(string replica) => KillAsync(replica, host => [host]); // not Process.Kill with its tree: it stops the process and looks at all others first, for seconds on a busy machine

    public async Task HangAsync(string replica, TimeSpan time)
    {
        var process = ProgramOf(HostOf(replica));
        await UnixProcess.SignalAsync(process, "STOP");
        try
        {
            await Eventually.TrueAsync(() => UnixProcess.IsStopped(process));
            await Task.Delay(time); // the fault itself
        }
        finally
        {
            await UnixProcess.SignalAsync(process, "CONT");
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
        await TakeAwayAsync("redis", host => [ProgramOf(host)]);
    }

    public async Task BringRedisBackAsync()
    {
        await BringBackAsync("redis");
        await UseRedisAsync(async redis => Assert.True((await redis.StringGetAsync(Marker)).IsNull, "Redis kept its data."));
    }

    /// <summary>Postgres dies with all its processes and is started again at once, on the data it had.</summary>
    public async Task KillPostgresAsync()
    {
        await KillAsync("postgres", PostgresProcesses);
        await Eventually.TrueAsync(() => im.IsHealthyAsync("postgres"), seconds: 60);
    }

    /// <summary>Postgres dies, and stays away until <see cref="BringPostgresBackAsync"/>.</summary>
    public Task TakePostgresAwayAsync() => TakeAwayAsync("postgres", PostgresProcesses);

    public Task BringPostgresBackAsync() => BringBackAsync("postgres");

    /// <summary>One node after the other is stopped and started as for a deployment.</summary>
    public async Task RollAsync(params string[] nodes)
    {
        foreach (var node in nodes)
        {
            var before = im.FindProcessId(node);
            Assert.NotNull(before);
            await im.ExecuteAsync(node, KnownResourceCommands.StopCommand);
            await im.ExecuteAsync(node, KnownResourceCommands.StartCommand);
            await im.WaitUntilWholeAsync();
            Assert.NotEqual(before, im.FindProcessId(node));
        }
    }

    private async Task TakeAwayAsync(string server, Func<int, IEnumerable<int>> choose)
    {
        im.RestartOnCrash(server, false);
        await KillAsync(server, choose);
    }

    private async Task BringBackAsync(string server)
    {
        im.RestartOnCrash(server, true);
        await im.ExecuteAsync(server, KnownResourceCommands.StartCommand);
        await Eventually.TrueAsync(() => im.IsHealthyAsync(server), seconds: 60);
    }

    private static IEnumerable<int> PostgresProcesses(int host) => [ProgramOf(host), .. UnixProcess.ChildrenOf(ProgramOf(host))];

    /// <summary>Kills some processes of a replica, and returns when the orchestrator has noticed.</summary>
    private async Task KillAsync(string replica, Func<int, IEnumerable<int>> choose)
    {
        var host = HostOf(replica);
        var processes = choose(host).ToList();
        foreach (var process in processes)
            await UnixProcess.SignalAsync(process, "KILL");
        await Eventually.TrueAsync(() => processes.All(UnixProcess.HasEnded) && im.FindProcessId(replica) != host, seconds: 20);
    }

    private async Task UseRedisAsync(Func<IDatabase, Task> use)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync((await im.App.GetConnectionStringAsync("redis"))!);
        await use(redis.GetDatabase());
    }

    // Redis and Postgres have a host of ours between them and the orchestrator; the host of Garnet is Garnet.
    private static int ProgramOf(int host) => UnixProcess.ChildrenOf(host).DefaultIfEmpty(host).Single();

    private int HostOf(string replica) => im.FindProcessId(replica) ?? throw new InvalidOperationException($"{replica} does not run.");
}
