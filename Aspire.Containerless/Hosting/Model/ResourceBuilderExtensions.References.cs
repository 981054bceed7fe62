using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Hands over a connection string: <c>ConnectionStrings__{name}</c>.</summary>
    /// <param name="connectionName">Null: the source's name.</param>
    /// <param name="optional">Goes without where the source has none.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder,
        IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null,
        bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        var resource = source.Resource;
        return builder
            .WithAnnotation(new ResourceRelationshipAnnotation(resource, "Reference"))
            .WithAnnotation(new EnvironmentCallbackAnnotation(async context =>
            {
                var connectionString = await resource.GetConnectionStringAsync(context.CancellationToken).ConfigureAwait(false);
                if (!string.IsNullOrEmpty(connectionString))
                    context.EnvironmentVariables[$"ConnectionStrings__{connectionName ?? resource.Name}"] = connectionString;
                else if (!optional)
                    throw new DistributedApplicationException($"'{resource.Name}' has no connection string.");
            }));
    }

    /// <summary>Hands over every endpoint: <c>services__{name}__{scheme}__{n}</c> for service discovery, and <c>{NAME}_{ENDPOINT}</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder.WithEndpointVariables(source.Resource, _ => true);
    }

    /// <summary>Hands over one endpoint.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(endpointReference);
        return builder.WithEndpointVariables(
            endpointReference.Resource, e => string.Equals(e.EndpointName, endpointReference.EndpointName, StringComparison.OrdinalIgnoreCase));
    }

    // Endpoints are read when the process starts: the source may get some after it was referenced.
    private static IResourceBuilder<T> WithEndpointVariables<T>(
        this IResourceBuilder<T> builder, IResourceWithEndpoints source, Func<EndpointReference, bool> includes)
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder
            .WithAnnotation(new ResourceRelationshipAnnotation(source, "Reference"))
            .WithEnvironment(context =>
            {
                foreach (var endpoint in source.GetEndpoints().Where(includes))
                {
                    context.EnvironmentVariables[ShellName($"{source.Name}_{endpoint.EndpointName}")] = endpoint;
                    var index = 0;
                    while (!context.EnvironmentVariables.TryAdd($"services__{source.Name}__{endpoint.Scheme}__{index}", endpoint))
                        index++;
                }
            });
    }

    private static string ShellName(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
}
