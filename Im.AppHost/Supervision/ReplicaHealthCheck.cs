using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Im.AppHost.Supervision;

/// <summary>The health of one replica.</summary>
/// <param name="index">0, 1, …; null for a resource that has no replicas.</param>
internal sealed class ReplicaHealthCheck(Replicas replicas, ReplicaProbe probe, IResource resource, int? index) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        replicas.All.FirstOrDefault(replica => replica.Resource == resource && replica.Index == index && replica.IsRunning) is not { } replica ? HealthCheckResult.Unhealthy("It does not run.")
        : await probe.FindFaultAsync(replica, cancellationToken) is { } fault ? HealthCheckResult.Unhealthy(fault)
        : HealthCheckResult.Healthy();
}
