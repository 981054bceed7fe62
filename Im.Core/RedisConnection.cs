using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Im.Core;

public static class RedisConnection
{
    private const int MaxKeepAliveSeconds = 2;

    /// <summary>For the second lambda of <c>AddRedisClient</c>: how soon a server that hangs is noticed (<c>keepAlive</c> of the connection string, 2 s at most), and that a cluster may be asked who serves what.</summary>
    public static void Configure(ConfigurationOptions options)
    {
        if (options.KeepAlive is <= 0 or > MaxKeepAliveSeconds)
            options.KeepAlive = MaxKeepAliveSeconds;
        options.AllowAdmin = true; // to the client library CLUSTER NODES is one of an administrator's commands
    }
}

/// <summary>
/// Healthy while Redis answers, in a cluster while every slot is served; degraded while some are not. The client integration's own check wants every server that the connection string names, so
/// that one lost for good would make every process unready.
/// </summary>
internal sealed class RedisHealthCheck(IConnectionMultiplexer redis) : IHealthCheck
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    private readonly RedisTopology _topology = new(redis);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (!_topology.IsCluster)
                await redis.GetDatabase().PingAsync().WaitAsync(cancellationToken);
            else if (await _topology.AskAsync(AnswerLimit) is { IsWhole: false } shards)
                return shards.Tags.Count == 0 ? HealthCheckResult.Unhealthy("No master of the cluster answers.") : HealthCheckResult.Degraded("Some slots of the cluster are served by nobody who answers.");
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (RedisFailure.IsUnavailable(exception))
        {
            return HealthCheckResult.Unhealthy("Redis does not answer.", exception);
        }
    }
}

/// <summary>A process that is told of a Redis that it cannot use does not start, and says why. One that does not answer yet is waited for by those who use it.</summary>
internal sealed class RedisStart(IConnectionMultiplexer redis) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _ = new RedisTopology(redis).IsCluster;
        }
        catch (RedisConnectionException)
        {
        }
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
