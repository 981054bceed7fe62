using Im.Core.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Im.Core.Sessions;

public static class SessionServices
{
    /// <summary>
    /// Sessions (<see cref="ISessionManager"/>). Needs an <c>IBus</c> and an <c>IConnectionMultiplexer</c>; in a node call <c>AddImNode</c> before it,
    /// elsewhere (a web server) the connection operations of others' nodes work, registering connections throws.
    /// </summary>
    public static IServiceCollection AddImSessions(this IServiceCollection services, Action<SessionOptions>? configure = null)
    {
        services.AddImNodes();
        services.AddOptionsWithValidateOnStart<SessionOptions>().Configure(options => configure?.Invoke(options));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SessionOptions>, SessionOptionsRanges>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SessionOptions>, SessionOptionsOrder>());
        services.TryAddSingleton<SessionStore>();
        services.TryAddSingleton<ConnectionDirectory>();
        services.TryAddSingleton<ISessionManager, RedisSessionManager>();
        if (services.Any(service => service.ServiceType == typeof(INodeLease)))
        {
            services.TryAddSingleton<ConnectionTable>();
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<ConnectionTable>());
        }
        return services;
    }
}
