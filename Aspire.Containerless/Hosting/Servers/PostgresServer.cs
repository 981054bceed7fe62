namespace Aspire.Containerless.Servers;

/// <summary>A Postgres of its own for one AppHost: fetched once, run as a local process, listening on loopback only.</summary>
internal static class PostgresServer
{
    /// <summary>Fetches the binaries if needed, creates or repairs the data folder, and returns how to start the server.</summary>
    /// <param name="progress">Told, one sentence a call, what takes long.</param>
    /// <exception cref="ContainerlessException">The server cannot be provided here; the message is one sentence for a person.</exception>
    public static Task<ServerLaunch> PrepareAsync(PostgresServerOptions options, Action<string> progress, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Creates the database unless it exists. <paramref name="connectionString"/> is the server's, without a database.</summary>
    public static Task CreateDatabaseAsync(string connectionString, string databaseName, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Whether the server accepts this login and answers a query, within 2 s.</summary>
    public static Task<bool> IsReadyAsync(string connectionString, CancellationToken cancellationToken) => throw new NotImplementedException();
}
