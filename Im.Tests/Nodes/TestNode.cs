using Im.Core;
using Im.Core.Bus;
using Im.Core.Clocks;
using Im.Core.Nodes;
using Im.Core.Presence;
using Im.Core.Sessions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Im.Tests.Nodes;

/// <summary>A process of the product in miniature, with a Redis connection of its own: a node with sessions and presence, or without a name a web server with sessions alone.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IConnectionMultiplexer _redis;

    private TestNode(ServiceProvider services, IConnectionMultiplexer redis) => (_services, _redis) = (services, redis);

    public string Id => Lease.Identity.Id;
    public IBus Bus => Get<IBus>();
    public NodeLease Lease => Get<NodeLease>();
    public NodeWatch Watch => Get<NodeWatch>();
    public INodeRegistry Nodes => Get<INodeRegistry>();
    public IPresence Presence => Get<IPresence>();
    public ISessionManager Sessions => Get<ISessionManager>();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <param name="bus">Null: the product's own, on Redis.</param>
    public static async Task<TestNode> StartAsync(
        IConnectionMultiplexer redis, RedisKeys keys, TestBus.Port? bus, string? name, TimeProvider? time = null, Action<NodeOptions>? configure = null, StoreTime? storeTime = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddSingleton(redis).AddSingleton(keys).AddSingleton(time ?? TimeProvider.System);
        if (time is not null)
            services.AddSingleton<StoreTime>(storeTime ?? new OwnTime(time));
        if (bus is null)
            services.AddImBus(probe: name is not null).Configure<BusOptions>(options => options.ChannelPrefix = keys.Nodes);
        else
            services.AddSingleton<IBus>(bus);
        services.AddImSessions();
        if (name is not null)
            services.AddImNode(name).AddImPresence().Configure(configure ?? (_ => { }));
        var node = new TestNode(services.BuildServiceProvider(), redis);
        foreach (var hosted in node._services.GetServices<IHostedService>())
            await hosted.StartAsync(CancellationToken.None);
        return node;
    }

    /// <summary>What a kill -9 leaves: no goodbye on any connection, and a lease that nobody renews.</summary>
    public async Task CrashAsync()
    {
        (Bus as TestBus.Port)?.Cut();
        await _redis.CloseAsync(allowCommandsToComplete: false);
    }

    public async Task StopAsync()
    {
        foreach (var hosted in _services.GetServices<IHostedService>().Reverse())
            await hosted.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _services.DisposeAsync();
        await _redis.DisposeAsync();
    }
}
