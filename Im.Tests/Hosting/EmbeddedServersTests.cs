using System.Runtime.InteropServices;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Im.Hosting.Embedded;
using Im.Tests.Fixtures;
using Npgsql;
using StackExchange.Redis;

namespace Im.Tests.Hosting;

/// <summary>The integration in an application of its own, on the real orchestrator.</summary>
public sealed class EmbeddedServersTests : AppTest
{
    [Fact]
    public async Task Data_survives_a_restart_of_the_application()
    {
        using var folder = new ServersFolder();
        var first = await RunAsync(folder.Path);
        await using (var source = NpgsqlDataSource.Create(first.Postgres))
            await source.CreateCommand("CREATE TABLE kept AS SELECT 42 AS answer").ExecuteNonQueryAsync(Limit);
        await using (var redis = await ConnectionMultiplexer.ConnectAsync(first.Redis))
            await redis.GetDatabase().StringSetAsync("kept", 42);
        await StopAsync();

        // Another password, as when the user secrets are lost.
        var second = await RunAsync(folder.Path, "--Parameters:postgres-password=another", "--Parameters:redis-password=another");
        await using (var source = NpgsqlDataSource.Create(second.Postgres))
            Assert.Equal(42, await source.CreateCommand("SELECT answer FROM kept").ExecuteScalarAsync(Limit));
        await using (var redis = await ConnectionMultiplexer.ConnectAsync(second.Redis))
            Assert.Equal(42, await redis.GetDatabase().StringGetAsync("kept"));
    }

    /// <summary>The servers that all tests share are an application of this process, too.</summary>
    [Fact]
    public async Task The_end_of_one_application_is_not_that_of_another_in_the_same_process()
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(TestServers.Postgres) { Pooling = false }.ConnectionString);
        await StartAsync(builder => builder.AddExecutable("client", "true", "."));
        await Notifications.WaitForResourceAsync("client", KnownResourceStates.Finished, Limit);
        await StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(3), Limit); // in which its orchestrator ends
        Assert.Equal(42, await source.CreateCommand("SELECT 42").ExecuteScalarAsync(Limit));
    }

    [Fact]
    public async Task What_waits_for_a_database_starts_when_it_is_there_and_it_is_there_again_after_stop_and_start()
    {
        var app = await StartAsync(builder =>
        {
            var im = builder.AddEmbeddedPostgres("postgres").AddDatabase("im", "the database");
            builder.AddExecutable("client", "true", ".").WaitFor(im);
        });
        await Notifications.WaitForResourceAsync("client", KnownResourceStates.Finished, Limit);
        var connectionString = (await app.GetConnectionStringAsync("im", Limit))!;
        Assert.Equal("the database", new NpgsqlConnectionStringBuilder(connectionString).Database);
        Assert.Equal("127.0.0.1", new NpgsqlConnectionStringBuilder(connectionString).Host);

        Assert.True((await Commands.ExecuteCommandAsync("postgres", KnownResourceCommands.StopCommand, Limit)).Success);
        await Notifications.WaitForResourceAsync("im", KnownResourceStates.Exited, Limit);
        Assert.True((await Commands.ExecuteCommandAsync("postgres", KnownResourceCommands.StartCommand, Limit)).Success);
        await Notifications.WaitForResourceHealthyAsync("im", Limit);
        await using var source = NpgsqlDataSource.Create(connectionString);
        Assert.Equal(1, await source.CreateCommand("SELECT 1").ExecuteScalarAsync(Limit));
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_fails_the_start()
    {
        using var folder = new ServersFolder();
        File.WriteAllText(folder["file"], "");
        await StartAsync(
            builder =>
            {
                builder.AddEmbeddedRedis("redis").WithDataFolder();
                builder.AddEmbeddedPostgres("postgres").WithDataFolder();
            },
            $"--Embedded:DataFolder={folder["file"]}");

        foreach (var server in (string[])["redis", "postgres"])
            await Notifications.WaitForResourceAsync(server, KnownResourceStates.FailedToStart, Limit);
    }

    [Fact]
    public void What_root_creates_above_a_private_folder_is_open_to_Postgres_account_whatever_the_umask()
    {
        using var folder = new ServersFolder();
        // The whole process's: nothing runs beside this collection.
        var before = SetUmask(0b000_111_111);
        try
        {
            PrivateFolder.Create(folder["one/two/data"]);
        }
        finally
        {
            SetUmask(before);
        }
        Assert.Equal(ServiceAccount.Current is not null, ServiceAccount.CanReach(folder["one/two/data"]));
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(folder["one/two/data"]));
    }

    [DllImport("libc", EntryPoint = "umask")]
    private static extern uint SetUmask(uint mask);

    private async Task<(string Postgres, string Redis)> RunAsync(string folder, params string[] args)
    {
        var app = await StartAsync(
            builder =>
            {
                builder.AddEmbeddedRedis("redis").WithDataFolder(Path.Combine(folder, "redis"));
                builder.AddEmbeddedPostgres("postgres").WithDataFolder(Path.Combine(folder, "postgres")).AddDatabase("im");
            },
            args);
        await Task.WhenAll(Notifications.WaitForResourceHealthyAsync("redis", Limit), Notifications.WaitForResourceHealthyAsync("im", Limit));
        return ((await app.GetConnectionStringAsync("im", Limit))!, (await app.GetConnectionStringAsync("redis", Limit))!);
    }
}
