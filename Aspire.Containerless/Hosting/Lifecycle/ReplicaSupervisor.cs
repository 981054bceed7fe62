using System.Globalization;
using Aspire.Containerless.Dcp;
using Aspire.Containerless.Servers;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Containerless.Lifecycle;

/// <summary>
/// Keeps one replica as it is wanted: running, or stopped. A replica that ends by itself is started again, later each time it crashes
/// (<see cref="RestartBackOff" />), where stock leaves it; only a program without endpoints that ends with exit code 0 has done its work.
/// </summary>
internal sealed partial class ReplicaSupervisor(Replica replica, ILaunchPlanner planner, SupervisorServices shared)
{
    /// <summary>How long a process may take to end when a person stops it; after that it is killed.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan LastLinesLimit = TimeSpan.FromMilliseconds(700);

    private readonly Lock _gate = new();
    private readonly RestartBackOff _backOff = new();
    private readonly ReplicaPublisher _publisher = new(replica, shared.Notifications, shared.Time);
    private bool _isWanted = true;
    private bool _hasStarted;
    private CancellationTokenSource? _attempt;
    private TimeSpan _grace = StopGrace;
    private bool _isEnding;
    private TaskCompletionSource _changed = NewSignal();
    private TaskCompletionSource _idle = NewSignal();

    private enum Outcome
    {
        Stopped,
        Completed,
        FailedToStart,
        Crashed,
    }

    public Replica Replica => replica;

    private ResourceLog Log => shared.Logs[replica.Id];

    /// <summary>Wants it to run; at once, if it waits to be started again.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _isWanted = true;
            _backOff.Reset();
            Signal();
        }
    }

    /// <summary>Wants it stopped; returns when it is.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _isWanted = false;
            _attempt?.Cancel();
            Signal();
            return _attempt is null ? Task.CompletedTask : _idle.Task;
        }
    }

    /// <summary>Stops it for good, because the application ends: no later than this, and without tidying up what ends anyway.</summary>
    public Task EndAsync(TimeSpan grace)
    {
        lock (_gate)
        {
            _grace = grace;
            _isEnding = true;
            return StopAsync();
        }
    }

    /// <summary>Runs until cancelled, which leaves the process as it is: stop first.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await WantedAsync(cancellationToken).ConfigureAwait(false);
            if (BeginAttempt() is not { } attempt)
                continue;
            var startedAt = shared.Time.GetTimestamp();
            var outcome = await AttemptAsync(attempt.Token).ConfigureAwait(false);
            EndAttempt(attempt, outcome);
            if (outcome == Outcome.Crashed)
                await WaitForRestartAsync(shared.Time.GetElapsedTime(startedAt), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Outcome> AttemptAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!_hasStarted)
            {
                await WaitForDependenciesAsync(cancellationToken).ConfigureAwait(false);
                _hasStarted = true;
            }
            _publisher.Starting();
            var plan = await planner.PlanAsync(replica, Report, cancellationToken).ConfigureAwait(false);
            _publisher.Planned(plan);
            return await RunOnceAsync(plan, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _publisher.Ended(KnownResourceStates.Exited, exitCode: null);
            return Outcome.Stopped;
        }
        catch (Exception failure) when (failure is ContainerlessException or DistributedApplicationException)
        {
            return FailToStart(failure.Message);
        }
