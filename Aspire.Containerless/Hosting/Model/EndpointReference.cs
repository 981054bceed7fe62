using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The address of an endpoint, usable before it is known.</summary>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName) : IManifestExpressionProvider, IValueProvider
{
    public EndpointReference(IResourceWithEndpoints owner, EndpointAnnotation endpoint) : this(owner, endpoint.Name)
    {
    }

    public IResourceWithEndpoints Resource => owner;
    public string EndpointName => endpointName;
    public bool Exists => Find() is not null;
    public bool IsAllocated => Find()?.AllocatedEndpoint is not null;
    public bool IsHttp => Scheme == "http";
    public bool IsHttps => Scheme == "https";
    public string Scheme => EndpointAnnotation.UriScheme;

    /// <exception cref="InvalidOperationException">The application has not started.</exception>
    public string Host => Allocated.Address;

    /// <inheritdoc cref="Host" />
    public int Port => Allocated.Port;

    /// <inheritdoc cref="Host" />
    public string Url => Allocated.UriString;

    public EndpointAnnotation EndpointAnnotation =>
        Find() ?? throw new InvalidOperationException($"The resource '{owner.Name}' has no endpoint named '{endpointName}'.");

    string IManifestExpressionProvider.ValueExpression => $"{{{owner.Name}.bindings.{endpointName}.url}}";

    private AllocatedEndpoint Allocated =>
        EndpointAnnotation.AllocatedEndpoint
        ?? throw new InvalidOperationException($"The endpoint '{endpointName}' of '{owner.Name}' has no address before the application starts.");

    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => Property(EndpointProperty.Url).GetValueAsync(cancellationToken);

    private EndpointAnnotation? Find() =>
        owner.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(e => string.Equals(e.Name, endpointName, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A part of an endpoint's address.</summary>
public enum EndpointProperty
{
    Url = 0,
    Host = 1,
    Port = 3,
    Scheme = 4,
    HostAndPort = 6,
}

/// <inheritdoc cref="EndpointProperty" />
public class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property) : IManifestExpressionProvider, IValueProvider
{
    public EndpointReference Endpoint => endpointReference;
    public EndpointProperty Property => property;

    public string ValueExpression =>
        $"{{{endpointReference.Resource.Name}.bindings.{endpointReference.EndpointName}.{property.ToString().ToLowerInvariant()}}}";

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var address = await endpointReference.EndpointAnnotation.Allocated.WaitAsync(cancellationToken).ConfigureAwait(false);
        return property switch
        {
            EndpointProperty.Url => address.UriString,
            EndpointProperty.Host => address.Address,
            EndpointProperty.Port => address.Port.ToString(CultureInfo.InvariantCulture),
            EndpointProperty.Scheme => address.UriScheme,
            EndpointProperty.HostAndPort => address.EndPointString,
            _ => throw new InvalidOperationException($"Unknown endpoint property {property}."),
        };
    }
}
