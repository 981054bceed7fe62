using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Aspire.Containerless.Lifecycle;

/// <summary>
/// Keeps one replica as it is wanted: running, or stopped. A replica that ends by itself is started again, later each time it crashes
/// (<see cref="RestartBackOff" />), where stock leaves it; only a program without endpoints that ends with exit code 0 has done its work.
/// </summary>
internal sealed partial class ReplicaSupervisor(Replica replica, ILaunchPlanner planner, SupervisorServices shared)
{
    private readonly Lock _gate = new();
    private readonly RestartBackOff _backOff = new();
    private readonly ReplicaPublisher _publisher = new(replica, shared.Notifications, shared.Time);
    private bool _isWanted = true;
    private bool _hasStarted;
    private StopTerms _terms = StopTerms.ByPerson;
    private CancellationTokenSource? _attempt;
    private TaskCompletionSource _changed = NewSignal();
    private TaskCompletionSource _idle = NewSignal();

    public Replica Replica => replica;

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
    public Task StopAsync() => StopAsync(StopTerms.ByPerson);

    /// <summary>Stops it for good, because the application ends: no later than this, and without tidying up what ends anyway.</summary>
    public Task EndAsync(TimeSpan grace) => StopAsync(new StopTerms(grace, TidiesUp: false));

    /// <summary>Runs until cancelled, which leaves the process as it is: stop first.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await WantedAsync(cancellationToken).ConfigureAwait(false);
            if (BeginAttempt() is not { } attempt)
                continue;
            var begun = shared.Time.GetTimestamp();
            var once = new ReplicaAttempt(replica, planner, _publisher, shared);
            var outcome = await once.RunAsync(waits: !_hasStarted, () => _terms, attempt.Token).ConfigureAwait(false);
            _hasStarted |= once.HasStarted;
            EndAttempt(attempt, outcome);
            if (outcome == AttemptOutcome.Crashed)
                await WaitForRestartAsync(shared.Time.GetElapsedTime(begun), cancellationToken).ConfigureAwait(false);
        }
    }

    private Task StopAsync(StopTerms terms)
    {
        lock (_gate)
        {
            _isWanted = false;
            _terms = terms;
            _attempt?.Cancel();
            Signal();
            return _attempt is null ? Task.CompletedTask : _idle.Task;
        }
    }

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
        shared.Logs[replica.Id].Note(string.Create(
            CultureInfo.InvariantCulture, $"Ended by itself after {ranFor.TotalSeconds:0.0} s; starting again in {delay.TotalSeconds:0.#} s."));
        _publisher.Restarting();
        await Task.WhenAny(Task.Delay(delay, shared.Time, cancellationToken), changed).ConfigureAwait(false);
        lock (_gate)
            if (!_isWanted)
                _publisher.Stopped();
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

    private void EndAttempt(CancellationTokenSource attempt, AttemptOutcome outcome)
    {
        lock (_gate)
        {
            _attempt = null;
            // Over by itself; a person may start it again.
            if (outcome is AttemptOutcome.Completed or AttemptOutcome.FailedToStart)
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
}
