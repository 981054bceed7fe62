using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Im.Core.Data;

/// <summary>
/// Brings the schema up to date before any hosted service starts, the web server included. Processes that start together take turns, by an advisory lock: EF Core's own
/// ends with each migration's transaction, and the next process would apply what follows a second time. Waits for as long as Postgres is not there yet; a database that is missing is created; anything else that goes wrong stops the process.
/// </summary>
internal sealed partial class DatabaseMigrator(IServiceScopeFactory scopes, ImDataSource data, TimeProvider time, ILogger<DatabaseMigrator> logger) : IHostedLifecycleService, IHealthCheck
{
    /// <summary>Any number, the same for all who migrate this database.</summary>
    private const long MigrationLock = 0x496D;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private volatile bool _done;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var attempt = 1; !_done; attempt++)
        {
            try
            {
                await MigrateAsync(cancellationToken);
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

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<ImDbContext>().Database;
        await using var connection = await ConnectAsync(database, cancellationToken);
        await using var command = new NpgsqlCommand("SELECT pg_advisory_lock($1)", connection) { Parameters = { new() { Value = MigrationLock } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
        await database.MigrateAsync(cancellationToken);
        command.CommandText = "SELECT pg_advisory_unlock($1)";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Without EF's retries, whose growing delays would make a start slower than the database's own.</summary>
    private async Task<NpgsqlConnection> ConnectAsync(DatabaseFacade database, CancellationToken cancellationToken)
    {
        try
        {
            return await data.Source.OpenConnectionAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await database.GetService<IRelationalDatabaseCreator>().CreateAsync(cancellationToken);
            return await data.Source.OpenConnectionAsync(cancellationToken);
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
