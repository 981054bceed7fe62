using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Im.Core.Data;

/// <summary>
/// Connections for the statements written by hand, to the database <see cref="ImDbContext"/> is configured for. Every wait is bounded, so that a database
/// that hangs is reported like one that is away: 3 s to connect, and <see cref="AnswerTimeout"/> for an answer, after which the statement is left to itself.
/// </summary>
/// <remarks>
/// Npgsql's own command timeout comes later, as a backstop that breaks the connection: it begins by opening a second connection to cancel, blocking a pool thread,
/// and against a hung server that takes longer than the timeout itself.
/// </remarks>
internal sealed class ImDataSource : IAsyncDisposable
{
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    /// <param name="memory">Asked before the first statement of this process is sent to a server.</param>
    /// <exception cref="InvalidOperationException"><see cref="StoreConnections.ConfigureStore"/></exception>
    public ImDataSource(IServiceScopeFactory scopes, ILoggerFactory loggers, ITimelineMemory? memory = null)
    {
        using var scope = scopes.CreateScope();
        // As the host gave it: the context itself, whose connections have spans configured, no longer tells the password.
        var connectionString = RelationalOptionsExtension.Extract(scope.ServiceProvider.GetRequiredService<DbContextOptions<ImDbContext>>()).ConnectionString;
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.UseLoggerFactory(loggers);
        builder.ConfigureStore(memory);
        var settings = builder.ConnectionStringBuilder;
        settings.Timeout = 3;
        settings.CommandTimeout = 15;
        settings.MaxPoolSize = 16;
        settings.ApplicationName ??= "im";
        Source = builder.Build();
        TimelineFence.OfProcess.Raised += Source.Clear;
    }

    public NpgsqlDataSource Source { get; }

    public ValueTask DisposeAsync()
    {
        TimelineFence.OfProcess.Raised -= Source.Clear;
        return Source.DisposeAsync();
    }
}
