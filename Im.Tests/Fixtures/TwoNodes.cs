using System.Net;
using Im.Core;
using Im.Core.Bus;
using Im.Protocol;
using Im.Realtime.Node;
using Im.Tests.Web;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Im.Tests.Fixtures;

/// <summary>
/// The web server and two nodes as they run, in this process: their own Programs on Kestrel, on real Redis and Postgres, with keys, channels and a database of their own.
/// Each node's way to Redis can be cut.
/// </summary>
public class TwoNodes : WebServer
{
    private readonly string _prefix = $"test:{Guid.NewGuid():N}:";
    private readonly List<Node> _nodes = [];
    private readonly TcpRelay[] _relays = [NewRelay(), NewRelay()];

    /// <summary>The nodes' own addresses.</summary>
    public Uri One => _nodes[0].ClientOptions.BaseAddress;

    public Uri Two => _nodes[1].ClientOptions.BaseAddress;

    /// <summary>Between each node and Redis.</summary>
    internal IReadOnlyList<TcpRelay> Relays => _relays;

    internal IServiceProvider NodeServices(int index) => _nodes[index].Services;

    /// <summary>More settings of the nodes.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string>> NodeSettings => [];

    private protected virtual string RedisBehind(TcpRelay relay) => TestServers.RedisThrough(relay.Address);

    protected virtual void ConfigureNode(string name, IServiceCollection services)
    {
    }

    protected override void ConfigureServices(IServiceCollection services) => Isolate(services);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        foreach (var (name, relay) in new[] { "node-1", "node-2" }.Zip(_relays))
        {
            var node = new Node(this, name, relay);
            node.UseKestrel(0);
            node.StartServer();
            _nodes.Add(node);
        }
        await WhenWholeAsync();
    }

    /// <summary>The gateway passes connections on to both nodes: it asks once a second whom it may send to.</summary>
    internal Task WhenWholeAsync() =>
        Eventually.TrueAsync(async () => await IsServedAsync("node-1") && await IsServedAsync("node-2"), seconds: 30);

    /// <summary>Redis comes back empty: no keys of ours.</summary>
    internal async Task WipeRedisAsync()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(TestServers.Redis);
        foreach (var server in redis.GetServers())
            await foreach (var key in server.KeysAsync(pattern: $"{_prefix}*"))
                await redis.GetDatabase().KeyDeleteAsync(key);
    }

    public override async Task DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        await base.DisposeAsync();
        foreach (var relay in _relays)
            await relay.DisposeAsync();
    }

    private async Task<bool> IsServedAsync(string node)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await using var connection = await Im.Client.RawConnection.OpenAsync(Im.Client.RawConnection.AddressOf(Address, node), cancellationToken: limit.Token);
            return await connection.ReceiveAsync(limit.Token) is HelloFrame hello && hello.Node == node;
        }
        catch (Exception e) when (e is Im.Client.ImException or OperationCanceledException)
        {
            return false;
        }
    }

    private void Isolate(IServiceCollection services)
    {
        services.AddSingleton(provider => new RedisKeys(provider.GetRequiredService<IConnectionMultiplexer>(), _prefix));
        services.Configure<BusOptions>(options => options.ChannelPrefix = _prefix);
    }

    private static TcpRelay NewRelay() => new("127.0.0.1", ((IPEndPoint)ConfigurationOptions.Parse(TestServers.Redis).EndPoints[0]).Port);

    private sealed class Node(TwoNodes system, string name, TcpRelay redis) : WebApplicationFactory<NodeLifecycle>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Production");
            builder.UseSetting("ConnectionStrings:redis", system.RedisBehind(redis));
            builder.UseSetting("ConnectionStrings:im", system.Database.ConnectionString);
            builder.UseSetting("OTEL_EXPORTER_OTLP_ENDPOINT", "");
            builder.UseSetting("Im:Node:Name", name);
            foreach (var (key, value) in system.NodeSettings)
                builder.UseSetting(key, value);
            builder.ConfigureTestServices(services =>
            {
                system.Isolate(services);
                system.ConfigureNode(name, services);
            });
        }
    }
}
