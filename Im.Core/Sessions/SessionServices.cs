using Im.Core.Nodes;
using Im.Core.Clocks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Im.Core.Sessions;

public static class SessionServices
{
    /// <summary>
    /// Sessions (<see cref="ISessionManager"/>), for any process, with settings from the section <c>Sessions</c>. Needs an <c>IBus</c> and an <c>IConnectionMultiplexer</c>; only a process that is
    /// a node (<c>AddImNode</c>) can register connections.
    /// </summary>
    public static IServiceCollection AddImSessions(this IServiceCollection services)
    {
        services.AddImNodes();
        services.AddOptionsWithValidateOnStart<SessionOptions>().BindConfiguration("Sessions");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SessionOptions>, SessionOptionsRanges>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SessionOptions>, SessionOptionsOrder>());
        services.TryAddSingleton<SessionCookie>();
        services.TryAddSingleton<StoreTime, RedisTime>();
        services.TryAddSingleton<SessionStore>();
        services.TryAddSingleton<ConnectionDirectory>();
        services.TryAddSingleton<SessionSends>();
        services.TryAddSingleton<SessionNews>();
        services.TryAddSingleton<SessionCheck>();
        services.TryAddSingleton<ISessionManager, RedisSessionManager>();
        services.TryAddSingleton<ConnectionTable>();
        services.AddHostedService(provider => provider.GetRequiredService<ConnectionTable>());
        return services;
    }
}
