namespace Aspire.Containerless.Dashboard;

/// <summary>What the dashboard shows: implemented by the app model, served by <see cref="DashboardHost"/>.</summary>
internal interface IDashboardFeed
{
    string ApplicationName { get; }

    /// <summary>First every resource there is as an upsert, then every change, until cancelled. Each caller has its own stream.</summary>
    IAsyncEnumerable<DashboardChange> WatchResourcesAsync(CancellationToken cancellationToken);

    /// <summary>The lines written so far; with <paramref name="follow"/> the later ones too, until cancelled.</summary>
    IAsyncEnumerable<DashboardLogLine> WatchLogsAsync(string resourceName, bool follow, CancellationToken cancellationToken);

    Task<DashboardCommandResult> ExecuteAsync(string resourceName, string commandName, CancellationToken cancellationToken);
}

/// <summary>Exactly one of the two is set.</summary>
internal sealed record DashboardChange(DashboardResource? Upsert, string? DeletedName);

/// <param name="Number">Counts from 1 within its resource.</param>
internal sealed record DashboardLogLine(int Number, string Text, bool IsError);

/// <param name="Error">Shown to the person when the command failed.</param>
internal sealed record DashboardCommandResult(bool Succeeded, string? Error);
