using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Im.Tests.Hosting;

/// <summary>Runs a small application that the test describes.</summary>
[Collection(HostingCollection.Name)]
public abstract class AppTest : IAsyncLifetime
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));
    private DistributedApplication? _app;

    protected CancellationToken Limit => _limit.Token;

    protected ResourceNotificationService Notifications => _app!.ResourceNotifications;

    protected ResourceCommandService Commands => _app!.ResourceCommands;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        _limit.Dispose();
    }

    protected async Task<DistributedApplication> StartAsync(Action<IDistributedApplicationBuilder> describe, params string[] args)
    {
        var builder = DistributedApplicationTestingBuilder.Create(args);
        describe(builder);
        _app = await builder.BuildAsync(Limit);
        await _app.StartAsync(Limit);
        return _app;
    }

    /// <summary>Ends the application, so that another can be started.</summary>
    protected async Task StopAsync()
    {
        await _app!.DisposeAsync();
        _app = null;
    }

    protected async Task<int> ProcessIdAsync(string resource, int notThisOne = 0)
    {
        var reached = await Notifications.WaitForResourceAsync(
            resource, e => e.Snapshot.State?.Text == KnownResourceStates.Running && ProcessIdOf(e) is { } id && id != notThisOne, Limit);
        return ProcessIdOf(reached)!.Value;
    }

    protected static int? ProcessIdOf(ResourceEvent e) => e.Snapshot.Properties.FirstOrDefault(p => p.Name == "executable.pid")?.Value as int?;

    protected static string? StateOf(ResourceEvent e) => e.Snapshot.State?.Text;
}

/// <summary>One after the other, and nothing beside them: each starts an orchestrator, and looks at the clock.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class HostingCollection
{
    public const string Name = "Hosting";
}
