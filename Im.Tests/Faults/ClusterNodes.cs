using Im.Core.Bus;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Im.Tests.Faults;

/// <summary>The web server and two nodes on a Redis Cluster of their own, in which masters may be lost.</summary>
public sealed class ClusterNodes : TwoNodes
{
    internal RedisCluster Cluster { get; private set; } = null!;

    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("ConnectionStrings:redis", Cluster.ConnectionString)];

    private protected override string RedisBehind(TcpRelay relay) => Cluster.ConnectionString;

    internal IBus BusOf(int node) => NodeServices(node).GetRequiredService<IBus>();

    internal People People => field ??= new(Address);

    internal int SlotOf(BusTopic topic)
    {
        var services = NodeServices(0);
        return services.GetRequiredService<IConnectionMultiplexer>().GetHashSlot(services.GetRequiredService<IOptions<BusOptions>>().Value.ChannelPrefix + topic);
    }

    /// <summary>The port of the master on which a topic lives.</summary>
    internal int MasterOf(BusTopic topic) => Cluster.MasterOf(SlotOf(topic));

    public override async Task InitializeAsync()
    {
        Cluster = await RedisCluster.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
