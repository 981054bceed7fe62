using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Im.Tests.Hosting;

/// <summary>Runs a small application that the test describes, with nothing of Im in it.</summary>
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
        // Im's AppHost lends its build's knowledge of where DCP is.
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Im_AppHost>(["--ConnectionStrings:redis=none", "--ConnectionStrings:im=none", .. args], Limit);
        builder.Resources.Clear();
        describe(builder);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Im.AppHost.Resources", LogLevel.None)); // what resources write is theirs
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
}

/// <summary>One after the other, and nothing beside them: each starts an orchestrator, and looks at the clock.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class HostingCollection
{
    public const string Name = "Hosting";
}
