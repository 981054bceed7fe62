using Aspire.Containerless.Lifecycle;
using Aspire.Containerless.Servers;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>A distributed application that can be run.</summary>
public partial class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost _host;
    private readonly EntryPointHook? _hook;
    private readonly ILogger _logger;
    private int _disposed;

    public DistributedApplication(IHost host) : this(host, null)
    {
    }

    internal DistributedApplication(IHost host, EntryPointHook? hook)
    {
        ArgumentNullException.ThrowIfNull(host);
        _host = host;
        _hook = hook;
        _logger = host.Services.GetRequiredService<ILogger<DistributedApplication>>();
    }

    public IServiceProvider Services => _host.Services;
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();
    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => new DistributedApplicationBuilder(args);

    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) => new DistributedApplicationBuilder(options);

    /// <summary>Starts everything; returns when the orchestrator has it in hand. Resources become healthy after that.</summary>
    /// <exception cref="DistributedApplicationException">It cannot run: a port is taken, or the machine lacks something.</exception>
    public virtual async Task StartAsync(CancellationToken cancellationToken = default)
    {
        LogStarting(_logger);
        await _host.StartAsync(cancellationToken).ConfigureAwait(false);
        // Not as a hosted service, whose failure the host would report with a stack trace.
        var orchestrator = Services.GetRequiredService<ApplicationOrchestrator>();
        var stopping = Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var starting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        try
        {
            await orchestrator.StartAsync(starting.Token).ConfigureAwait(false);
        }
        catch (ContainerlessException lacking)
        {
            throw new DistributedApplicationException(lacking.Message, lacking);
        }
        LogStarted(_logger);
    }

    /// <summary>Stops everything, programs before what they depend on; within 5 s.</summary>
    public virtual Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Runs until Ctrl-C, SIGTERM or <see cref="IHostApplicationLifetime.StopApplication" />. A failure to start is one line and exit code 1.</summary>
    public virtual async Task RunAsync(CancellationToken cancellationToken = default)
    {
        // The AppHost under test; the test itself may run the application.
        if (EntryPointHook.Current is { } hook)
        {
            await hook.RunAsync().ConfigureAwait(false);
            return;
        }
        try
        {
            using var orphaned = OrphanWatch.Start(Services.GetRequiredService<IHostApplicationLifetime>(), _logger);
            await StartAsync(cancellationToken).ConfigureAwait(false);
            await _host.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DistributedApplicationException failure)
        {
            LogCannotRun(_logger, failure.Message);
            Environment.ExitCode = 1;
        }
        catch (OperationCanceledException)
        {
            // Stopped while starting.
        }
        finally
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    public virtual void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops first if need be.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        await StopAsync().ConfigureAwait(false);
        switch (_host)
        {
            case IAsyncDisposable host:
                await host.DisposeAsync().ConfigureAwait(false);
                break;
            default:
                _host.Dispose();
                break;
        }
        _hook?.OnDisposed();
        GC.SuppressFinalize(this);
    }

    [LoggerMessage(1, LogLevel.Information, "Distributed application starting.")]
    private static partial void LogStarting(ILogger logger);

    [LoggerMessage(2, LogLevel.Information, "Distributed application started. Press Ctrl+C to shut down.")]
    private static partial void LogStarted(ILogger logger);

    [LoggerMessage(3, LogLevel.Critical, "{Message}")]
    private static partial void LogCannotRun(ILogger logger, string message);
}
