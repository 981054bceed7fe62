using Im.Tests.Fixtures;
using StackExchange.Redis;

namespace Im.Tests.Nodes;

/// <summary>A Redis the suites run on; each test has keys of its own in it.</summary>
public abstract class RedisUnderTest(string connectionString) : IAsyncLifetime
{
    /// <summary>For looking at what is in Redis, apart from the nodes' own connections.</summary>
    internal IConnectionMultiplexer Connection { get; private set; } = null!;

    public async Task InitializeAsync() => Connection = await ConnectAsync();

    internal async Task<IConnectionMultiplexer> ConnectAsync() => await ConnectionMultiplexer.ConnectAsync(connectionString);

    public Task DisposeAsync() => Connection.DisposeAsync().AsTask();
}

public sealed class RealRedis() : RedisUnderTest(TestServers.Redis);

public sealed class Garnet() : RedisUnderTest(TestServers.Garnet);
