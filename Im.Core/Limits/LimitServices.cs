using Im.Core.Clocks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Im.Core.Limits;

public static class LimitServices
{
    /// <summary>
    /// <see cref="LimitOptions"/>, section <c>Limits</c>, <see cref="ProxyNetworks"/>, <see cref="ReadBudget"/>, <see cref="ISharedBuckets"/> and, with <c>AddImMessages</c>, <see cref="NewConversations"/>.
    /// </summary>
    public static IServiceCollection AddImLimits(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<LimitOptions>().BindConfiguration("Limits");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LimitOptions>, LimitOptionsValidator>());
        services.TryAddSingleton<ProxyNetworks>();
        services.TryAddSingleton<ReadBudget>();
        services.TryAddSingleton(provider => new RedisKeys(provider.GetRequiredService<IConnectionMultiplexer>()));
        services.TryAddSingleton<StoreTime, RedisTime>();
        services.TryAddSingleton<ISharedBuckets, RedisBuckets>();
        services.TryAddSingleton<NewConversations>();
        return services;
    }
}
