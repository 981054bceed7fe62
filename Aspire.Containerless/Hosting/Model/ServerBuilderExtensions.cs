using System.Net.Sockets;
using Aspire.Containerless.Lifecycle;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>What the servers have in common.</summary>
internal static class ServerBuilderExtensions
{
    /// <summary>Without a proxy: one process, and every round trip counts. IPv4 only, as the servers listen there.</summary>
    public static IResourceBuilder<T> WithServerEndpoint<T>(this IResourceBuilder<T> builder, string name, int? port)
        where T : IResourceWithEndpoints =>
        builder.WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, uriScheme: "tcp", name: name, port: port, isProxied: false)
        {
            TargetHost = "127.0.0.1",
            IsProxiedInStock = true,
        });

    public static IResourceBuilder<T> WithConnectionHealthCheck<T>(this IResourceBuilder<T> builder, Func<string, CancellationToken, Task<bool>> isReadyAsync)
        where T : IResourceWithConnectionString
    {
        var resource = builder.Resource;
        return builder.WithAnnotation(new ReplicaHealthCheckAnnotation($"{resource.Name}_check", async (_, cancellationToken) =>
        {
            var connectionString = await resource.GetConnectionStringAsync(cancellationToken).ConfigureAwait(false);
            var isReady = await isReadyAsync(connectionString!, cancellationToken).ConfigureAwait(false);
            return isReady ? ProbeResult.Healthy : ProbeResult.Unhealthy("It does not answer.");
        }));
    }

    public static IResourceBuilder<T> WithVolume<T>(this IResourceBuilder<T> builder, string? name, bool isReadOnly)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (isReadOnly)
            throw new NotSupportedException($"'{builder.Resource.Name}' asks for a read-only volume; containerless has none.");
        var application = builder.ApplicationBuilder;
        var store = new VolumeStore(application.Configuration, application.Environment.ApplicationName, application.AppHostDirectory);
        return builder.WithAnnotation(
            new DataVolumeAnnotation(store, name ?? store.DefaultName(builder.Resource.Name)), ResourceAnnotationMutationBehavior.Replace);
    }
}
