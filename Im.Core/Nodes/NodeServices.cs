using System.Security.Cryptography;
using Im.Core.Clocks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Im.Core.Nodes;

public static class NodeServices
{
    /// <summary>Who the nodes are (<see cref="INodeRegistry"/>), for a process that need not be one. Needs an <c>IConnectionMultiplexer</c>.</summary>
    public static IServiceCollection AddImNodes(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new RedisKeys(provider.GetRequiredService<IConnectionMultiplexer>()));
        services.TryAddSingleton<StoreTime, RedisTime>();
        services.TryAddSingleton<RedisNodeRegistry>();
        services.TryAddSingleton<INodeRegistry>(provider => provider.GetRequiredService<RedisNodeRegistry>());
        return services;
    }

    /// <summary>
    /// Makes this process a node (<see cref="NodeIdentity"/>, <see cref="INodeLease"/>), with settings from the section <c>Nodes</c>. Call it before the features that live with its lease: hosted services
    /// stop in reverse, and the lease is given back last.
    /// </summary>
    /// <param name="name">What people see, such as <c>realtime-1</c>; its own for each replica.</param>
    public static IServiceCollection AddImNode(this IServiceCollection services, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        services.AddImNodes();
        services.AddOptionsWithValidateOnStart<NodeOptions>().BindConfiguration("Nodes");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<NodeOptions>, NodeOptionsRanges>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<NodeOptions>, NodeOptionsRatio>());
        services.TryAddSingleton(new NodeIdentity(name, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))));
        services.TryAddSingleton<NodeLease>();
        services.TryAddSingleton<INodeLease>(provider => provider.GetRequiredService<NodeLease>());
        services.TryAddSingleton<NodeWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeLease>());
        services.AddHostedService(provider => provider.GetRequiredService<NodeWatch>());
        return services;
    }
}
