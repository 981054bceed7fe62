using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Im.Core.Search;

/// <summary>Indexes once a second. After a failure it goes on trying, and says so once.</summary>
internal sealed partial class SearchWorker(SearchIndexer indexer, IOptions<SearchOptions> options, TimeProvider time, ILogger<SearchWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Indexes)
            return;
        using var timer = new PeriodicTimer(Interval, time);
        var failing = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                try
                {
                    await indexer.IndexAsync(stoppingToken);
                    failing = false;
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    if (!failing)
                        LogFailed(e);
                    failing = true;
                }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    [LoggerMessage(1100, LogLevel.Warning, "What is new could not be indexed for the search; trying on")]
    private partial void LogFailed(Exception exception);
}
