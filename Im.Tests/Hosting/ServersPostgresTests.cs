using Aspire.Hosting;
using Im.Hosting.Embedded;
using Npgsql;

namespace Im.Tests.Hosting;

public sealed class ServersPostgresTests : IDisposable
{
    private readonly ServersFolder _folder = new();
    private readonly List<string> _progress = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Data_and_databases_survive_a_restart_and_a_new_password_replaces_the_old()
    {
        var first = Options(password: "it's \"quoted\" \\ 密码");
        await using (var server = await StartAsync(first))
        {
            await PostgresServer.CreateDatabaseAsync(ServerString(first), "im", default);
            await PostgresServer.CreateDatabaseAsync(ServerString(first), "im", default);
            await ExecuteAsync(first, "im", "CREATE TABLE kept (id int); INSERT INTO kept VALUES (42)");
            Assert.Equal(0, (await server.StopAsync()).ExitCode);
        }

        var second = Options(password: "another");
        await using (await StartAsync(second))
        {
            Assert.Equal(42, await ExecuteAsync(second, "im", "SELECT id FROM kept"));
            Assert.False(await IsReadyAsync(second with { Password = first.Password }));
        }
    }

    [Fact]
    public async Task It_listens_on_loopback_with_a_password_and_keeps_every_commit()
    {
        var options = Options();
        await using var server = await StartAsync(options);
        Assert.Equal("127.0.0.1", await ExecuteAsync(options, "postgres", "SHOW listen_addresses"));
        Assert.Equal("", await ExecuteAsync(options, "postgres", "SHOW unix_socket_directories"));
        Assert.Equal("on", await ExecuteAsync(options, "postgres", "SHOW fsync"));
        Assert.Equal("on", await ExecuteAsync(options, "postgres", "SHOW synchronous_commit"));
        Assert.Equal("UTF8", await ExecuteAsync(options, "postgres", "SHOW server_encoding"));
        Assert.Equal("ÅÖ", await ExecuteAsync(options, "postgres", "SELECT upper('åö')"));
        Assert.Equal("scram-sha-256", await ExecuteAsync(options, "postgres", "SHOW password_encryption"));
    }

