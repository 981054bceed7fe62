using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Containerless.Lifecycle;

/// <summary>What a health check of one replica found.</summary>
internal sealed record ProbeResult(HealthStatus Status, string? Description = null)
{
    public static ProbeResult Healthy { get; } = new(HealthStatus.Healthy);

    public static ProbeResult Unhealthy(string description) => new(HealthStatus.Unhealthy, description);
}
