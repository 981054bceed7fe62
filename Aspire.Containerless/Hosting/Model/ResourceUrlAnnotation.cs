namespace Aspire.Hosting.ApplicationModel;

/// <summary>A link of a resource in the dashboard.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>Higher comes first.</summary>
    public int? DisplayOrder;

    /// <summary>Absolute, or a path (<c>/chat</c>) at the endpoint.</summary>
    public required string Url { get; set; }

    /// <summary>Text of the link; null shows the address.</summary>
    public string? DisplayText { get; set; }

    public EndpointReference? Endpoint { get; init; }

    public UrlDisplayLocation DisplayLocation { get; set; }
}

/// <inheritdoc cref="ResourceUrlAnnotation.DisplayLocation" />
public enum UrlDisplayLocation
{
    SummaryAndDetails = 0,
    DetailsOnly = 1,
}

/// <summary>Changes the link that an endpoint has by itself.</summary>
internal sealed record EndpointUrlAnnotation(string EndpointName, Action<ResourceUrlAnnotation> Configure) : IResourceAnnotation;
