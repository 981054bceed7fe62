using System.Diagnostics;
using Im.Core.Nodes;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Im.Core.Bus;

/// <summary>
/// Sends an envelope to this node's own topic at an interval and notes when it comes back. A connection that looks well but delivers nothing shows here, and as the health
/// check <c>bus</c>: unhealthy before the first probe is back and when none came back for three intervals. Redis being away is noted and tried again, for ever.
/// </summary>
internal sealed partial class BusProbe(IBus bus, NodeIdentity node, IOptions<BusOptions> options, TimeProvider time, ILogger<BusProbe> logger) : BackgroundService, IHealthCheck
{
    private const int ProbesMissedWhenDeaf = 3;

    private readonly TimeSpan _interval = TimeSpan.FromSeconds(options.Value.ProbeIntervalSeconds);
    private readonly BusTopic _topic = BusTopic.Node(node.Id);
    private long _receivedAt;
    private bool _deaf;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var receivedAt = Volatile.Read(ref _receivedAt);
        if (receivedAt == 0)
            return Task.FromResult(HealthCheckResult.Unhealthy("No probe has come back from Redis yet."));
        var silence = time.GetElapsedTime(receivedAt);
        return Task.FromResult(IsDeaf(silence) ? HealthCheckResult.Unhealthy($"No probe came back from Redis for {silence.TotalSeconds:F1} s.") : HealthCheckResult.Healthy());
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        IAsyncDisposable? subscription = null;
        using var timer = new PeriodicTimer(_interval, time);
        try
        {
            do
            {
                subscription = await ProbeAsync(subscription, stoppingToken);
                NoteDeafness();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        if (subscription is not null)
            await subscription.DisposeAsync();
    }

    /// <summary>The probe has no trace: it would be one span a second that nobody looks for.</summary>
    private async Task<IAsyncDisposable?> ProbeAsync(IAsyncDisposable? subscription, CancellationToken cancellationToken)
    {
        Activity.Current = null;
        try
        {
            subscription ??= await bus.SubscribeAsync(_topic, OnEnvelope, cancellationToken);
            await bus.PublishAsync(_topic, new(BusKind.Probe, node.Name, default) { Seq = time.GetTimestamp() }, cancellationToken);
        }
        catch (BusUnavailableException exception)
        {
            LogUnavailable(exception.Message);
        }
        return subscription;
    }

    private void OnEnvelope(BusEnvelope envelope)
    {
        if (envelope.Kind != BusKind.Probe)
            return;
        BusMetrics.ProbeDuration.Record(time.GetElapsedTime(envelope.Seq).TotalSeconds);
        Volatile.Write(ref _receivedAt, time.GetTimestamp());
    }

    private void NoteDeafness()
    {
        var receivedAt = Volatile.Read(ref _receivedAt);
        var deaf = receivedAt != 0 && IsDeaf(time.GetElapsedTime(receivedAt));
        if (deaf != _deaf)
            LogDeafness(deaf ? "no longer delivers to this node" : "delivers to this node again");
        _deaf = deaf;
    }

    private bool IsDeaf(TimeSpan silence) => silence > ProbesMissedWhenDeaf * _interval;

    [LoggerMessage(1220, LogLevel.Warning, "Redis {What}")]
    private partial void LogDeafness(string what);

    [LoggerMessage(1221, LogLevel.Debug, "The probe could not be sent: {Reason}")]
    private partial void LogUnavailable(string reason);
}