#pragma warning disable CA1031 // Whatever it is, this replica has to come back, and the others must not notice.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogUnexpected(shared.Logger, failure, replica.Id);
            Log.Note(failure.Message);
            return Outcome.Crashed;
        }
    }

    private async Task WaitForDependenciesAsync(CancellationToken cancellationToken)
    {
        var awaited = replica.Resource.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource.Name).Distinct().ToArray();
        if (awaited.Length == 0)
            return;
        _publisher.Waiting();
        Log.Note($"Waiting for {string.Join(", ", awaited)}.");
        await shared.Gate.WaitAsync(replica.Resource, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Outcome> RunOnceAsync(LaunchPlan plan, CancellationToken cancellationToken)
    {
        var run = await shared.Executables.StartAsync(replica.Id, plan, Producers(), cancellationToken).ConfigureAwait(false);
        var logs = Task.WhenAll(LogPump.RunAsync(run, "stdout", Log), LogPump.RunAsync(run, "stderr", Log));
        using var watching = new CancellationTokenSource();
        var health = Task.CompletedTask;
        try
        {
            var started = await run.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (started.State == "FailedToStart")
                return FailToStart($"{plan.Command} does not start: {await run.ReadReasonAsync(cancellationToken).ConfigureAwait(false)}");
            _publisher.Running(started.Pid);
            health = shared.Health.RunAsync(replica, watching.Token);
            return Ended(await run.Ended.WaitAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _publisher.Stopping();
            await run.StopAsync(_grace).ConfigureAwait(false);
            throw;
        }
        finally
        {
            await watching.CancelAsync().ConfigureAwait(false);
            await health.ConfigureAwait(false);
            if (!_isEnding)
            {
                // The last lines are worth a moment: they say why.
                await Task.WhenAny(logs, Task.Delay(LastLinesLimit)).ConfigureAwait(false);
                await run.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private Outcome Ended(DcpExecutableStatus status)
    {
        var endpoints = replica.Resource.Annotations.OfType<EndpointAnnotation>();
        if (status.ExitCode == 0 && !endpoints.Any())
        {
            _publisher.Ended(KnownResourceStates.Finished, status.ExitCode);
            return Outcome.Completed;
        }
        _publisher.Crashed(status.ExitCode);
        return Outcome.Crashed;
    }

    private Outcome FailToStart(string reason)
    {
        LogFailedToStart(shared.Logger, replica.Id, reason);
        Log.Note(reason);
        _publisher.FailedToStart(reason);
        return Outcome.FailedToStart;
    }

    private void Report(string progress)
    {
        Log.Note(progress);
        LogProgress(shared.Logger, replica.Id, progress);
    }

    private DcpServiceProducer[] Producers() =>
    [
        .. replica.Resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.IsProxied).Select(e =>
            new DcpServiceProducer(ProxiedEndpoint.ServiceNameOf(replica.Resource, e.Name), e.TargetHost, replica.Addresses[e.Name].Port)),
    ];

    private async Task WaitForRestartAsync(TimeSpan ranFor, CancellationToken cancellationToken)
    {
        Task changed;
        TimeSpan delay;
        lock (_gate)
        {
            if (!_isWanted)
                return;
            delay = _backOff.Next(ranFor);
            changed = _changed.Task;
        }
        LogRestarting(shared.Logger, replica.Id, delay.TotalSeconds);
        Log.Note(string.Create(CultureInfo.InvariantCulture, $"Ended by itself after {ranFor.TotalSeconds:0.0} s; starting again in {delay.TotalSeconds:0.#} s."));
        _publisher.Restarting();
        await Task.WhenAny(Task.Delay(delay, shared.Time, cancellationToken), changed).ConfigureAwait(false);
        lock (_gate)
            if (!_isWanted)
                _publisher.Ended(KnownResourceStates.Exited, exitCode: null);
    }

    private async Task WantedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_isWanted)
                    return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private CancellationTokenSource? BeginAttempt()
    {
        lock (_gate)
        {
            if (!_isWanted)
                return null;
            _idle = NewSignal();
            return _attempt = new CancellationTokenSource();
        }
    }

    private void EndAttempt(CancellationTokenSource attempt, Outcome outcome)
    {
        lock (_gate)
        {
            _attempt = null;
            // Stopped by itself for good; a person may start it again.
            if (outcome is Outcome.Completed or Outcome.FailedToStart)
                _isWanted = false;
            _idle.TrySetResult();
        }
        attempt.Dispose();
    }

    private void Signal()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(1, LogLevel.Warning, "{ReplicaId} ended by itself and is started again in {DelaySeconds:0.#} s.")]
    private static partial void LogRestarting(ILogger logger, string replicaId, double delaySeconds);

    [LoggerMessage(2, LogLevel.Error, "{ReplicaId} does not start: {Reason}")]
    private static partial void LogFailedToStart(ILogger logger, string replicaId, string reason);

    [LoggerMessage(4, LogLevel.Information, "{ReplicaId}: {Progress}")]
    private static partial void LogProgress(ILogger logger, string replicaId, string progress);

    [LoggerMessage(3, LogLevel.Error, "{ReplicaId} could not be kept running.")]
    private static partial void LogUnexpected(ILogger logger, Exception exception, string replicaId);
}

/// <summary>What all supervisors use.</summary>
internal sealed record SupervisorServices(
    DcpExecutables Executables,
    ResourceNotificationService Notifications,
    DependencyGate Gate,
    HealthMonitor Health,
    ResourceLogs Logs,
    TimeProvider Time,
    ILogger Logger);
