using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Found by others under its name: <c>services__{name}__{endpoint}__0</c>.</summary>
public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;
