using Im.Tests.Fixtures;
using StackExchange.Redis;
using Xunit.Abstractions;

namespace Im.Tests.Bus;

/// <summary>What direct messages among a thousand people cost the servers, in CPU time: on one server, on a cluster by plain pub/sub, and by sharded.</summary>
[OnRedisCluster]
public sealed class ClusterCostTests(ITestOutputHelper output)
{
    private const int People = 1_000, Nodes = 4, Messages = 5_000, InFlight = 100, Bytes = 300;

    [Fact]
    public async Task Sharded_topics_cost_a_cluster_less_than_half_of_plain_ones_and_its_busiest_master_less_than_a_single_server()
    {
        await using var cluster = await RedisCluster.StartAsync();
        var single = new RedisProcess(FreePort.Next(), 0);
        single.Start([]);
        try
        {
            var address = $"127.0.0.1:{single.Port},abortConnect=false";
            var alone = await CostAsync(address, [single], RedisChannel.Literal);
            var plain = await CostAsync(cluster.ConnectionString, cluster.Servers, RedisChannel.Literal);
            var sharded = await CostAsync(cluster.ConnectionString, cluster.Servers, RedisChannel.Sharded);
            output.WriteLine(
                $"µs of CPU per message: one server {alone.Sum():0.0}; plain {plain.Sum():0.0} in all ({string.Join(" ", plain.Select(cost => $"{cost:0.0}"))}); sharded {sharded.Sum():0.0} in all ({string.Join(" ", sharded.Select(cost => $"{cost:0.0}"))}): "
                + $"{sharded.Sum() / plain.Sum():0.00} of plain, the busiest {sharded.Max() / alone.Sum():0.00} of one server");
            Assert.InRange(sharded.Sum() / plain.Sum(), 0, 0.6);
            Assert.InRange(sharded.Max() / alone.Sum(), 0, 1.2);
        }
        finally
        {
            single.End();
        }
    }

    /// <returns>Of each server, in µs for each message, which is published to the topics of two people.</returns>
    private static async Task<double[]> CostAsync(string server, IReadOnlyList<RedisProcess> processes, Func<string, RedisChannel> channelOf)
    {
        var prefix = BusNode.NewPrefix();
        var nodes = await Task.WhenAll(Enumerable.Range(0, Nodes).Select(_ => ConnectionMultiplexer.ConnectAsync(server)));
        await using var publisher = await ConnectionMultiplexer.ConnectAsync(server);
        var heard = 0;
        await Task.WhenAll(Enumerable.Range(0, People).Select(person => nodes[person % Nodes].GetSubscriber().SubscribeAsync(ChannelOf(person), (_, _) => Interlocked.Increment(ref heard))));
        var (payload, random) = (new byte[Bytes], new Random(1));
        var before = processes.Select(process => process.Cpu).ToArray();
        for (var sent = 0; sent < Messages; sent += InFlight)
            await Task.WhenAll(Enumerable.Range(0, InFlight * 2).Select(_ => publisher.GetSubscriber().PublishAsync(ChannelOf(random.Next(People)), payload)));
        await Eventually.TrueAsync(() => Volatile.Read(ref heard) == Messages * 2, seconds: 30);
        var cost = processes.Zip(before, (process, cpu) => (process.Cpu - cpu).TotalMicroseconds / Messages).ToArray();
        foreach (var node in nodes)
            await node.DisposeAsync();
        return cost;

        RedisChannel ChannelOf(int person) => channelOf($"{prefix}u:{person}");
    }
}
