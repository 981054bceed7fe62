using Garnet;

namespace Im.Hosting.ServerHost;

/// <summary>Garnet, a server that speaks Redis' protocol, for machines without Redis. Commits its log before it ends.</summary>
internal static class GarnetHost
{
    private static readonly TimeSpan CommitTimeLimit = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(RunOptions options, StopRequest stop, DataFolder data)
    {
        using (var server = new GarnetServer(Arguments(options)))
        {
            server.Start();
            Console.WriteLine($"Garnet listens on 127.0.0.1:{options.Required("--port")}");
            await stop.Requested;
            if (data.IsKept) await CommitLogAsync(server);
        }
        data.ThrowAway();
        return 0;
    }

    /// <summary>Dispose alone loses the writes of the last moments.</summary>
    private static async Task CommitLogAsync(GarnetServer server)
    {
        using var limit = new CancellationTokenSource(CommitTimeLimit);
        await server.Store.CommitAOFAsync(limit.Token);
        await server.Store.WaitForCommitAsync(limit.Token);
    }

    private static string[] Arguments(RunOptions options) =>
    [
        "-q", "--bind", "127.0.0.1", "--port", options.Required("--port"), "--checkpointdir", options.Required("--directory"),
        "--auth", "Password", "--password", File.ReadAllText(options.Required("--password-file")),
        // Lua is atomic only in transaction mode, and then only over the keys a script declares.
        "--lua", "--lua-transaction-mode",
        // The default device needs liburing, and the first write would end the process.
        "--device-type", "RandomAccess", "--memory", "256m", "--page", "4m", "--index", "16m",
        .. options.ThrowAwayDirectory is not null ? (string[])[] :
        [
            "--recover", "--aof", "--aof-commit-freq", "100",
            "--aof-memory", "64m", "--aof-page-size", "8m", "--aof-segment-size", "16m", "--aof-size-limit", "32m",
        ],
    ];
}
