using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Decides every address before anything starts, so that every process can be told every other's.</summary>
internal sealed class EndpointAllocation(IConfiguration configuration)
{
    // The name stock reads; its testing builder sets it.
    private readonly bool _randomizes = configuration.GetValue("DcpPublisher:RandomizePorts", false);

    public PortAllocator Ports { get; } = new();

    /// <summary>The proxies needed.</summary>
    public List<ProxiedEndpoint> Proxied { get; } = [];

    /// <exception cref="DistributedApplicationException">A port that was asked for is taken.</exception>
    public IReadOnlyList<Replica> Allocate(IResource resource)
    {
        var replicaIds = resource.GetReplicaIds();
        var addresses = replicaIds.Select(_ => new Dictionary<string, Uri>(StringComparer.OrdinalIgnoreCase)).ToArray();
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            if (replicaIds.Count > 1 && (!endpoint.IsProxied || endpoint.TargetPort is not null))
                throw new DistributedApplicationException(
                    $"'{resource.Name}' has {replicaIds.Count} replicas, which cannot all listen on the one port of endpoint '{endpoint.Name}'.");
            var port = PublicPort(resource, endpoint);
            foreach (var replica in addresses)
                replica[endpoint.Name] = new UriBuilder(endpoint.UriScheme, endpoint.TargetHost, endpoint.IsProxied ? TargetPort(resource, endpoint) : port).Uri;
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, endpoint.TargetHost, port);
            if (endpoint.IsProxied)
                Proxied.Add(new ProxiedEndpoint(resource, endpoint.Name, endpoint.TargetHost, port));
        }
        return [.. replicaIds.Select((id, i) => new Replica(resource, id, i + 1, new ReplicaAddresses(addresses[i])))];
    }

    private int PublicPort(IResource resource, EndpointAnnotation endpoint)
    {
        var mayRandomize = endpoint.IsProxied || endpoint.IsProxiedInStock;
        var port = endpoint.Port ?? (endpoint.IsProxied ? null : endpoint.TargetPort);
        return port is { } asked && !(_randomizes && mayRandomize) ? Ports.Claim(asked, $"'{resource.Name}'", endpoint.UrlKey) : Ports.Allocate();
    }

    private int TargetPort(IResource resource, EndpointAnnotation endpoint) =>
        endpoint.TargetPort is { } asked ? Ports.Claim(asked, $"'{resource.Name}'") : Ports.Allocate();
}

/// <summary>An endpoint that others reach through a proxy in front of the replicas.</summary>
internal sealed record ProxiedEndpoint(IResource Resource, string EndpointName, string Host, int Port)
{
    public static string ServiceNameOf(IResource resource, string endpointName) => $"{resource.Name}-{endpointName}".ToLowerInvariant();

    public string ServiceName => ServiceNameOf(Resource, EndpointName);
}