    [Fact]
    public async Task Neither_the_password_nor_what_people_wrote_is_in_the_log_or_the_list_of_processes()
    {
        var options = Options(password: "wohlgehütet");
        await using var server = await StartAsync(options);
        await ExecuteAsync(options, "postgres", "CREATE TABLE said (body text PRIMARY KEY); INSERT INTO said VALUES ('a secret sentence')");
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(options, "postgres", "INSERT INTO said VALUES ('a secret sentence')"));
        await server.StopAsync();
        Assert.Contains("duplicate key", server.Output);
        Assert.DoesNotContain("secret", server.Output);
        Assert.DoesNotContain("wohlgehütet", server.Output);
        Assert.DoesNotContain("wohlgehütet", string.Join('\n', _progress));
    }

    [Fact]
    public async Task It_stops_within_3_s_of_SIGTERM_while_clients_are_connected()
    {
        var options = Options();
        await using var server = await StartAsync(options);
        await using var client = new NpgsqlConnection(ConnectionString(options));
        await client.OpenAsync();
        var (exitCode, took) = await server.StopAsync();
        Assert.Equal(0, exitCode);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task It_ends_when_its_parent_is_killed()
    {
        var options = Options();
        await using var server = await StartAsync(options, underAShell: true);
        await server.KillAsync();
        await AllEndedAsync();
    }

    [Fact]
    public async Task It_ends_when_its_supervisor_is_killed_and_the_next_run_has_what_was_committed()
    {
        var options = Options();
        await using (var server = await StartAsync(options))
        {
            await ExecuteAsync(options, "postgres", "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)");
            await server.KillAsync();
            await AllEndedAsync();
        }
        await using var next = await StartAsync(options);
        Assert.Equal(7, await ExecuteAsync(options, "postgres", "SELECT id FROM kept"));
    }

    [Fact]
    public async Task It_starts_again_at_once_after_all_its_processes_were_killed()
    {
        var options = Options();
        await using (var server = await StartAsync(options))
        {
            await ExecuteAsync(options, "postgres", "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)");
            await ServersProcess.SignalAsync("KILL", ServersProcess.FindProcesses(_folder.Path));
        }
        Assert.True(File.Exists(Path.Combine(options.DataDirectory!, "postmaster.pid")));
        await using var next = await StartAsync(options);
        Assert.Equal(7, await ExecuteAsync(options, "postgres", "SELECT id FROM kept"));
    }

    [Fact]
    public async Task It_starts_again_while_backends_of_a_killed_server_are_still_there()
    {
        var options = Options();
        await using (var server = await StartAsync(options))
        {
            await ExecuteAsync(options, "postgres", "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)");
            var postmaster = int.Parse(File.ReadLines(Path.Combine(options.DataDirectory!, "postmaster.pid")).First());
            await ServersProcess.SignalAsync("KILL", postmaster);
        }
        await using var next = await StartAsync(options);
        Assert.Equal(7, await ExecuteAsync(options, "postgres", "SELECT id FROM kept"));
    }

    [Fact]
    public async Task A_lock_that_names_a_living_stranger_is_taken_for_what_it_is()
    {
        var options = Options();
        await using (await StartAsync(options)) { }
        await File.WriteAllTextAsync(Path.Combine(options.DataDirectory!, "postmaster.pid"), $"{Environment.ProcessId}\n{options.DataDirectory}\n");
        await using var next = await StartAsync(options);
    }

    [Fact]
    public async Task Data_in_use_by_another_run_is_refused_in_one_sentence()
    {
        var options = Options();
        await using var server = await StartAsync(options);
        var second = new PostgresCluster(options.DataDirectory!) { PreviousRunLimit = TimeSpan.FromMilliseconds(300) };
        var refusal = await Assert.ThrowsAsync<DistributedApplicationException>(() => second.AwaitPreviousRunAsync(_progress.Add, default));
        Assert.Contains("already running?", refusal.Message);

        Directory.CreateSymbolicLink(_folder["link"], _folder.Path);
        var linked = new PostgresCluster(Path.Combine(_folder["link"], "postgres")) { PreviousRunLimit = TimeSpan.FromMilliseconds(300) };
        await Assert.ThrowsAsync<DistributedApplicationException>(() => linked.AwaitPreviousRunAsync(_progress.Add, default));
        Assert.True(await IsReadyAsync(options));
    }

    [Fact]
    public async Task An_initdb_that_was_interrupted_is_started_over()
    {
        var options = Options();
        Directory.CreateDirectory(Path.Combine(options.DataDirectory + ".new", "base"));
        await using var server = await StartAsync(options);
        Assert.False(Directory.Exists(options.DataDirectory + ".new"));
    }

    [Fact]
    public async Task A_folder_with_something_else_in_it_is_left_alone()
    {
        var options = Options();
        Directory.CreateDirectory(options.DataDirectory!);
        await File.WriteAllTextAsync(Path.Combine(options.DataDirectory!, "thesis.txt"), "");
        var refusal = await Assert.ThrowsAsync<DistributedApplicationException>(() => PrepareAsync(options, DataOf(options)));
        Assert.Contains("move it away", refusal.Message);
    }

    [Fact]
    public async Task Throw_away_data_is_gone_after_the_server()
    {
        var options = Options() with { DataDirectory = null };
        var data = DataOf(options);
        await using var server = await ServersProcess.StartAsync(await PrepareAsync(options, data), () => IsReadyAsync(options));
        Assert.True(File.Exists(Path.Combine(data.Folder, "PG_VERSION")));
        await server.StopAsync();
        Assert.False(Directory.Exists(data.Folder));
    }

    /// <param name="DataDirectory">Null for data thrown away at the end.</param>
    private sealed record Server(string? DataDirectory, int Port, string Password);

    private Server Options(string password = "correct horse") => new(_folder["postgres"], ServersProcess.FreePort(), password);

    private static ServerData DataOf(Server options)
    {
        var data = new ServerData("postgres", "");
        if (options.DataDirectory is { } directory)
            data.Keep(directory);
        return data;
    }

    private async Task<IEnumerable<string>> PrepareAsync(Server options, ServerData data) =>
        (await PostgresServer.PrepareAsync(data, options.Password, _progress.Add, default))(options.Port);

    private async Task<ServersProcess> StartAsync(Server options, bool underAShell = false) =>
        await ServersProcess.StartAsync(await PrepareAsync(options, DataOf(options)), () => IsReadyAsync(options), underAShell);

    private Task AllEndedAsync() => ServersProcess.UntilAsync(
        () => Task.FromResult(ServersProcess.FindProcesses(_folder.Path).Length == 0), TimeSpan.FromSeconds(5), "every process to end");

    private static async Task<bool> IsReadyAsync(Server options)
    {
        try
        {
            return await ExecuteAsync(options, "postgres", "SELECT 1") is 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    // Passwords here hold what a connection string has to quote.
    private static string ServerString(Server options) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1", Port = options.Port, Username = "postgres", Password = options.Password,
    }.ConnectionString;

    private static string ConnectionString(Server options) => $"{ServerString(options)};Database=postgres;Pooling=false";

    private static async Task<object?> ExecuteAsync(Server options, string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create($"{ServerString(options)};Database={database};Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
