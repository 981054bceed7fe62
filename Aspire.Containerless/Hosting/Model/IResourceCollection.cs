using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The resources of an application. A test may take some away before it builds.</summary>
public interface IResourceCollection : IList<IResource>;

internal sealed class ResourceCollection : Collection<IResource>, IResourceCollection;

/// <summary>The application as described.</summary>
public class DistributedApplicationModel(IResourceCollection resources)
{
    public IResourceCollection Resources => resources;
}
