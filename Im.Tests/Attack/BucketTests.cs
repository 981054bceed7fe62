using Im.Core.Clocks;
using Im.Core.Limits;
using Im.Tests.Fixtures;
using Im.Tests.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Im.Tests.Attack;

/// <summary>Token buckets: in memory, and in Redis, shared by two processes.</summary>
public abstract class BucketTests(RedisUnderTest server) : IAsyncLifetime
{
    private static readonly Rate TwoASecond = new(2, 10);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly Cluster _cluster = new(server);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _cluster.DisposeAsync().AsTask();

    [Fact]
    public async Task Two_processes_share_one_bucket_and_it_fills_again()
    {
        var (one, other) = (Buckets(), Buckets());
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await one.TakeAsync("test", "jenny", TwoASecond, 1));
            Assert.Null(await other.TakeAsync("test", "jenny", TwoASecond, 1));
        }
        Assert.Equal(TimeSpan.FromSeconds(0.5), await one.TakeAsync("test", "jenny", TwoASecond, 1));
        Assert.Equal(TimeSpan.FromSeconds(2), await other.TakeAsync("test", "jenny", TwoASecond, 4));
        Assert.Null(await one.TakeAsync("test", "tom", TwoASecond, 10));
        Assert.Null(await one.TakeAsync("other", "jenny", TwoASecond, 10));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await other.TakeAsync("test", "jenny", TwoASecond, 4));
        Assert.NotNull(await one.TakeAsync("test", "jenny", TwoASecond, 1));
    }

    [Fact]
    public async Task Of_many_at_once_no_more_than_there_are_get_one()
    {
        var (one, other) = (Buckets(), Buckets());
        var taken = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => (i % 2 == 0 ? one : other).TakeAsync("test", "jenny", TwoASecond, 1)));
        Assert.Equal(10, taken.Count(wait => wait is null));
    }

    [Fact]
    public async Task A_bucket_that_is_full_again_is_gone_from_Redis()
    {
        await Buckets().TakeAsync("test", "jenny", new(1_000, 10), 5);
        Assert.Single(await _cluster.AllKeysAsync());
        await Im.Tests.Fixtures.Eventually.TrueAsync(async () => (await _cluster.AllKeysAsync()).Length == 0);
    }

    private RedisBuckets Buckets() => new(server.Connection, _cluster.Keys, new OwnTime(_time), _time);
}

[Trait("Category", "Attack")]
public sealed class BucketsOnRedis(RealRedis server) : BucketTests(server), IClassFixture<RealRedis>;

[Trait("Category", "Attack")]
public sealed class BucketsOnGarnet(Garnet server) : BucketTests(server), IClassFixture<Garnet>;

[Trait("Category", "Attack")]
[OnRedisCluster]
public sealed class BucketsOnRedisCluster(ClusterOfRedis server) : BucketTests(server), IClassFixture<ClusterOfRedis>;

[Trait("Category", "Attack")]
public sealed class TokenBucketTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_bucket_gives_its_burst_then_its_rate_and_one_that_is_larger_than_the_burst_when_it_is_full()
    {
        var (bucket, rate) = (new TokenBucket(), new Rate(2, 10));
        for (var i = 0; i < 10; i++)
            Assert.Null(bucket.Take(rate, 1, _time));
        Assert.Equal(TimeSpan.FromSeconds(0.5), bucket.Take(rate, 1, _time));
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Null(bucket.Take(rate, 1, _time));
        Assert.NotNull(bucket.Take(rate, 1, _time));
        Assert.NotNull(bucket.Take(rate, 25, _time));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(bucket.Take(rate, 25, _time));
    }

    [Fact]
    public void What_was_done_already_is_owed_and_waited_for()
    {
        var (bucket, rate) = (new TokenBucket(), new Rate(2, 10));
        Assert.Null(bucket.Wait(rate, _time));
        bucket.Charge(rate, 29, _time);
        Assert.Equal(TimeSpan.FromSeconds(10), bucket.Wait(rate, _time));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(bucket.Wait(rate, _time));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(bucket.IsFull(rate, _time));
    }

    [Fact]
    public void Owners_whose_buckets_are_full_again_are_forgotten_and_the_others_are_not()
    {
        var buckets = new OwnerBuckets<int>(new(1, 10), _time);
        for (var owner = 0; owner < 10_000; owner++)
            buckets.Charge(owner, owner == 7 ? 1_000 : 1);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(buckets.Take(10_000)); // there are many: those at rest go
        Assert.Equal(2, buckets.Count);
        Assert.NotNull(buckets.Take(7));
    }

    [Fact]
    public async Task Without_Redis_each_process_counts_for_itself()
    {
        await using var redis = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync("127.0.0.1:1,abortConnect=false,connectTimeout=200,asyncTimeout=200,connectRetry=0");
        var (one, other) = (new RedisBuckets(redis, new(redis, "test:"), new OwnTime(_time), _time), new RedisBuckets(redis, new(redis, "test:"), new OwnTime(_time), _time));
        var rate = new Rate(1, 3);
        for (var i = 0; i < 3; i++)
            Assert.Null(await one.TakeAsync("test", "jenny", rate, 1));
        Assert.NotNull(await one.TakeAsync("test", "jenny", rate, 1));
        Assert.Null(await other.TakeAsync("test", "jenny", rate, 1));
    }

    [Fact]
    public async Task Without_Redis_ten_thousand_new_owners_give_nobody_a_new_bucket()
    {
        await using var redis = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync("127.0.0.1:1,abortConnect=false,connectTimeout=200,asyncTimeout=200,connectRetry=0");
        var (buckets, rate) = (new RedisBuckets(redis, new(redis, "test:"), new OwnTime(_time), _time), new Rate(1, 3));
        Assert.Null(await buckets.TakeAsync("test", "jenny", rate, 3));
        for (var i = 0; i < 10_001; i++)
            await buckets.TakeAsync("test", $"{i}", rate, 1);
        Assert.NotNull(await buckets.TakeAsync("test", "jenny", rate, 1));
    }

    [Theory, InlineData("Limits:Messages:PerSecond", "0"), InlineData("Limits:Logins:Burst", "0"), InlineData("Limits:HeadersTimeoutSeconds", "0"), InlineData("Limits:MaxConnections", "1")]
    [InlineData("Limits:MaxConnectionsPerAddress", "0"), InlineData("Limits:MaxConnectionsPerUser", "0"), InlineData("Limits:MaxExports", "0"), InlineData("Limits:KeepAliveSeconds", "0")]
    [InlineData("Limits:ControlFrames:Burst", "0"), InlineData("Limits:ReadBytes:PerSecond", "0"), InlineData("Limits:Pages:Burst", "0"), InlineData("Limits:Guests:Burst", "0")]
    [InlineData("Limits:SessionKeys:PerSecond", "0"), InlineData("Limits:NewConversations:Burst", "0"), InlineData("Limits:Exports:Burst", "0")]
    public void Limits_that_would_let_nobody_in_are_refused_at_the_start(string option, string value)
    {
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new(option, value)]).Build()).AddImLimits().BuildServiceProvider();
        Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
    }

    [Theory, InlineData("192.0.2.7", "192.0.2.7"), InlineData("::ffff:192.0.2.7", "192.0.2.7"), InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    public void An_IPv6_address_counts_as_its_network(string address, string key) => Assert.Equal(key, AddressKey.Of(System.Net.IPAddress.Parse(address)));
}
