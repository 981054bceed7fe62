using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Containerless.Lifecycle;

/// <summary>
/// Stops the application when the <c>dotnet run</c> that started it is killed: nobody would be left to press Ctrl-C.
/// An AppHost started in another way goes on without its parent.
/// </summary>
internal sealed partial class OrphanWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Timer _timer;

    private OrphanWatch(int parent, IHostApplicationLifetime lifetime, ILogger logger) =>
        _timer = new Timer(
            _ =>
            {
                if (ParentId() == parent || lifetime.ApplicationStopping.IsCancellationRequested)
                    return;
                LogOrphaned(logger);
                lifetime.StopApplication();
            },
            null,
            Interval,
            Interval);

    /// <summary>Null where there is nothing to watch.</summary>
    public static OrphanWatch? Start(IHostApplicationLifetime lifetime, ILogger logger)
    {
        if (OperatingSystem.IsWindows())
            return null;
        var parent = ParentId();
        try
        {
            using var process = Process.GetProcessById(parent);
            return process.ProcessName == "dotnet" ? new OrphanWatch(parent, lifetime, logger) : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    public void Dispose() => _timer.Dispose();

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int ParentId();

    [LoggerMessage(1, LogLevel.Warning, "The dotnet run that started this application is gone; stopping.")]
    private static partial void LogOrphaned(ILogger logger);
}
