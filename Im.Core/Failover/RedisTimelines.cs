using Im.Core.Data;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Im.Core.Failover;

/// <summary>
/// The newest timeline that any process has seen of a Postgres cluster, in Redis: so a process that starts later does not take a former primary for the primary, and one that is connected to it alone hears that another one was promoted.
/// Every process writes it once a second where it is missing or lower, so it is back after Redis has lost it. While Redis is away each process goes by what it has seen itself.
/// </summary>
internal sealed class RedisTimelines(IConnectionMultiplexer redis, RedisKeys keys, TimeProvider time) : BackgroundService, ITimelineMemory
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(1);

    public async Task<int> FindAsync(string cluster)
    {
        try
        {
            return (int)await redis.GetDatabase().StringGetAsync(keys.Timeline(cluster)).WaitAsync(Patience);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or InvalidCastException)
        {
            return 0;
        }
    }

    internal static async Task ShareAsync(TimelineFence fence, IDatabase redis, RedisKeys keys)
    {
        foreach (var (cluster, timeline) in fence.Newest)
        {
            // Two that write at once may leave the lower one: until the next second.
            var shared = (int)await redis.StringGetAsync(keys.Timeline(cluster));
            if (shared < timeline)
                await redis.StringSetAsync(keys.Timeline(cluster), timeline);
            else
                fence.Raise(cluster, shared);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                try
                {
                    await ShareAsync(TimelineFence.OfProcess, redis.GetDatabase(), keys).WaitAsync(stoppingToken);
                }
                catch (Exception) when (!stoppingToken.IsCancellationRequested)
                {
                    // Others say that Redis is away; it is tried again in a second.
                }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}
