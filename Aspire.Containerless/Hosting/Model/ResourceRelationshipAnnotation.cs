namespace Aspire.Hosting.ApplicationModel;

/// <summary>A line between two resources in the dashboard.</summary>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    public IResource Resource => resource;

    /// <summary>Reference, WaitFor or Parent.</summary>
    public string Type => type;
}
