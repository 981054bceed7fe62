using Im.Core;
using Im.Core.Nodes;
using Im.Tests.Fixtures;
using StackExchange.Redis;

namespace Im.Tests.Nodes;

/// <summary>Nodes that share a part of a Redis and a bus, in memory unless said otherwise. Leases are long unless a test says otherwise, and end when it says so, so that a busy machine ends none.</summary>
internal sealed class Cluster(RedisUnderTest server, bool redisBus = false, TcpRelay? relay = null) : IAsyncDisposable
{
    private readonly string _prefix = $"test:{Guid.NewGuid():N}:";
    private readonly List<TestNode> _nodes = [];

    public RedisKeys Keys => field ??= new(server.Connection, _prefix);

    public TestBus Bus { get; } = new();

    public IDatabase Redis => server.Connection.GetDatabase();

    /// <summary>A node that holds its lease.</summary>
    public async Task<TestNode> StartNodeAsync(string name, TimeProvider? time = null, Action<NodeOptions>? configure = null)
    {
        var node = await StartAsync(name, time, options =>
        {
            options.LeaseTime = TimeSpan.FromMinutes(1);
            options.CheckInterval = TimeSpan.FromSeconds(0.1);
            configure?.Invoke(options);
        });
        node.Lease.SetAddress($"http://127.0.0.1/{name}");
        await Eventually.TrueAsync(() => node.Lease.IsHeld);
        return node;
    }

    /// <summary>A process with sessions that is not a node.</summary>
    public Task<TestNode> StartWebAsync(TimeProvider? time = null) => StartAsync(null, time, null);

    private async Task<TestNode> StartAsync(string? name, TimeProvider? time, Action<NodeOptions>? configure)
    {
        var node = await TestNode.StartAsync(await server.ConnectAsync(relay), Keys, redisBus ? null : Bus.Connect(), name, time, configure);
        _nodes.Add(node);
        return node;
    }

    /// <summary>As when its time to live has passed.</summary>
    public Task EndLeaseAsync(TestNode node) => Redis.KeyDeleteAsync(Keys.Lease(node.Id));

    public async Task<string[]> AllKeysAsync()
    {
        var keys = new List<string>();
        foreach (var endpoint in server.Connection.GetServers().Where(endpoint => endpoint is { IsConnected: true, IsReplica: false }))
            await foreach (var key in endpoint.KeysAsync(pattern: $"{_prefix}*"))
                keys.Add(key.ToString());
        return [.. keys];
    }

    /// <summary>Redis comes back empty: no keys of ours, no scripts.</summary>
    public async Task WipeAsync()
    {
        await DeleteAllAsync();
        foreach (var endpoint in server.Connection.GetServers().Where(endpoint => endpoint is { IsConnected: true, IsReplica: false }))
            await endpoint.ExecuteAsync("SCRIPT", "FLUSH");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Enumerable.Reverse(_nodes))
            await node.DisposeAsync();
        await DeleteAllAsync();
    }

    // One by one: in a cluster they lie on several shards.
    private async Task DeleteAllAsync() => await Task.WhenAll((await AllKeysAsync()).Select(key => Redis.KeyDeleteAsync(key)));
}
