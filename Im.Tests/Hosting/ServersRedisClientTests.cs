using System.Diagnostics;
using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Im.Tests.Hosting;

public sealed class ServersRedisClientTests(ServersClientFixture servers) : IClassFixture<ServersClientFixture>
{
    [Fact]
    public async Task Each_command_under_an_activity_is_a_client_span_that_tells_the_command_and_the_server_but_no_key()
    {
        var (builder, spans) = Builder();
        using var host = await StartAsync(builder);
        var redis = host.Services.GetRequiredService<IConnectionMultiplexer>();
        var database = redis.GetDatabase(3);
        using var parent = ServersClientSpans.StartParent();
        await database.StringSetAsync("key-of-alice", "value-of-alice");
        await redis.GetSubscriber().PublishAsync(RedisChannel.Literal("channel-of-alice"), "message-of-alice");
        await database.ScriptEvaluateAsync("return redis.call('get', KEYS[1])", ["key-of-alice"]);

        var below = await spans.BelowAsync(parent, 3);
        Assert.Equal(["SET", "PUBLISH", "EVAL"], below.Select(span => span.DisplayName).Order(StringComparer.Ordinal).Reverse());
        Assert.All(below, span => Assert.Equal(ActivityKind.Client, span.Kind));
        Assert.All(below, span => Assert.InRange(span.Duration, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(5)));
        Assert.DoesNotContain(below.SelectMany(span => span.TagObjects), tag => $"{tag.Value}".Contains("alice"));
        var set = below.Single(span => span.DisplayName == "SET");
        Assert.Equal("redis", set.GetTagItem("db.system.name"));
        Assert.Equal("SET", set.GetTagItem("db.operation.name"));
        Assert.Equal("3", set.GetTagItem("db.namespace"));
        Assert.Equal("127.0.0.1", set.GetTagItem("server.address"));
        Assert.Equal(servers.RedisPort, set.GetTagItem("server.port"));
    }

    [Fact]
    public async Task A_transaction_is_one_span_and_commands_of_two_parents_at_a_time_find_their_own_parent()
    {
        var (builder, spans) = Builder();
        using var host = await StartAsync(builder);
        var database = host.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => RunAsync($"key-{i}")));

        // Nothing is kept for commands that ended, or that went as part of another.
        var instrumentation = host.Services.GetRequiredService<RedisInstrumentation>();
        await ServersProcess.UntilAsync(() => Task.FromResult(instrumentation.PendingCount == 0), TimeSpan.FromSeconds(5), "every command to be reported");

        async Task RunAsync(string key)
        {
            using var parent = ServersClientSpans.StartParent();
            var transaction = database.CreateTransaction();
            _ = transaction.StringIncrementAsync(key);
            _ = transaction.PublishAsync(RedisChannel.Literal(key), "x");
            await Task.WhenAll(transaction.ExecuteAsync(), database.StringGetAsync(key));
            Assert.Equal(["EXEC", "GET"], (await spans.BelowAsync(parent, 2)).Select(span => span.DisplayName).Order());
        }
    }

    [Fact]
    public async Task Without_a_recorded_activity_there_is_no_span()
    {
        var (builder, spans) = Builder();
        using var host = await StartAsync(builder);
        var database = host.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();
        await database.StringGetAsync("untraced");
        using (new Activity("not recorded").Start()) await database.StringGetAsync("untraced");
        using var parent = ServersClientSpans.StartParent();
        await database.StringSetAsync("traced", "x");
        Assert.Equal("SET", Assert.Single(await spans.BelowAsync(parent, 1)).DisplayName);
        Assert.DoesNotContain(spans.All, span => span.DisplayName == "GET");
    }

    [Fact]
    public async Task The_last_span_is_not_lost_when_the_application_ends()
    {
        var (builder, spans) = Builder();
        Activity parent;
        using (var host = await StartAsync(builder))
        {
            using (parent = ServersClientSpans.StartParent())
                await host.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().StringGetAsync("last");
            await host.StopAsync();
        }
        Assert.Single(await spans.BelowAsync(parent, 0));
    }

    [Fact]
    public async Task It_is_healthy_while_Redis_answers_and_unhealthy_but_alive_where_there_is_none()
    {
        var (builder, _) = Builder();
        using (var host = await StartAsync(builder)) Assert.Equal(HealthStatus.Healthy, await HealthAsync(host));

        (builder, _) = Builder($"127.0.0.1:{ServersProcess.FreePort()},connectTimeout=300,asyncTimeout=300");
        using (var host = await StartAsync(builder)) Assert.Equal(HealthStatus.Unhealthy, await HealthAsync(host));
    }

    [Fact]
    public async Task Options_come_from_the_connection_string_then_the_section_then_the_code()
    {
        var (builder, _) = Builder(servers.RedisConnectionString + ",connectRetry=7", options => options.ClientName = "from the code");
        builder.Configuration["Aspire:StackExchange:Redis:ConfigurationOptions:SyncTimeout"] = "4321";
        using var host = await StartAsync(builder);
        var options = ConfigurationOptions.Parse(host.Services.GetRequiredService<IConnectionMultiplexer>().Configuration);
        Assert.Equal((7, 4321, "from the code", false), (options.ConnectRetry, options.SyncTimeout, options.ClientName, options.AbortOnConnectFail));
    }

    [Fact]
    public async Task Without_a_connection_string_the_failure_says_what_to_set()
    {
        var (builder, _) = Builder(connectionString: "");
        using var host = await StartAsync(builder);
        var failure = Assert.Throws<InvalidOperationException>(host.Services.GetRequiredService<IConnectionMultiplexer>);
        Assert.Contains("ConnectionStrings:redis", failure.Message);
    }

    private (HostApplicationBuilder Builder, ServersClientSpans Spans) Builder(string? connectionString = null, Action<ConfigurationOptions>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:redis", connectionString ?? servers.RedisConnectionString)]);
        builder.AddRedisClient("redis", configureOptions: configure);
        return (builder, new(builder));
    }

    private static async Task<IHost> StartAsync(HostApplicationBuilder builder)
    {
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task<HealthStatus> HealthAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["StackExchange.Redis"].Status;
}
