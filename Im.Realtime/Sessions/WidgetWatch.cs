using Im.Core.Data;
using Im.Core.Widgets;
using Im.Protocol;
using Im.Realtime.Connections;

namespace Im.Realtime.Sessions;

/// <summary>Ends the widgets' connections whose page is no longer allowed: it looks every two seconds, and asks the database only where there are such connections. While that is away they go on.</summary>
internal sealed partial class WidgetWatch(IWidgetSites sites, ConnectionTable connections, TimeProvider time, ILogger<WidgetWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (e is not StoreUnavailableException)
                    LogFailed(log, e);
            }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var connection in connections.All)
            if (connection.Widget is { } widget && !await sites.IsAllowedAsync(widget.Site, cancellationToken))
                connection.Outbox.Close(CloseCodes.SessionEnded, EndReasons.Administrator);
    }

    [LoggerMessage(531, LogLevel.Warning, "The pages of widgets could not be looked up; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
