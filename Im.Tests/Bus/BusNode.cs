using System.Net;
using Im.Core;
using Im.Core.Bus;
using Im.Core.Nodes;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Im.Tests.Bus;

/// <summary>One node's bus with a Redis connection of its own. Nodes that share a prefix hear each other.</summary>
internal sealed class BusNode : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly ConnectionMultiplexer _redis;

    private BusNode(IHost host, ConnectionMultiplexer redis)
    {
        _host = host;
        _redis = redis;
        Bus = host.Services.GetRequiredService<IBus>();
    }

    public IBus Bus { get; }

    public static TcpRelay RelayTo(string server)
    {
        var endpoint = (IPEndPoint)ConfigurationOptions.Parse(server).EndPoints[0];
        return new(endpoint.Address.ToString(), endpoint.Port);
    }

    public static string NewPrefix() => $"test-{Guid.NewGuid():N}:";

    /// <param name="relay">Stands between this node and the server; what gets no answer then fails after a second.</param>
    public static async Task<BusNode> StartAsync(string prefix, string server, TcpRelay? relay = null, bool probe = false)
    {
        var options = ConfigurationOptions.Parse(server);
        if (relay is not null && options.EndPoints.Count == 1) // the servers of a cluster a client knows past a relay
        {
            options.EndPoints.Clear();
            options.EndPoints.Add(relay.Address);
            options.ConnectTimeout = options.AsyncTimeout = options.SyncTimeout = 1_000;
        }
        options.AbortOnConnectFail = false;
        if (relay is not null)
            options.ClientName = prefix.TrimEnd(':');
        RedisConnection.Configure(options);
        var redis = await ConnectionMultiplexer.ConnectAsync(options);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IConnectionMultiplexer>(redis);
        builder.Services.AddSingleton(new NodeIdentity("node", Guid.NewGuid().ToString("N")));
        builder.Services.AddImBus(probe);
        builder.Services.Configure<BusOptions>(bus =>
        {
            bus.ChannelPrefix = prefix;
            bus.ProbeIntervalSeconds = 0.1;
        });
        var host = builder.Build();
        await host.StartAsync();
        return new(host, redis);
    }

    public async Task<HealthStatus> HealthAsync() => (await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status;

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _redis.DisposeAsync();
    }
}
