using Aspire.Containerless.Servers;
using Npgsql;

namespace Im.Bench.Peers;

/// <summary>A Postgres of its own with the settings the AppHost gives it: every commit is on the disk before it is acknowledged. Its data goes when it ends.</summary>
internal sealed class PostgresAlone(OwnedProcess process, NpgsqlDataSource source) : IAsyncDisposable
{
    private const string DatabaseName = "im";

    public OwnedProcess Process => process;

    /// <summary>Connections to the database <c>im</c>.</summary>
    public NpgsqlDataSource Source => source;

    /// <summary>Of the database <c>im</c>, with the password.</summary>
    public required string ConnectionString { get; init; }

    public static async Task<PostgresAlone> StartAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        var options = new PostgresServerOptions("bench-postgres", null, FreePort.Next(), "postgres", Guid.NewGuid().ToString("N"));
        var server = $"Host=127.0.0.1;Port={options.Port};Username={options.UserName};Password={options.Password}";
        var launch = await PostgresServer.PrepareAsync(options, progress, cancellationToken);
        var process = await OwnedProcess.StartAsync("Postgres", launch, () => PostgresServer.IsReadyAsync(server, cancellationToken), cancellationToken);
        await PostgresServer.CreateDatabaseAsync(server, DatabaseName, cancellationToken);
        var connectionString = $"{server};Database={DatabaseName}";
        return new(process, NpgsqlDataSource.Create(connectionString)) { ConnectionString = connectionString };
    }

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await process.DisposeAsync();
    }
}
