using Im.Core.Sessions;
using Im.Tests.Nodes;
using Microsoft.Extensions.Time.Testing;
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
        Assert.True(Im.Core.Outages.ServerAway.Is(refused));
    }

    [Theory]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value"), InlineData("ERR value is not an integer or out of range"), InlineData("BUSYGROUP Consumer Group name already exists")]
    [InlineData("NOSCRIPT No matching script.")]
    public async Task A_fault_of_ours_is_not(string error)
    {
        var refused = await Assert.ThrowsAsync<RedisServerException>(() => server.Connection.GetDatabase().ScriptEvaluateAsync("return redis.error_reply(ARGV[1])", [], [error]));
        Assert.False(Im.Core.RedisFailure.IsUnavailable(refused), refused.Message);
    }

    [Fact]
    public async Task A_Redis_that_takes_no_writes_still_says_whose_a_session_is()
    {
        var (refuses, time) = (false, new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)));
        var redis = RefusingRedis.Wrap(await server.ConnectAsync(), () => refuses);
        await using var node = await TestNode.StartAsync(redis, new(redis, $"test:{Guid.NewGuid():N}:"), new TestBus().Connect(), name: null, time);
        var (sessions, jenny) = (node.Sessions, Guid.NewGuid());
        var (session, token) = await sessions.LoginAsync(null, jenny, new("a browser", null));
        var (bearer, renewed) = (await sessions.CreateBearerAsync(session.Id), await sessions.RenewAsync(token));
        time.Advance(TimeSpan.FromMinutes(10));
        refuses = true;
        Assert.Equal(jenny, (await sessions.FindAsync(renewed!))?.UserId);
        Assert.Equal(jenny, (await sessions.FindBearerAsync(bearer))?.UserId);
        Assert.Equal(jenny, (await sessions.CheckAsync([session.Id])).Alive[session.Id]);
        await Assert.ThrowsAsync<SessionsUnavailableException>(() => sessions.LogoutAsync(session.Id));
        refuses = false;
        Assert.Equal(time.GetUtcNow(), (await sessions.FindAsync(renewed!))?.LastSeenAt);
        Assert.True(await sessions.DestroyAsync(session.Id));
    }
}

[Trait("Category", "Sessions")]
public sealed class RedisRefusalsOnRedis(RealRedis server) : RedisRefusalTests(server), IClassFixture<RealRedis>;

[Trait("Category", "Sessions")]
public sealed class RedisRefusalsOnGarnet(Garnet server) : RedisRefusalTests(server), IClassFixture<Garnet>;
