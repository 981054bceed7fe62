using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What state every resource is in, and who wants to know. Replicas have one state each.</summary>
public partial class ResourceNotificationService : IDisposable
{
    /// <summary>A watcher this many changes behind misses the oldest of them.</summary>
    private const int WatcherBacklog = 4096;

    private readonly ConcurrentDictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<ChannelWriter<ResourceEvent>> _watchers = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly IServiceProvider _services;
    private readonly ILogger<ResourceNotificationService> _logger;

    internal ResourceNotificationService(IServiceProvider services, WaitBehavior defaultWaitBehavior, ILogger<ResourceNotificationService> logger)
    {
        _logger = logger;
        _services = services;
        DefaultWaitBehavior = defaultWaitBehavior;
    }

    internal WaitBehavior DefaultWaitBehavior { get; }

    /// <summary>The state of one replica, or of a resource that has only one.</summary>
    /// <param name="resourceId">Such as <c>realtime-1</c>; the plain name does where there is one replica.</param>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        if (_current.TryGetValue(resourceId, out resourceEvent))
            return true;
        var named = _current.Values.Where(e => string.Equals(e.Resource.Name, resourceId, StringComparison.OrdinalIgnoreCase)).Take(2).ToArray();
        resourceEvent = named.Length == 1 ? named[0] : null;
        return resourceEvent is not null;
    }

    /// <summary>First the state of everything, then every change, until cancelled or the application ends.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        var channel = Channel.CreateBounded<ResourceEvent>(new BoundedChannelOptions(WatcherBacklog) { FullMode = BoundedChannelFullMode.DropOldest });
        ResourceEvent[] snapshot;
        lock (_gate)
        {
            snapshot = [.. _current.Values];
            _watchers.Add(channel.Writer);
        }
        try
        {
            foreach (var resourceEvent in snapshot)
                yield return resourceEvent;
            await foreach (var resourceEvent in channel.Reader.ReadAllAsync(ending.Token).ConfigureAwait(false))
                yield return resourceEvent;
        }
        finally
        {
            lock (_gate)
                _watchers.Remove(channel.Writer);
        }
    }

    /// <summary>Waits until any replica of the resource satisfies the predicate.</summary>
    public async Task<ResourceEvent> WaitForResourceAsync(
        string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        await foreach (var resourceEvent in WatchAsync(cancellationToken).ConfigureAwait(false))
            if (string.Equals(resourceEvent.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase) && predicate(resourceEvent))
                return resourceEvent;
        throw new OperationCanceledException($"The application ended while '{resourceName}' was waited for.", cancellationToken);
    }

    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var states = targetStates.ToHashSet(StringComparer.Ordinal);
        var reached = await WaitForResourceAsync(resourceName, e => e.Snapshot.State is { } state && states.Contains(state.Text), cancellationToken)
            .ConfigureAwait(false);
        return reached.Snapshot.State!.Text;
    }

    /// <param name="targetState">Null: running.</param>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceHealthyAsync(resourceName, DefaultWaitBehavior, cancellationToken);

    /// <summary>Waits until any replica of the resource is healthy, and what runs on that (OnResourceReady) has ended.</summary>
    /// <exception cref="DistributedApplicationException">It cannot start, and <paramref name="waitBehavior" /> is not to wait for a repair.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(
        string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        var reached = await WaitForResourceAsync(resourceName, e => IsReady(e) || GivesUp(e), cancellationToken).ConfigureAwait(false);
        if (GivesUp(reached))
            throw new DistributedApplicationException(
                $"'{reached.ResourceId}' will not become healthy: it is {reached.Snapshot.State!.Text}. {reached.Snapshot.Failure ?? $"Exit code {reached.Snapshot.ExitCode}."}");
        await reached.Snapshot.Ready!.WaitAsync(cancellationToken).ConfigureAwait(false);
        return reached;

        bool GivesUp(ResourceEvent e) =>
            waitBehavior == WaitBehavior.StopOnResourceUnavailable && KnownResourceStates.TerminalStates.Contains(e.Snapshot.State?.Text);
    }

    /// <summary>Changes the state of every replica of the resource.</summary>
    public async Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        foreach (var id in resource.GetReplicaIds())
            await PublishUpdateAsync(resource, id, stateFactory).ConfigureAwait(false);
    }

    /// <summary>Changes the state of one replica.</summary>
    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        lock (_gate)
        {
            var before = _current.TryGetValue(resourceId, out var known) ? known.Snapshot : Initial(resource);
            var after = stateFactory(before);
            after = after with { Commands = CommandsOf(resource, after) };
            var change = new ResourceEvent(resource, resourceId, after);
            _current[resourceId] = change;
            if (before.State?.Text != after.State?.Text || before.HealthStatus != after.HealthStatus)
                LogChanged(_logger, resourceId, after.State?.Text, after.HealthStatus);
            foreach (var watcher in _watchers)
                watcher.TryWrite(change);
        }
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _disposed.Cancel();
        GC.SuppressFinalize(this);
    }

    internal static bool IsReady(ResourceEvent e) => e.Snapshot.HealthStatus == HealthStatus.Healthy && e.Snapshot.Ready is not null;

    private static CustomResourceSnapshot Initial(IResource resource) => new()
    {
        ResourceType = resource.GetTypeName(),
        Properties = [],
        CreationTimeStamp = DateTime.UtcNow,
        IsHidden = resource.Annotations.OfType<HiddenAnnotation>().Any(),
        Relationships =
        [
            .. resource.Annotations.OfType<ResourceRelationshipAnnotation>()
                .Select(r => new RelationshipSnapshot(r.Resource.Name, r.Type)).Distinct(),
        ],
    };

    private ImmutableArray<ResourceCommandSnapshot> CommandsOf(IResource resource, CustomResourceSnapshot snapshot)
    {
        var context = new UpdateCommandStateContext { ResourceSnapshot = snapshot, ServiceProvider = _services };
        return
        [
            .. resource.Annotations.OfType<ResourceCommandAnnotation>().Select(c => new ResourceCommandSnapshot(
                c.Name, c.UpdateState(context), c.DisplayName, c.DisplayDescription, c.Parameter, c.ConfirmationMessage, c.IconName, c.IconVariant, c.IsHighlighted)),
        ];
    }

    [LoggerMessage(1, LogLevel.Debug, "{ResourceId} is {State}, health {Health}.")]
    private static partial void LogChanged(ILogger logger, string resourceId, string? state, HealthStatus? health);
}
