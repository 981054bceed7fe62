using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting
{
    /// <summary>Runs code when something happens to a resource.</summary>
    public static class DistributedApplicationEventingExtensions
    {
        /// <summary>Runs once, when the resource has become healthy for the first time; those that wait for the resource wait for this too.</summary>
        public static IResourceBuilder<T> OnResourceReady<T>(
            this IResourceBuilder<T> builder, Func<T, ResourceReadyEvent, CancellationToken, Task> callback)
            where T : IResource
        {
            ArgumentNullException.ThrowIfNull(builder);
            var resource = builder.Resource;
            return builder.WithAnnotation(new ResourceReadyCallbackAnnotation((ready, cancellationToken) => callback(resource, ready, cancellationToken)));
        }
    }
}

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A resource has become healthy for the first time.</summary>
    public class ResourceReadyEvent(IResource resource, IServiceProvider services)
    {
        public IResource Resource => resource;
        public IServiceProvider Services => services;
    }

    internal sealed record ResourceReadyCallbackAnnotation(Func<ResourceReadyEvent, CancellationToken, Task> Callback) : IResourceAnnotation;
}
