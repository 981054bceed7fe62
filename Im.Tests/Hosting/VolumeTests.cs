using System.Runtime.InteropServices;
using Aspire.Containerless.Servers;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Configuration;
using Npgsql;
using StackExchange.Redis;

namespace Im.Tests.Hosting;

public sealed class VolumeTests : AppTest
{
    [Fact]
    public async Task Data_and_passwords_survive_a_restart_of_the_application()
    {
        var folder = Directory.CreateTempSubdirectory("im-volumes-");
        // The server's own account has to get in.
        if (!OperatingSystem.IsWindows())
            folder.UnixFileMode |= UnixFileMode.OtherExecute | UnixFileMode.OtherRead;
        try
        {
            var first = await RunAsync(folder.FullName);
            await using (var source = NpgsqlDataSource.Create(first.Postgres))
                await source.CreateCommand("CREATE TABLE kept AS SELECT 42 AS answer").ExecuteNonQueryAsync(Limit);
            await using (var redis = await ConnectionMultiplexer.ConnectAsync(first.Redis))
                await redis.GetDatabase().StringSetAsync("kept", 42);
            await StopAsync();

            var second = await RunAsync(folder.FullName);
            await using (var source = NpgsqlDataSource.Create(second.Postgres))
                Assert.Equal(42, await source.CreateCommand("SELECT answer FROM kept").ExecuteScalarAsync(Limit));
            await using (var redis = await ConnectionMultiplexer.ConnectAsync(second.Redis))
                Assert.Equal(42, await redis.GetDatabase().StringGetAsync("kept"));
            await StopAsync();

            Assert.Equal(PasswordOf(first.Postgres), PasswordOf(second.Postgres));
            if (!OperatingSystem.IsWindows())
                Assert.All(folder.EnumerateFiles("*.password"), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, f.UnixFileMode));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_said_in_one_sentence_and_not_tried_again()
    {
        using var folder = new ServersFolder();
        File.WriteAllText(folder["file"], "");
        await StartAsync(
            builder =>
            {
                builder.AddRedis("redis").WithDataVolume();
                builder.AddPostgres("postgres").WithDataVolume();
            },
            $"--Containerless:DataDirectory={folder["file"]}");

        foreach (var server in (string[])["redis", "postgres"])
        {
            var failed = await Notifications.WaitForResourceAsync(
                server, e => StateOf(e) is "Restarting" or "FailedToStart", Limit);
            Assert.Equal("FailedToStart", StateOf(failed));
            Assert.StartsWith($"The data folder {folder["file"]} cannot be written", failed.Snapshot.Failure);
            Assert.EndsWith("set Containerless:DataDirectory to another.", failed.Snapshot.Failure);
            Assert.DoesNotContain("\n", failed.Snapshot.Failure);
        }
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

    [Fact]
    public void A_password_file_left_empty_by_a_crash_counts_as_absent()
    {
        using var folder = new ServersFolder();
        var store = StoreIn(folder.Path);
        File.WriteAllText(folder["redis.password"], "");

        Assert.Equal("new", store.GetOrAddSecret("redis", () => "new"));
        Assert.Equal("new", store.GetOrAddSecret("redis", () => "newer"));
        Assert.Equal([folder["redis.password"]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task A_password_that_could_not_be_had_once_is_had_the_next_time()
    {
        var asked = 0;
        var parameter = new ParameterResource("password", _ => asked++ == 0 ? throw new IOException("No space left on device") : "secret");

        await Assert.ThrowsAsync<IOException>(async () => await parameter.GetValueAsync(default));
        Assert.Equal("secret", await parameter.GetValueAsync(default));
        Assert.Equal("secret", await parameter.GetValueAsync(default));
        Assert.Equal(2, asked);
    }

    private static VolumeStore StoreIn(string folder) =>
        new(new ConfigurationBuilder().AddInMemoryCollection([new("Containerless:DataDirectory", folder)]).Build(), "Im", "app-host");

    private static string? PasswordOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Password;

    private async Task<(string Postgres, string Redis)> RunAsync(string folder)
    {
        var app = await StartAsync(
            builder =>
            {
                builder.AddRedis("redis").WithDataVolume();
                builder.AddPostgres("postgres").WithDataVolume().AddDatabase("im");
            },
            $"--Containerless:DataDirectory={folder}");
        await Task.WhenAll(Notifications.WaitForResourceHealthyAsync("redis", Limit), Notifications.WaitForResourceHealthyAsync("im", Limit));
        return ((await app.GetConnectionStringAsync("im", Limit))!, (await app.GetConnectionStringAsync("redis", Limit))!);
    }
}
