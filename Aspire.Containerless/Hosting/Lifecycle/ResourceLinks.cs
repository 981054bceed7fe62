using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Containerless.Lifecycle;

/// <summary>The links of a replica in the dashboard: those of its resource's endpoints, and where there are several replicas, its own.</summary>
internal static class ResourceLinks
{
    public static ImmutableArray<UrlSnapshot> Of(Replica replica, bool isActive)
    {
        var links = ImmutableArray.CreateBuilder<UrlSnapshot>();
        foreach (var endpoint in replica.Resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.AllocatedEndpoint is not null))
        {
            var link = Configured(replica.Resource, endpoint);
            links.Add(new UrlSnapshot(endpoint.Name, Absolute(link.Url, endpoint), link.DisplayLocation == UrlDisplayLocation.DetailsOnly)
            {
                IsInactive = !isActive,
                DisplayProperties = new UrlDisplayPropertiesSnapshot(link.DisplayText ?? "", link.DisplayOrder ?? 0),
            });
            if (endpoint.IsProxied)
                links.Add(new UrlSnapshot($"{endpoint.Name} target port", replica.Addresses[endpoint.Name].GetLeftPart(UriPartial.Authority), IsInternal: true)
                {
                    IsInactive = !isActive,
                    DisplayProperties = new UrlDisplayPropertiesSnapshot($"{replica.Id} itself"),
                });
        }
        return links.ToImmutable();
    }

    private static ResourceUrlAnnotation Configured(IResource resource, EndpointAnnotation endpoint)
    {
        var link = new ResourceUrlAnnotation
        {
            Url = endpoint.AllocatedEndpoint!.UriString,
            Endpoint = resource is IResourceWithEndpoints owner ? new EndpointReference(owner, endpoint) : null,
        };
        foreach (var annotation in resource.Annotations.OfType<EndpointUrlAnnotation>())
            if (string.Equals(annotation.EndpointName, endpoint.Name, StringComparison.OrdinalIgnoreCase))
                annotation.Configure(link);
        return link;
    }

    private static string Absolute(string url, EndpointAnnotation endpoint) =>
        url.StartsWith('/') ? endpoint.AllocatedEndpoint!.UriString + url : url;
}
