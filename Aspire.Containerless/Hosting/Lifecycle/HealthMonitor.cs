using System.Collections.Concurrent;
using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Watches the health of running replicas and publishes what changes.</summary>
internal sealed class HealthMonitor(ResourceNotificationService notifications, IServiceProvider services, TimeProvider time)
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan IntervalWhenHealthy = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IntervalWhenNot = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<IResource, Lazy<Task>> _ready = [];

    /// <summary>Watches one replica until cancelled, which does not throw.</summary>
    public async Task RunAsync(Replica replica, CancellationToken cancellationToken)
    {
        var checks = replica.Resource.Annotations.OfType<ReplicaHealthCheckAnnotation>().ToArray();
        ImmutableArray<HealthReportSnapshot> known = [];
        var isReady = false;
        try
        {
            while (true)
            {
                ImmutableArray<HealthReportSnapshot> reports =
                    [.. await Task.WhenAll(checks.Select(c => ProbeAsync(c, replica.Addresses, cancellationToken))).ConfigureAwait(false)];
                cancellationToken.ThrowIfCancellationRequested();
                var isHealthy = reports.All(r => r.Status == HealthStatus.Healthy);
                var becomesReady = isHealthy && !isReady;
                isReady |= becomesReady;
                if (becomesReady || !reports.SequenceEqual(known))
                    await notifications.PublishUpdateAsync(
                        replica.Resource,
                        replica.Id,
                        s => s with { HealthReports = reports, Ready = isReady ? ReadyOf(replica.Resource) : s.Ready }).ConfigureAwait(false);
                known = reports;
                if (checks.Length == 0)
                    return;
                await Task.Delay(isHealthy ? IntervalWhenHealthy : IntervalWhenNot, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The replica has ended, or is to.
        }
    }

    /// <summary>Checks that have not reported yet.</summary>
    public static ImmutableArray<HealthReportSnapshot> Pending(IResource resource) =>
        [.. resource.Annotations.OfType<HealthCheckAnnotation>().Select(c => new HealthReportSnapshot(c.Key, null, null, null))];

    // Once for all replicas and restarts.
    private Task ReadyOf(IResource resource) => _ready.GetOrAdd(resource, r => new Lazy<Task>(() => Task.Run(async () =>
    {
        foreach (var callback in r.Annotations.OfType<ResourceReadyCallbackAnnotation>())
            await callback.Callback(new ResourceReadyEvent(r, services), CancellationToken.None).ConfigureAwait(false);
    }))).Value;

    private async Task<HealthReportSnapshot> ProbeAsync(ReplicaHealthCheckAnnotation check, ReplicaAddresses addresses, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(ProbeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        ProbeResult result;
        try
        {
            result = await check.Probe(addresses, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            result = ProbeResult.Unhealthy($"No answer within {ProbeTimeout.TotalSeconds:0} s.");
        }
#pragma warning disable CA1031 // A check that fails in its own way is a failed check.
        catch (Exception failure) when (failure is not OperationCanceledException)
#pragma warning restore CA1031
        {
            result = ProbeResult.Unhealthy(failure.Message);
        }
        return new HealthReportSnapshot(check.Key, result.Status, result.Description, null);
    }
}
