using Aspire.Hosting.ApplicationModel;

namespace Aspire.Containerless.Lifecycle;

/// <summary>One of the processes a resource runs as.</summary>
/// <param name="Id">Such as <c>realtime-1</c>.</param>
/// <param name="Number">Counts from 1; its <c>service.instance.id</c>.</param>
/// <param name="Addresses">Where this replica itself listens. They stay the same over restarts, so that peers find it again.</param>
internal sealed record Replica(IResource Resource, string Id, int Number, ReplicaAddresses Addresses);

/// <summary>A replica's own addresses by the name of the endpoint.</summary>
internal sealed class ReplicaAddresses(IReadOnlyDictionary<string, Uri> addresses)
{
    public Uri this[string endpointName] =>
        addresses.TryGetValue(endpointName, out var address)
            ? address
            : throw new InvalidOperationException($"There is no endpoint named '{endpointName}'.");
}
