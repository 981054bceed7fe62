using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Im.AppHost.Supervision;

/// <summary>
/// Asks each replica every two seconds how it is. One that has been healthy and fails three times in a row is shown as unhealthy, itself and not its
/// siblings, and said on the console; so is its recovery. Aspire itself looks at what is healthy every 30 s.
/// </summary>
internal sealed partial class HangWatch(Replicas replicas, ReplicaProbe probe, HealthCheckService checks, ResourceNotificationService notifications, ILoggerFactory loggers)
    : BackgroundService
{
    private const int FailuresInARow = 3;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = loggers.CreateLogger("Im");
    private readonly ConcurrentDictionary<(string Id, int? Process), Look> _looks = [];

    private sealed record Look(bool WasHealthy, int Failures, DateTime Since);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Task.WhenAll(replicas.All.Where(replica => replica.IsRunning && replica.Resource.Annotations.OfType<RestartOnCrashAnnotation>().Any())
                    .Select(replica => LookAsync(replica, stoppingToken)));
        }
        catch (OperationCanceledException)
        {
            // The application ends.
        }
    }

    private async Task LookAsync(Replica replica, CancellationToken cancellationToken)
    {
        var key = (replica.Id, replica.ProcessId);
        var before = _looks.GetValueOrDefault(key) ?? new(false, 0, DateTime.UtcNow);
        var fault = replica.Resource is ProjectResource
            ? await probe.FindFaultAsync(replica, cancellationToken)
            : await AskChecksAsync(replica.Resource, cancellationToken);
        if (replicas.All.FirstOrDefault(now => now.Id == replica.Id)?.ProcessId != replica.ProcessId)
            return; // it has ended meanwhile, which is said elsewhere
        if (fault is null)
        {
            _looks[key] = new(true, 0, DateTime.UtcNow);
            if (before.Failures < FailuresInARow)
                return;
            LogRecovered(_logger, replica.Name, (DateTime.UtcNow - before.Since).TotalSeconds);
            await ShowAsync(replica, KnownResourceStates.Running, KnownResourceStateStyles.Success);
        }
        else if (before.WasHealthy)
        {
            _looks[key] = before with { Failures = before.Failures + 1 };
            if (before.Failures + 1 < FailuresInARow)
                return;
            if (before.Failures + 1 == FailuresInARow)
                LogUnhealthy(_logger, replica.Name, fault);
            await ShowAsync(replica, Replica.UnhealthyState, KnownResourceStateStyles.Error);
        }
    }

    private async Task<string?> AskChecksAsync(IResource resource, CancellationToken cancellationToken)
    {
        var keys = resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key).ToHashSet();
        var report = await checks.CheckHealthAsync(check => keys.Contains(check.Name), cancellationToken);
        return report.Entries.Values.Where(entry => entry.Status != HealthStatus.Healthy).Select(entry => entry.Description ?? entry.Exception?.Message ?? "Unhealthy").FirstOrDefault();
    }

    private Task ShowAsync(Replica replica, string state, string style) => notifications.PublishUpdateAsync(replica.Resource, replica.Id, snapshot =>
        snapshot.State?.Text is Replica.UnhealthyState || snapshot.State?.Text == KnownResourceStates.Running
            ? snapshot with { State = new(state, style) }
            : snapshot);

    [LoggerMessage(14, LogLevel.Warning, "{Replica} is unhealthy: {Reason}")]
    private static partial void LogUnhealthy(ILogger logger, string replica, string reason);

    [LoggerMessage(15, LogLevel.Information, "{Replica} is healthy again after {Seconds:0} s")]
    private static partial void LogRecovered(ILogger logger, string replica, double seconds);
}
