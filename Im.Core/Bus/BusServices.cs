using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Im.Core.Bus;

public static class BusServices
{
    /// <summary>
    /// <see cref="IBus"/> on the host's <c>IConnectionMultiplexer</c> (<c>builder.AddRedisClient("redis")</c>), with settings from the section <c>Bus</c> and the health check <c>redis</c>. With
    /// <paramref name="probe"/> (a node; needs a <see cref="Nodes.NodeIdentity"/>) it watches itself, with the health check <c>bus</c>.
    /// </summary>
    public static IServiceCollection AddImBus(this IServiceCollection services, bool probe = true)
    {
        services.AddOptions<BusOptions>().BindConfiguration("Bus").ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BusOptions>, BusOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RedisBus>();
        services.TryAddSingleton<IBus>(provider => provider.GetRequiredService<RedisBus>());
        services.AddHostedService<RedisStart>();
        services.AddHealthChecks().AddCheck<RedisHealthCheck>("redis");
        if (!probe)
            return services;
        services.TryAddSingleton<BusProbe>();
        services.AddHostedService(provider => provider.GetRequiredService<BusProbe>());
        services.AddHealthChecks().AddCheck<BusProbe>("bus");
        return services;
    }
}
