using System.Globalization;
using System.Net.Sockets;
using Aspire.Containerless.Lifecycle;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    private const string HttpScheme = "http";
    private const int StatusOk = 200;

    /// <param name="port">What others connect to; null for a free one. Tests may randomise it (<c>DcpPublisher:RandomizePorts</c>).</param>
    /// <param name="targetPort">What the process listens on; null for a free one, one for each replica.</param>
    /// <param name="name">Null: <c>http</c>.</param>
    /// <param name="env">A variable that tells the process its port. A project needs none, it has <c>ASPNETCORE_URLS</c>.</param>
    /// <param name="isProxied">False: others connect to the process itself, so there can be only one.</param>
    /// <exception cref="DistributedApplicationException">There is an endpoint of that name.</exception>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null, string? env = null, bool isProxied = true)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        var endpoint = new EndpointAnnotation(
            ProtocolType.Tcp, uriScheme: HttpScheme, name: name ?? HttpScheme, port: port, targetPort: targetPort, isProxied: isProxied);
        if (builder.Resource.Annotations.OfType<EndpointAnnotation>().Any(e => string.Equals(e.Name, endpoint.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DistributedApplicationException($"'{builder.Resource.Name}' already has an endpoint named '{endpoint.Name}'.");
        if (env is not null)
            builder.WithAnnotation(new EndpointPortVariableAnnotation(env, endpoint));
        return builder.WithAnnotation(endpoint);
    }

    /// <summary>Marks its HTTP endpoints as meant for the outside.</summary>
    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        foreach (var endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.UriScheme is "http" or "https"))
            endpoint.IsExternal = true;
        return builder;
    }

    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new EndpointReference(builder.Resource, name);
    }

    /// <summary>A replica is healthy while it answers this path, at its own address, with the status.</summary>
    /// <param name="path">Null: <c>/</c>.</param>
    /// <param name="statusCode">Null: 200.</param>
    /// <param name="endpointName">Null: <c>http</c>.</param>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        var endpoint = endpointName ?? HttpScheme;
        var status = statusCode ?? StatusOk;
        var key = string.Create(CultureInfo.InvariantCulture, $"{builder.Resource.Name}_{endpoint}_{path ?? "/"}_{status}_check");
        return builder.WithAnnotation(new ReplicaHealthCheckAnnotation(key, (addresses, cancellationToken) =>
            HttpProbe.RunAsync(new Uri(addresses[endpoint], path ?? "/"), status, cancellationToken)));
    }

    /// <summary>Changes the link the endpoint has in the dashboard.</summary>
    public static IResourceBuilder<T> WithUrlForEndpoint<T>(this IResourceBuilder<T> builder, string endpointName, Action<ResourceUrlAnnotation> callback)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new EndpointUrlAnnotation(endpointName, callback));
    }
}

/// <summary>A variable that tells a process the port of one of its endpoints.</summary>
internal sealed record EndpointPortVariableAnnotation(string VariableName, EndpointAnnotation Endpoint) : IResourceAnnotation;
