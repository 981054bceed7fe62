using System.Net;
using Im.Tests.Fixtures;
using StackExchange.Redis;

namespace Im.Tests.Nodes;

/// <summary>A Redis the suites run on; each test has keys of its own in it.</summary>
public abstract class RedisUnderTest(string connectionString) : IAsyncLifetime
{
    /// <summary>For looking at what is in Redis, apart from the nodes' own connections.</summary>
    internal IConnectionMultiplexer Connection { get; private set; } = null!;

    public async Task InitializeAsync() => Connection = await ConnectAsync();

    /// <param name="relay">What stands between, if anything.</param>
    internal async Task<IConnectionMultiplexer> ConnectAsync(TcpRelay? relay = null)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        if (relay is not null)
        {
            options.EndPoints.Clear();
            options.EndPoints.Add(relay.Address);
        }
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    internal TcpRelay Relay() => ConfigurationOptions.Parse(connectionString).EndPoints[0] switch
    {
        IPEndPoint server => new(server.Address.ToString(), server.Port),
        DnsEndPoint { Host: "localhost" } server => new("127.0.0.1", server.Port),
        var server => throw new InvalidOperationException($"The Redis under test is elsewhere: {server}."),
    };

    public Task DisposeAsync() => Connection.DisposeAsync().AsTask();
}

public sealed class RealRedis() : RedisUnderTest(TestServers.Redis);

public sealed class ClusterOfRedis() : RedisUnderTest(RedisCluster.Shared.ConnectionString);

public sealed class Garnet() : RedisUnderTest(TestServers.Garnet);
