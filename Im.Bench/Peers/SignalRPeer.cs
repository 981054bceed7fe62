using Im.Bench.Load;
using Im.Bench.Measurement;
using StackExchange.Redis;

namespace Im.Bench.Peers;

/// <summary>ASP.NET Core SignalR with its Redis backplane: two nodes, one Redis, nothing stored.</summary>
internal sealed class SignalRPeer(RedisAlone redis) : Peer
{
    public override string Name => "SignalR";

    public override Column Column => Column.SignalR;

    public override Codec Codec { get; } = new SignalRCodec();

    public override OwnedProcess Redis => redis.Process;

    /// <summary>Without its nodes: they start when they are first needed.</summary>
    public static async Task<SignalRPeer> StartAsync(Action<string> progress, CancellationToken cancellationToken) =>
        new(await RedisAlone.StartAsync("bench-peer-redis", progress, cancellationToken));

    protected override async Task StartNodesAsync(CancellationToken cancellationToken) =>
        Nodes = await Task.WhenAll(Ports.Select((port, index) => OwnedProcess.StartDotNetAsync(
            $"SignalR node {index + 1}", BenchProgram.Command("peer", "--urls", $"http://127.0.0.1:{port}", "--name", $"peer-{index + 1}"),
            new Dictionary<string, string>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["redis"] = redis.ConnectionString,
                // What the web SDK gives every ASP.NET Core program, and this one is built without.
                ["DOTNET_gcServer"] = "1",
            },
            port, cancellationToken)));

    protected override async Task<IReadOnlyList<Account>> AddAccountsAsync(int count, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var database = connection.GetDatabase();
        var accounts = Enumerable.Range(0, count).Select(_ => new Account(Guid.NewGuid(), SignalRSessions.NewCookie())).ToArray();
        await Task.WhenAll(accounts.Select((account, index) =>
            database.HashSetAsync(SignalRSessions.Key(account.Cookie!), SignalRSessions.Fields(account.UserId, $"user-{index}"))));
        return accounts;
    }

    public override async ValueTask DisposeAsync()
    {
        await StopNodesAsync();
        await redis.DisposeAsync();
    }
}
