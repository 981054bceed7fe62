using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>Calls an AppHost's entry point on a thread of its own, and halts it where the test wants a say.</summary>
internal sealed class AppHostEntryPoint(
    Assembly appHost, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder) : EntryPointHook
{
    private readonly TaskCompletionSource<DistributedApplicationBuilder> _described = NewSource<DistributedApplicationBuilder>();
    private readonly TaskCompletionSource<DistributedApplication> _built = NewSource<DistributedApplication>();
    private readonly TaskCompletionSource<bool> _mayBuild = NewSource<bool>();
    private readonly TaskCompletionSource<bool> _disposed = NewSource<bool>();

    /// <summary>Returns when the AppHost has described its application.</summary>
    public async Task<IDistributedApplicationTestingBuilder> StartAsync(CancellationToken cancellationToken)
    {
        var entryPoint = appHost.EntryPoint ?? throw new InvalidOperationException($"{appHost.GetName().Name} has no entry point.");
        _ = Task.Factory.StartNew(() => Run(entryPoint), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var builder = await _described.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Builder(this, builder);
    }

    public override void OnConstructing(DistributedApplicationOptions options, HostApplicationBuilderSettings settings)
    {
        // The AppHost passes its arguments on, which are the test's already.
        settings.Args = [];
        TestingDefaults.Apply(options, settings, args, appHost);
        configureBuilder(options, settings);
    }

    public override void OnBuilding(DistributedApplicationBuilder builder)
    {
        _described.TrySetResult(builder);
        if (!_mayBuild.Task.GetAwaiter().GetResult())
            throw new OperationCanceledException("The test was disposed before it built the application.");
    }

    public override void OnBuilt(DistributedApplication application) => _built.TrySetResult(application);

    public override Task RunAsync() => _disposed.Task;

    public override void OnDisposed() => _disposed.TrySetResult(true);

    private void Run(MethodInfo entryPoint)
    {
        Current = this;
        try
        {
            entryPoint.Invoke(null, entryPoint.GetParameters().Length == 0 ? null : [args]);
            Fail(new InvalidOperationException($"{appHost.GetName().Name} ended without building an application."));
        }
        catch (TargetInvocationException failure)
        {
            Fail(failure.InnerException ?? failure);
        }
    }

    // No effect on what has succeeded already.
    private void Fail(Exception failure)
    {
        _described.TrySetException(failure);
        _built.TrySetException(failure);
    }

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Builder(AppHostEntryPoint entryPoint, DistributedApplicationBuilder inner) : TestingBuilder(inner)
    {
        public override async ValueTask DisposeAsync()
        {
            entryPoint._mayBuild.TrySetResult(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }

        protected override Task<DistributedApplication> BuildCoreAsync(CancellationToken cancellationToken)
        {
            entryPoint._mayBuild.TrySetResult(true);
            return entryPoint._built.Task.WaitAsync(cancellationToken);
        }
    }
}
