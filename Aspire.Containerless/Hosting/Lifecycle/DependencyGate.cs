using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Holds a replica back until what it waits for is so far.</summary>
internal sealed class DependencyGate(ResourceNotificationService notifications)
{
    /// <exception cref="DistributedApplicationException">A dependency that had to complete ended with another exit code.</exception>
    public Task WaitAsync(IResource resource, CancellationToken cancellationToken) =>
        Task.WhenAll(resource.Annotations.OfType<WaitAnnotation>()
            .SelectMany(wait => wait.Resource.GetReplicaIds().Select(id => WaitAsync(resource, wait, id, cancellationToken))));

    private async Task WaitAsync(IResource resource, WaitAnnotation wait, string replicaId, CancellationToken cancellationToken)
    {
        var reached = await notifications.WaitForResourceAsync(
            wait.Resource.Name, e => e.ResourceId == replicaId && IsReached(wait.WaitType, e), cancellationToken).ConfigureAwait(false);
        if (wait.WaitType == WaitType.WaitUntilHealthy)
            await reached.Snapshot.Ready!.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (wait.WaitType == WaitType.WaitForCompletion && reached.Snapshot.ExitCode != wait.ExitCode)
            throw new DistributedApplicationException(
                $"'{resource.Name}' does not start, because '{replicaId}' ended with exit code {reached.Snapshot.ExitCode}, not {wait.ExitCode}.");
    }

    private static bool IsReached(WaitType type, ResourceEvent e) => type switch
    {
        WaitType.WaitUntilHealthy => ResourceNotificationService.IsReady(e),
        WaitType.WaitForCompletion => KnownResourceStates.TerminalStates.Contains(e.Snapshot.State?.Text),
        _ => e.Snapshot.State?.Text == KnownResourceStates.Running,
    };
}
