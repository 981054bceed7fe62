using System.Collections.Immutable;
using System.Diagnostics;
using Im.Core.Nodes;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Im.Core.Bus;

/// <summary>
/// Sends an envelope to this node's own topic at an interval, in a cluster one through each shard, and notes when it comes back. A connection that looks well but delivers nothing shows here. The bus is told
/// (<see cref="RedisBus.Doubt"/>), and it shows as the health check <c>bus</c>: unhealthy before the first probe is back and when none came back for three intervals; degraded when those of some shards did
/// not. Redis being away is noted and tried again, for ever.
/// </summary>
internal sealed partial class BusProbe(RedisBus bus, NodeIdentity node, IOptions<BusOptions> options, TimeProvider time, ILogger<BusProbe> logger) : BackgroundService, IHealthCheck
{
    private const int ProbesMissedWhenInDoubt = 2, ProbesMissedWhenDeaf = 3;

    /// <summary>A shard that was added says so to nobody.</summary>
    private const int IntervalsBetweenLooks = 10;

    private readonly TimeSpan _interval = TimeSpan.FromSeconds(options.Value.ProbeIntervalSeconds);
    private ImmutableArray<Probe> _probes = [];
    private bool _deaf;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var probes = _probes;
        if (probes.All(probe => !probe.WasHeard))
            return Task.FromResult(HealthCheckResult.Unhealthy("No probe has come back from Redis yet."));
        var deaf = probes.Where(IsDeaf).ToArray();
        if (deaf.Length == 0)
            return Task.FromResult(HealthCheckResult.Healthy());
        var silence = $"for {deaf.Max(SilenceOf).TotalSeconds:F1} s.";
        return Task.FromResult(deaf.Length == probes.Length
            ? HealthCheckResult.Unhealthy($"No probe came back from Redis {silence}")
            : HealthCheckResult.Degraded($"No probe came back from {deaf.Length} of {probes.Length} shards of Redis {silence}"));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Activity.Current = null; // or each probe would be a span that nobody looks for
        using var timer = new PeriodicTimer(_interval, time);
        try
        {
            for (var interval = 0; ; interval++)
            {
                await ChooseAsync(interval % IntervalsBetweenLooks == 0);
                foreach (var probe in _probes.Where(probe => probe.Sending.IsCompleted))
                    probe.Sending = SendAsync(probe, stoppingToken);
                NoteSilence();
                await timer.WaitForNextTickAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        foreach (var probe in _probes)
            await EndAsync(probe);
    }

    private async Task ChooseAsync(bool look)
    {
        IReadOnlyList<BusTopic> topics;
        try
        {
            if (look || _probes.IsEmpty)
                await bus.LookAsync();
            topics = bus.ProbesOf(node.Id);
        }
        catch (StackExchange.Redis.RedisConnectionException exception)
        {
            LogUnavailable(exception.Message);
            return;
        }
        var probes = _probes;
        if (probes.Select(probe => probe.Topic).SequenceEqual(topics))
            return;
        _probes = [.. topics.Select(topic => probes.FirstOrDefault(probe => probe.Topic == topic) ?? new(topic, time.GetTimestamp()))];
        foreach (var gone in probes.Except(_probes))
            _ = EndAsync(gone);
    }

    private async Task SendAsync(Probe probe, CancellationToken cancellationToken)
    {
        try
        {
            probe.Subscription ??= await bus.SubscribeAsync(probe.Topic, envelope => OnEnvelope(probe, envelope), cancellationToken);
            await bus.PublishAsync(probe.Topic, new(BusKind.Probe, node.Name, default) { Seq = time.GetTimestamp() }, cancellationToken);
        }
        catch (BusUnavailableException exception)
        {
            LogUnavailable(exception.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private static async Task EndAsync(Probe probe)
    {
        await probe.Sending;
        if (probe.Subscription is { } subscription)
            await subscription.DisposeAsync();
    }

    private void OnEnvelope(Probe probe, BusEnvelope envelope)
    {
        if (envelope.Kind != BusKind.Probe)
            return;
        BusMetrics.ProbeDuration.Record(time.GetElapsedTime(envelope.Seq).TotalSeconds);
        probe.Heard(time.GetTimestamp());
    }

    private void NoteSilence()
    {
        if (_probes.Any(probe => SilenceOf(probe) > ProbesMissedWhenInDoubt * _interval))
            bus.Doubt();
        var deaf = _probes.Any(probe => probe.WasHeard && IsDeaf(probe));
        if (deaf != _deaf)
            LogDeafness(deaf ? "no longer delivers to this node" : "delivers to this node again");
        _deaf = deaf;
    }

    private bool IsDeaf(Probe probe) => SilenceOf(probe) > ProbesMissedWhenDeaf * _interval;

    private TimeSpan SilenceOf(Probe probe) => time.GetElapsedTime(probe.HeardAt);

    [LoggerMessage(1220, LogLevel.Warning, "Redis {What}")]
    private partial void LogDeafness(string what);

    [LoggerMessage(1221, LogLevel.Debug, "The probe could not be sent: {Reason}")]
    private partial void LogUnavailable(string reason);

    private sealed class Probe(BusTopic topic, long since)
    {
        private long _heardAt = since;

        public BusTopic Topic => topic;

        public IAsyncDisposable? Subscription { get; set; }

        public Task Sending { get; set; } = Task.CompletedTask;

        public bool WasHeard { get; private set; }

        /// <summary>Or began to listen.</summary>
        public long HeardAt => Volatile.Read(ref _heardAt);

        public void Heard(long at)
        {
            Volatile.Write(ref _heardAt, at);
            WasHeard = true;
        }
    }
}
