using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Im.Core.Data;

/// <summary>
/// Brings the schema up to date before any hosted service starts, the web server included. Processes that start together take turns: EF Core holds a lock on its
/// history table while it migrates. Waits for as long as Postgres is not there yet; a database that is missing is created; anything else that goes wrong stops the process.
/// </summary>
internal sealed partial class DatabaseMigrator(IServiceScopeFactory scopes, ImDataSource data, TimeProvider time, ILogger<DatabaseMigrator> logger) : IHostedLifecycleService, IHealthCheck
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private volatile bool _done;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var attempt = 1; !_done; attempt++)
        {
            try
            {
                await ConnectAsync(cancellationToken);
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<ImDbContext>().Database.MigrateAsync(cancellationToken);
                _done = true;
            }
            catch (Exception exception) when (IsNotThereYet(exception))
            {
                LogWaiting(attempt, exception.GetBaseException().Message);
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
        LogDone((long)time.GetElapsedTime(started).TotalMilliseconds);
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_done ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The database is not there yet, or its schema is being brought up to date."));

    /// <summary>Asks without EF's retries, whose growing delays would make a start slower than the database's own.</summary>
    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await data.Source.OpenConnectionAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            // No such database: EF creates it.
        }
    }

    /// <summary>Not reachable, starting up or stopping, or another process creating the very same things at this moment.</summary>
    private static bool IsNotThereYet(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.IsTransient || postgres.SqlState is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.DuplicateDatabase
            or PostgresErrorCodes.UniqueViolation,
        NpgsqlException or TimeoutException => true,
        { InnerException: { } inner } => IsNotThereYet(inner),
        _ => false,
    };

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1000, LogLevel.Information, "The database schema is up to date after {ElapsedMs} ms")]
    private partial void LogDone(long elapsedMs);

    [LoggerMessage(1001, LogLevel.Warning, "Waiting for the database, attempt {Attempt}: {Reason}")]
    private partial void LogWaiting(int attempt, string reason);
}
