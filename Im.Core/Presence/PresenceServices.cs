using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Im.Core.Presence;

public static class PresenceServices
{
    /// <summary><see cref="IOnlinePeople"/>, for a process that need not be a node: after <c>AddImNodes</c>.</summary>
    public static IServiceCollection AddImOnlinePeople(this IServiceCollection services)
    {
        services.TryAddSingleton<IOnlinePeople, OnlinePeople>();
        return services;
    }

    /// <summary>Who is online (<see cref="IPresence"/>), for a node: needs <c>AddImNode</c> before it, an <c>IBus</c> and an <c>IConnectionMultiplexer</c>. Settings from the section <c>Presence</c>.</summary>
    public static IServiceCollection AddImPresence(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<PresenceOptions>().BindConfiguration("Presence");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PresenceOptions>, PresenceOptionsRanges>());
        services.TryAddSingleton<RedisPresence>();
        services.TryAddSingleton<IPresence>(provider => provider.GetRequiredService<RedisPresence>());
        services.AddHostedService(provider => provider.GetRequiredService<RedisPresence>());
        return services;
    }
}
