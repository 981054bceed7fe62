using Aspire.Containerless.Servers;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds Redis servers.</summary>
public static class RedisBuilderExtensions
{
    /// <param name="port">Null for a free one.</param>
    /// <param name="password">Null for a generated one, kept with the data.</param>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var redis = new RedisResource(name, password?.Resource ?? builder.CreatePassword(name));
        return builder.AddResource(redis)
            .WithServerEndpoint(RedisResource.PrimaryEndpointName, port)
            .WithConnectionHealthCheck(RedisServer.IsReadyAsync);
    }

    /// <summary>Keeps the data between runs.</summary>
    /// <param name="name">Null for one made of the application's and the resource's names.</param>
    public static IResourceBuilder<RedisResource> WithDataVolume(this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithVolume(name, isReadOnly);

    /// <summary>Changes nothing: with a data volume every write is kept, without one there is nothing to keep it in.</summary>
    public static IResourceBuilder<RedisResource> WithPersistence(
        this IResourceBuilder<RedisResource> builder, TimeSpan? interval = null, long keysChangedThreshold = 1) => builder;
}
