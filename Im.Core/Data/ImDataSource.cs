using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Im.Core.Data;

/// <summary>
/// Connections for the statements written by hand, to the database <see cref="ImDbContext"/> is configured for. Every wait is bounded, so that a database
/// that hangs is reported like one that is away: 5 s to connect, 5 s for a command, 1 s for the cancellation of a late one.
/// </summary>
internal sealed class ImDataSource : IAsyncDisposable
{
    internal const int TimeoutSeconds = 5;

    public ImDataSource(IServiceScopeFactory scopes, ILoggerFactory loggers)
    {
        using var scope = scopes.CreateScope();
        var connectionString = scope.ServiceProvider.GetRequiredService<ImDbContext>().Database.GetConnectionString();
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.UseLoggerFactory(loggers);
        var settings = builder.ConnectionStringBuilder;
        settings.Timeout = TimeoutSeconds;
        settings.CommandTimeout = TimeoutSeconds;
        settings.CancellationTimeout = 1_000;
        settings.MaxPoolSize = 16;
        settings.MaxAutoPrepare = 20;
        settings.ApplicationName ??= "im";
        Source = builder.Build();
    }

    public NpgsqlDataSource Source { get; }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
