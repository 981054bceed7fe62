using Im.Hosting.Embedded;
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

    public static async Task<PostgresAlone> StartAsync(string name, Action<string> progress, CancellationToken cancellationToken)
    {
        var (port, password) = (FreePort.Next(), Guid.NewGuid().ToString("N"));
        var server = $"Host=127.0.0.1;Port={port};Username=postgres;Password={password}";
        var arguments = await PostgresServer.PrepareAsync(new(name, defaultFolder: ""), password, progress, cancellationToken);
        var process = await OwnedProcess.StartAsync(name, arguments(port), () => AnswersAsync(server, cancellationToken), cancellationToken);
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

    private static async Task<bool> AnswersAsync(string server, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection($"{server};Database=postgres;Pooling=false;Timeout=2");
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return false;
        }
    }
}
