using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Reads what annotations say.</summary>
public static class ResourceExtensions
{
    public static bool TryGetLastAnnotation<T>(this IResource resource, [NotNullWhen(true)] out T? annotation)
        where T : IResourceAnnotation
    {
        annotation = resource.Annotations.OfType<T>().LastOrDefault();
        return annotation is not null;
    }

    public static int GetReplicaCount(this IResource resource) => resource.TryGetLastAnnotation<ReplicaAnnotation>(out var replicas) ? replicas.Replicas : 1;

    public static EndpointReference GetEndpoint(this IResourceWithEndpoints resource, string endpointName) => new(resource, endpointName);

    public static IEnumerable<EndpointReference> GetEndpoints(this IResourceWithEndpoints resource) =>
        resource.Annotations.OfType<EndpointAnnotation>().Select(e => new EndpointReference(resource, e));

    /// <summary>
    /// One for each replica, always the same ones: <c>realtime-1</c>, <c>realtime-2</c>. The dashboard finds a replica's telemetry by it:
    /// it is <c>service.name</c>, a hyphen, <c>service.instance.id</c>. Resources without a process have their name.
    /// </summary>
    internal static IReadOnlyList<string> GetReplicaIds(this IResource resource) =>
        resource is IResourceWithArgs or IResourceWithEndpoints
            ? [.. Enumerable.Range(1, resource.GetReplicaCount()).Select(n => $"{resource.Name}-{n}")]
            : [resource.Name];

    /// <summary>What the dashboard calls its kind.</summary>
    internal static string GetTypeName(this IResource resource) => resource switch
    {
        ProjectResource => "Project",
        ExecutableResource or RedisResource or PostgresServerResource => "Executable",
        _ => resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal),
    };
}
