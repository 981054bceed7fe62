using Im.Core.Files;
using Im.Core.Outages;

namespace Im.Web.Files;

/// <summary>Deletes what was uploaded and never posted. While Postgres is away it waits for the next round; several web servers share the work.</summary>
internal sealed class StaleFiles(IFileRecords records, TimeProvider time) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await records.DeleteStaleAsync(stoppingToken) > 0)
                    ;
            }
            catch (Exception exception) when (ServerAway.Is(exception))
            {
            }
        }
    }
}
