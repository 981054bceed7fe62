using Aspire.Containerless.Dcp;
using Aspire.Containerless.Servers;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Containerless.Lifecycle;

/// <summary>
/// Brings the application up and down. Up: addresses, DCP, proxies, dashboard, then every resource by itself, in the order its waits give.
/// Down: programs first, while what they flush to still listens, then servers and the dashboard, then DCP.
/// </summary>
internal sealed partial class ApplicationOrchestrator(
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    ResourceLogs logs,
    DependencyGate gate,
    HealthMonitor health,
    DashboardSettings dashboardSettings,
    DashboardFeed dashboardFeed,
    IConfiguration configuration,
    IHostEnvironment environment,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<DistributedApplication> logger) : IHostedService
{
    private const string PortPatienceKey = "Containerless:PortPatienceSeconds";
    // Of a run that was killed the last process ends after 5.4 s.
    private const double DefaultPortPatienceSeconds = 8;

    // Together under the 5 s that Ctrl-C may take.
    private static readonly TimeSpan ProgramGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ServerGrace = TimeSpan.FromSeconds(1.2);

    private readonly List<ReplicaSupervisor> _programs = [];
    private readonly List<ReplicaSupervisor> _servers = [];
    private readonly List<Task> _running = [];
    private readonly CancellationTokenSource _ending = new();
    private DcpProcess? _dcp;
    private DashboardLauncher? _dashboard;

    private IEnumerable<ReplicaSupervisor> Supervisors => [.. _programs, .. _servers];

    // The host only stops it: see DistributedApplication.StartAsync.
    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Returns when all of it is under way.</summary>
    /// <exception cref="DistributedApplicationException">A port is taken, or a description makes no sense.</exception>
    /// <exception cref="ContainerlessException">The machine lacks something.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var allocation = new EndpointAllocation(configuration);
        var resources = model.Resources.ToArray();
        var replicas = resources.ToDictionary(r => r, allocation.Allocate);
        if (dashboardSettings.IsEnabled)
        {
            _dashboard = new DashboardLauncher(dashboardSettings, allocation, logger);
            model.Resources.Insert(0, _dashboard.Resource);
            replicas.Add(_dashboard.Resource, _dashboard.Replicas);
        }
        var patience = TimeSpan.FromSeconds(configuration.GetValue(PortPatienceKey, DefaultPortPatienceSeconds));
        await allocation.Ports.AwaitClaimsAsync(patience, Report, cancellationToken).ConfigureAwait(false);
        var bundle = await AspireBundle.LocateAsync(Report, cancellationToken).ConfigureAwait(false);
        LogBundle(logger, bundle.Source);
        _dcp = await DcpProcess.StartAsync(bundle.DcpPath, cancellationToken).ConfigureAwait(false);
        var executables = new DcpExecutables(_dcp.Client);
        _running.Add(WatchDcpAsync(executables));
        await CreateProxiesAsync(_dcp.Client, allocation.Proxied, cancellationToken).ConfigureAwait(false);

        var shared = new SupervisorServices(executables, notifications, gate, health, logs, time, logger);
        if (_dashboard is not null)
            Supervise(_servers, _dashboard.Replicas, await _dashboard.PlanAsync(bundle, dashboardFeed, cancellationToken).ConfigureAwait(false), shared);
        foreach (var resource in resources)
            Supervise(resource, replicas[resource], shared);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_programs.Select(s => s.EndAsync(ProgramGrace))).ConfigureAwait(false);
        await Task.WhenAll(_servers.Select(s => s.EndAsync(ServerGrace))).ConfigureAwait(false);
        await _ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_dashboard is not null)
            await _dashboard.DisposeAsync().ConfigureAwait(false);
        if (_dcp is not null)
            await _dcp.DisposeAsync().ConfigureAwait(false);
        _dcp = null;
        _dashboard = null;
    }

    /// <param name="replicaId">Such as <c>realtime-1</c>.</param>
    public ReplicaSupervisor? FindSupervisor(string replicaId) =>
        Supervisors.FirstOrDefault(s => string.Equals(s.Replica.Id, replicaId, StringComparison.OrdinalIgnoreCase));

    private void Supervise(IResource resource, IReadOnlyList<Replica> replicas, SupervisorServices shared)
    {
        switch (resource)
        {
            case ProjectResource or ExecutableResource:
                LifecycleCommands.AddTo(resource);
                Supervise(_programs, replicas, new ProgramPlanner(dashboardSettings, environment), shared);
                break;
            case RedisResource or PostgresServerResource:
                LifecycleCommands.AddTo(resource);
                Supervise(_servers, replicas, new ServerPlanner(), shared);
                break;
            case PostgresDatabaseResource database:
                _running.Add(new DatabaseSupervisor(database, shared).RunAsync(_ending.Token));
                break;
            case ConnectionStringResource:
                _running.Add(notifications.PublishUpdateAsync(
                    resource, s => s with { State = KnownResourceStates.Running, Ready = Task.CompletedTask }));
                break;
        }
    }

    private void Supervise(List<ReplicaSupervisor> list, IReadOnlyList<Replica> replicas, ILaunchPlanner planner, SupervisorServices shared)
    {
        foreach (var replica in replicas)
        {
            var supervisor = new ReplicaSupervisor(replica, planner, shared);
            list.Add(supervisor);
            _running.Add(supervisor.RunAsync(_ending.Token));
        }
    }

    private static async Task CreateProxiesAsync(DcpClient dcp, IReadOnlyList<ProxiedEndpoint> proxied, CancellationToken cancellationToken)
    {
        var timeout = TimeSpan.FromSeconds(5);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        waiting.CancelAfter(timeout);
        await Task.WhenAll(proxied.Select(async proxy =>
        {
            await dcp.CreateServiceAsync(
                new DcpService(new DcpMetadata(proxy.ServiceName), new DcpServiceSpec(proxy.Host, proxy.Port)), cancellationToken).ConfigureAwait(false);
            try
            {
                // DCP says nothing about a port it cannot have: the service just never gets one.
                while (await dcp.GetServiceAsync(proxy.ServiceName, waiting.Token).ConfigureAwait(false) is not { Status.EffectivePort: > 0 })
                    await Task.Delay(TimeSpan.FromMilliseconds(20), waiting.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new DistributedApplicationException(
                    $"Port {proxy.Port} for '{proxy.Resource.Name}' could not be opened within {timeout.TotalSeconds:0} s: another program may hold it.");
            }
        })).ConfigureAwait(false);
    }

    private async Task WatchDcpAsync(DcpExecutables executables)
    {
        try
        {
            await executables.WatchAsync(_ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The application ends.
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            LogDcpLost(logger, failure);
            lifetime.StopApplication();
        }
    }

    private void Report(string progress) => LogProgress(logger, progress);

    [LoggerMessage(11, LogLevel.Information, "{Progress}")]
    private static partial void LogProgress(ILogger logger, string progress);

    [LoggerMessage(12, LogLevel.Information, "Without containers: Redis and Postgres run as local processes; Aspire's orchestrator and dashboard come from {Source}.")]
    private static partial void LogBundle(ILogger logger, string source);

    [LoggerMessage(13, LogLevel.Critical, "Aspire's orchestrator has ended unexpectedly; stopping.")]
    private static partial void LogDcpLost(ILogger logger, Exception exception);
}
