using Aspire.Containerless.Dcp;
using Aspire.Containerless.Servers;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Containerless.Lifecycle;

/// <summary>How one attempt to run a replica ended.</summary>
internal enum AttemptOutcome
{
    /// <summary>It was cancelled.</summary>
    Stopped,

    /// <summary>It has done its work.</summary>
    Completed,

    /// <summary>Trying again would not help.</summary>
    FailedToStart,

    Crashed,
}

/// <summary>How to stop a process.</summary>
/// <param name="Grace">How long it may take; after that it is killed.</param>
/// <param name="TidiesUp">Waits for its last lines, and removes it from DCP.</param>
internal sealed record StopTerms(TimeSpan Grace, bool TidiesUp)
{
    public static StopTerms ByPerson { get; } = new(TimeSpan.FromSeconds(3), TidiesUp: true);
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

/// <summary>Runs a replica once, from what it waits for to its end.</summary>
internal sealed partial class ReplicaAttempt(Replica replica, ILaunchPlanner planner, ReplicaPublisher publisher, SupervisorServices shared)
{
    private static readonly TimeSpan LastLinesLimit = TimeSpan.FromMilliseconds(700);

    /// <summary>What it waits for was so far.</summary>
    public bool HasStarted { get; private set; }

    private ResourceLog Log => shared.Logs[replica.Id];

    /// <param name="waits">For its dependencies: the first time only. A gateway that crashed has to come back though a node behind it is down.</param>
    /// <param name="terms">Asked when it is cancelled.</param>
    public async Task<AttemptOutcome> RunAsync(bool waits, Func<StopTerms> terms, CancellationToken cancellationToken)
    {
        try
        {
            if (waits)
                await WaitForDependenciesAsync(cancellationToken).ConfigureAwait(false);
            HasStarted = true;
            publisher.Starting();
            var plan = await planner.PlanAsync(replica, Report, cancellationToken).ConfigureAwait(false);
            publisher.Planned(plan);
            return await RunAsync(plan, terms, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            publisher.Stopped();
            return AttemptOutcome.Stopped;
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
            return AttemptOutcome.Crashed;
        }
    }

    private async Task WaitForDependenciesAsync(CancellationToken cancellationToken)
    {
        var awaited = replica.Resource.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource.Name).Distinct().ToArray();
        if (awaited.Length == 0)
            return;
        publisher.Waiting();
        Log.Note($"Waiting for {string.Join(", ", awaited)}.");
        await shared.Gate.WaitAsync(replica.Resource, cancellationToken).ConfigureAwait(false);
    }

    private async Task<AttemptOutcome> RunAsync(LaunchPlan plan, Func<StopTerms> terms, CancellationToken cancellationToken)
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
            publisher.Running(started.Pid);
            health = shared.Health.RunAsync(replica, watching.Token);
            return Ended(await run.Ended.WaitAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            publisher.Stopping();
            await run.StopAsync(terms().Grace).ConfigureAwait(false);
            throw;
        }
        finally
        {
            await watching.CancelAsync().ConfigureAwait(false);
            await health.ConfigureAwait(false);
            if (terms().TidiesUp)
            {
                // The last lines are worth a moment: they say why.
                await Task.WhenAny(logs, Task.Delay(LastLinesLimit)).ConfigureAwait(false);
                await run.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private AttemptOutcome Ended(DcpExecutableStatus status)
    {
        if (status.ExitCode == 0 && !replica.Resource.Annotations.OfType<EndpointAnnotation>().Any())
        {
            publisher.Finished(status.ExitCode);
            return AttemptOutcome.Completed;
        }
        publisher.Crashed(status.ExitCode);
        return AttemptOutcome.Crashed;
    }

    private AttemptOutcome FailToStart(string reason)
    {
        LogFailedToStart(shared.Logger, replica.Id, reason);
        Log.Note(reason);
        publisher.FailedToStart(reason);
        return AttemptOutcome.FailedToStart;
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

    [LoggerMessage(2, LogLevel.Error, "{ReplicaId} does not start: {Reason}")]
    private static partial void LogFailedToStart(ILogger logger, string replicaId, string reason);

    [LoggerMessage(3, LogLevel.Error, "{ReplicaId} could not be kept running.")]
    private static partial void LogUnexpected(ILogger logger, Exception exception, string replicaId);

    [LoggerMessage(4, LogLevel.Information, "{ReplicaId}: {Progress}")]
    private static partial void LogProgress(ILogger logger, string replicaId, string progress);
}
