using Aspire.Containerless.Lifecycle;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The resource is healthy only while this check passes.</summary>
public class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    public string Key => key;
}

/// <summary>
/// A check of one replica. Stock checks HTTP health through the proxy, so a hung replica looks healthy as long as another answers;
/// here every replica is asked at its own address.
/// </summary>
internal sealed class ReplicaHealthCheckAnnotation(string key, Func<ReplicaAddresses, CancellationToken, Task<ProbeResult>> probe) : HealthCheckAnnotation(key)
{
    public Func<ReplicaAddresses, CancellationToken, Task<ProbeResult>> Probe => probe;
}
