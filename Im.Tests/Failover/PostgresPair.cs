using System.Globalization;
using Im.Hosting.Embedded;
using Im.Tests.Fixtures;
using Im.Tests.Hosting;
using Npgsql;

namespace Im.Tests.Failover;

/// <summary>A Postgres, and others that follow it by streaming replication: processes of their own. A standby is made as an operator does who has no tool: by a copy of the files of the running server, between <c>pg_backup_start</c> and <c>pg_backup_stop</c>.</summary>
internal sealed class PostgresPair : IAsyncDisposable
{
    private const string Password = "correct-horse";

    // What a server writes for itself, or reads from its primary.
    private static readonly string[] Emptied = ["pg_wal", "pg_replslot", "pg_notify", "pg_serial", "pg_snapshots", "pg_subtrans", "pg_stat_tmp", "pg_dynshmem"];

    private readonly ServersFolder _folder = new();
    private readonly List<Server> _servers = [];
    private Func<int, IEnumerable<string>> _arguments = null!;

    private PostgresPair()
    {
    }

    public IReadOnlyList<Server> Servers => _servers;

    /// <summary>All of them, the primary wanted.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(StringFor(string.Join(',', _servers.Select(server => $"127.0.0.1:{server.Port}")))) { TargetSessionAttributes = "primary" }.ConnectionString;

    /// <param name="standbys">Ports are given to so many; <see cref="AddStandbyAsync"/> starts them.</param>
    public static async Task<PostgresPair> StartAsync(int standbys)
    {
        var pair = new PostgresPair();
        try
        {
            for (var i = 0; i <= standbys; i++)
                pair._servers.Add(new(pair._folder[$"postgres-{i}"], FreePort.Next()));
            await pair.StartPrimaryAsync();
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    private async Task StartPrimaryAsync()
    {
        var data = new ServerData("postgres", "");
        data.Keep(_servers[0].Directory);
        _arguments = await PostgresServer.PrepareAsync(data, Password, _ => { }, default);
        await File.AppendAllTextAsync(Path.Combine(_servers[0].Directory, "pg_hba.conf"), "host replication all 127.0.0.1/32 scram-sha-256\n");
        await File.AppendAllTextAsync(Path.Combine(_servers[0].Directory, "postgresql.conf"), "wal_keep_size = 256MB\n");
        await StartAsync(_servers[0]);
        await PostgresServer.CreateDatabaseAsync($"Host=127.0.0.1;Port={_servers[0].Port};Username=postgres;Password={Password}", "im", default);
    }

    /// <summary>Makes a standby of <paramref name="primary"/>, and returns when it follows.</summary>
    /// <param name="way">A port by which it reaches the primary, such as a <see cref="TcpRelay"/>'s.</param>
    public async Task AddStandbyAsync(Server primary, Server standby, int? way = null)
    {
        await using (var connection = new NpgsqlConnection(StringFor($"127.0.0.1:{primary.Port}") + ";Pooling=false"))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("SELECT pg_backup_start('standby', true)", connection);
            await command.ExecuteNonQueryAsync();
            Copy(new(primary.Directory), standby.Directory);
            command.CommandText = "SELECT labelfile FROM pg_backup_stop(false)";
            await File.WriteAllTextAsync(Path.Combine(standby.Directory, "backup_label"), (string)(await command.ExecuteScalarAsync())!);
        }
        await File.WriteAllTextAsync(Path.Combine(standby.Directory, "standby.signal"), "");
        await File.WriteAllTextAsync(Path.Combine(standby.Directory, "postgresql.auto.conf"), $"primary_conninfo = 'host=127.0.0.1 port={way ?? primary.Port} user=postgres password={Password} application_name=standby'\n");
        await (ServiceAccount.Current?.TakeOverAsync(standby.Directory, default) ?? Task.CompletedTask);
        await StartAsync(standby);
        await Eventually.TrueAsync(async () => await ScalarAsync<long>(primary, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") > 0, seconds: 60);
    }

    public async Task StartAsync(Server server)
    {
        var cluster = new PostgresCluster(server.Directory);
        await cluster.AwaitPreviousRunAsync(_ => { }, default);
        server.Process = await ServersProcess.StartAsync(
            _arguments(server.Port).Select(argument => argument == _servers[0].Directory ? server.Directory : argument), () => AnswersAsync(server));
    }

    /// <summary>As a machine that loses its power: the postmaster ends at once, and its children with it.</summary>
    public static async Task KillAsync(Server server)
    {
        var postmaster = int.Parse(File.ReadLines(Path.Combine(server.Directory, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        await UnixProcess.SignalAsync(postmaster, "KILL");
        await Eventually.TrueAsync(() => UnixProcess.HasEnded(postmaster));
        await server.Process!.DisposeAsync();
        server.Process = null;
    }

    /// <summary>Returns when it takes writes.</summary>
    public async Task PromoteAsync(Server standby) => Assert.True(await ScalarAsync<bool>(standby, "SELECT pg_promote(true, 60)"));

    /// <summary>Settings as <c>ALTER SYSTEM</c> makes them.</summary>
    public async Task SetAsync(Server server, string name, string value)
    {
        await ScalarAsync<object>(server, $"ALTER SYSTEM SET {name} = '{value}'");
        await ScalarAsync<object>(server, "SELECT pg_reload_conf()");
        await Eventually.TrueAsync(async () => await ScalarAsync<string>(server, $"SELECT current_setting('{name}')") == value);
    }

    public async Task<T?> ScalarAsync<T>(Server server, string sql)
    {
        await using var connection = new NpgsqlConnection(StringFor($"127.0.0.1:{server.Port}") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public static string StringFor(string hosts) => $"Host={hosts};Username=postgres;Password={Password};Database=im";

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await (server.Process?.DisposeAsync() ?? default);
        await Eventually.TrueAsync(() => ServersProcess.FindProcesses(_folder.Path).Length == 0, seconds: 30);
        _folder.Dispose();
    }

    private async Task<bool> AnswersAsync(Server server)
    {
        try
        {
            await using var connection = new NpgsqlConnection(StringFor($"127.0.0.1:{server.Port}").Replace("Database=im", "Database=postgres", StringComparison.Ordinal) + ";Pooling=false;Timeout=2");
            await connection.OpenAsync();
            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            return false;
        }
    }

    private static void Copy(DirectoryInfo from, string to, bool isRoot = true)
    {
        if (OperatingSystem.IsWindows())
            throw new NotSupportedException();
        Directory.CreateDirectory(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var folder in from.EnumerateDirectories())
            Copy(folder, Path.Combine(to, folder.Name), isRoot: false);
        if (Emptied.Contains(from.Name) || from.Parent?.Name == "pg_wal" || from.Parent?.Name == "pg_replslot")
            return;
        foreach (var file in from.EnumerateFiles())
            try
            {
                if (!isRoot || file.Name is not ("postmaster.pid" or "postmaster.opts" or "standby.signal" or "backup_label.old"))
                    file.CopyTo(Path.Combine(to, file.Name));
            }
            catch (FileNotFoundException)
            {
                // It was removed meanwhile: the log says so.
            }
    }

    internal sealed class Server(string directory, int port)
    {
        public string Directory => directory;

        public int Port => port;

        public ServersProcess? Process { get; set; }
    }
}
