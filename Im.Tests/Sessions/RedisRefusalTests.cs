using Im.Tests.Nodes;
using StackExchange.Redis;

namespace Im.Tests.Sessions;

/// <summary>What Redis says when it cannot work now, raised by a real one and as StackExchange.Redis brings it.</summary>
public abstract class RedisRefusalTests(RedisUnderTest server)
{
    [Theory]
    [InlineData("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk."), InlineData("OOM command not allowed when used memory > 'maxmemory'.")]
    [InlineData("READONLY You can't write against a read only replica."), InlineData("LOADING Redis is loading the dataset in memory"), InlineData("MASTERDOWN Link with MASTER is down")]
    [InlineData("NOREPLICAS Not enough good replicas to write."), InlineData("CLUSTERDOWN The cluster is down"), InlineData("TRYAGAIN Multiple keys request during rehashing of slot")]
    [InlineData("IOERR error or timeout writing to target instance"), InlineData("INPROG Failover already in progress"), InlineData("REDIRECT 127.0.0.1:6380")]
    [InlineData("BUSY Redis is busy running a script."), InlineData("ERR max number of clients reached")]
    public async Task A_server_that_cannot_work_now_is_away(string error)
    {
        var refused = await Assert.ThrowsAsync<RedisServerException>(() => server.Connection.GetDatabase().ScriptEvaluateAsync("return redis.error_reply(ARGV[1])", [], [error]));
        Assert.True(Im.Core.RedisFailure.IsUnavailable(refused), refused.Message);
        Assert.True(Im.Core.ServerAway.Is(refused));
    }

    [Theory]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value"), InlineData("ERR value is not an integer or out of range"), InlineData("BUSYGROUP Consumer Group name already exists")]
    [InlineData("NOSCRIPT No matching script.")]
    public async Task A_fault_of_ours_is_not(string error)
    {
        var refused = await Assert.ThrowsAsync<RedisServerException>(() => server.Connection.GetDatabase().ScriptEvaluateAsync("return redis.error_reply(ARGV[1])", [], [error]));
        Assert.False(Im.Core.RedisFailure.IsUnavailable(refused), refused.Message);
    }
}

[Trait("Category", "Sessions")]
public sealed class RedisRefusalsOnRedis(RealRedis server) : RedisRefusalTests(server), IClassFixture<RealRedis>;

[Trait("Category", "Sessions")]
public sealed class RedisRefusalsOnGarnet(Garnet server) : RedisRefusalTests(server), IClassFixture<Garnet>;
