using Im.Core.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using StackExchange.Redis;

namespace Im.Core.Failover;

public static class FailoverServices
{
    /// <summary>Processes tell each other by Redis which timeline Postgres is on, see <see cref="RedisTimelines"/>. Without it each goes by what it has seen itself. Needs an <c>IConnectionMultiplexer</c>.</summary>
    public static IServiceCollection AddImFailover(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new RedisKeys(provider.GetRequiredService<IConnectionMultiplexer>()));
        services.TryAddSingleton<RedisTimelines>();
        services.TryAddSingleton<ITimelineMemory>(provider => provider.GetRequiredService<RedisTimelines>());
        services.AddHostedService(provider => provider.GetRequiredService<RedisTimelines>());
        return services;
    }
}
