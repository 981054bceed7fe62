using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Im.AppHost.Orchestration;

/// <summary>
/// Stops the application when the <c>dotnet run</c> that started it is killed: nobody would be left to press Ctrl-C.
/// An AppHost started in another way goes on without its parent.
/// </summary>
internal sealed partial class OrphanWatch(IHostApplicationLifetime lifetime, ILogger<OrphanWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static void Use(IDistributedApplicationBuilder builder)
    {
        if (!OperatingSystem.IsWindows())
            builder.Services.AddHostedService<OrphanWatch>();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var parent = ParentId();
        try
        {
            using var process = Process.GetProcessById(parent);
            if (process.ProcessName != "dotnet")
                return;
        }
        catch (ArgumentException)
        {
            return;
        }
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            if (ParentId() != parent)
            {
                LogOrphaned(logger);
                lifetime.StopApplication();
                return;
            }
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int ParentId();

    [LoggerMessage(1, LogLevel.Warning, "The dotnet run that started this application is gone; stopping.")]
    private static partial void LogOrphaned(ILogger logger);
}
