namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource, or one replica of it, has changed.</summary>
/// <param name="resourceId">Of the replica, such as <c>realtime-1</c>.</param>
public class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    public IResource Resource => resource;
    public string ResourceId => resourceId;
    public CustomResourceSnapshot Snapshot => snapshot;
}
