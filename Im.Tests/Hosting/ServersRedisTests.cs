using Im.Hosting.Embedded;
using StackExchange.Redis;

namespace Im.Tests.Hosting;

/// <summary>What Redis promises here, whichever server it is.</summary>
public abstract class ServersRedisTests(string server) : IDisposable
{
    private readonly ServersFolder _folder = new();
    private readonly List<string> _progress = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Data_survives_a_restart_and_a_new_password_replaces_the_old()
    {
        var first = Options(password: "it's \"quoted\" \\");
        await using (var process = await StartAsync(first))
        {
            await using (var redis = await ConnectAsync(first)) await redis.GetDatabase().StringSetAsync("kept", "42");
            Assert.Equal(0, (await process.StopAsync()).ExitCode);
            Assert.DoesNotContain("quoted", process.Output);
        }

        var second = Options(password: "another");
        await using (await StartAsync(second))
        {
            await using var redis = await ConnectAsync(second);
            Assert.Equal("42", await redis.GetDatabase().StringGetAsync("kept"));
            Assert.False(await IsReadyAsync(second with { Password = first.Password }));
        }
    }

    [Fact]
    public async Task The_password_is_in_a_file_only_its_owner_reads_and_in_no_argument()
    {
        var options = Options();
        var arguments = await PrepareAsync(options, DataOf(options));
        Assert.DoesNotContain(arguments, argument => argument.Contains(options.Password));
        var files = Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(file => File.ReadAllText(file).Contains(options.Password));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Assert.Single(files)));
    }

    [Fact]
    public async Task A_message_published_reaches_its_subscriber_and_a_script_over_declared_keys_is_atomic()
    {
        var options = Options();
        await using var process = await StartAsync(options);
        await using var redis = await ConnectAsync(options);
        var received = new TaskCompletionSource<string>();
        await redis.GetSubscriber().SubscribeAsync(RedisChannel.Literal("news"), (_, message) => received.TrySetResult(message!));
        await redis.GetDatabase().PublishAsync(RedisChannel.Literal("news"), "hello");
        Assert.Equal("hello", await received.Task.WaitAsync(TimeSpan.FromSeconds(5)));

        const string Increment = "local n = tonumber(redis.call('get', KEYS[1]) or '0') redis.call('set', KEYS[1], n + 1) return n";
        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => redis.GetDatabase().ScriptEvaluateAsync(Increment, ["counter"])));
        Assert.Equal(500, (int)await redis.GetDatabase().StringGetAsync("counter"));
    }

    [Fact]
    public async Task It_stops_within_3_s_of_SIGTERM_while_clients_are_connected()
    {
        var options = Options();
        await using var process = await StartAsync(options);
        await using var redis = await ConnectAsync(options);
        Assert.InRange((await process.StopAsync()).Took, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task It_ends_when_its_parent_is_killed()
    {
        await using var process = await StartAsync(Options(), underAShell: true);
        await process.KillAsync();
        await AllEndedAsync();
    }

    [Fact]
    public async Task It_ends_when_its_supervisor_is_killed_and_starts_again_with_what_was_written_a_second_ago()
    {
        var options = Options();
        await using (var process = await StartAsync(options))
        {
            await using var redis = await ConnectAsync(options);
            await redis.GetDatabase().StringSetAsync("kept", "7");
            await Task.Delay(1200); // What a crash may lose: one second of Redis' log.
            await process.KillAsync();
            await AllEndedAsync();
        }
        await using var next = await StartAsync(options);
        await using var again = await ConnectAsync(options);
        Assert.Equal("7", await again.GetDatabase().StringGetAsync("kept"));
    }

    [Fact]
    public async Task Throw_away_data_is_gone_after_the_server()
    {
        var options = Options() with { DataDirectory = null };
        var data = DataOf(options);
        await using var process = await ServersProcess.StartAsync(await PrepareAsync(options, data), () => IsReadyAsync(options));
        Assert.True(Directory.Exists(data.Folder));
        await process.StopAsync();
        Assert.False(Directory.Exists(data.Folder));
    }

    private sealed record Server(string? DataDirectory, int Port, string Password);

    private Server Options(string password = "correct horse") => new(_folder["data"], ServersProcess.FreePort(), password);

    private static ServerData DataOf(Server options)
    {
        var data = new ServerData("redis", "");
        if (options.DataDirectory is { } directory)
            data.Keep(directory);
        return data;
    }

    private async Task<IEnumerable<string>> PrepareAsync(Server options, ServerData data) =>
        (await new RedisServer(server).PrepareAsync(data, options.Password, _progress.Add, default))(options.Port);

    private async Task<ServersProcess> StartAsync(Server options, bool underAShell = false) =>
        await ServersProcess.StartAsync(await PrepareAsync(options, DataOf(options)), () => IsReadyAsync(options), underAShell);

    private Task AllEndedAsync() => ServersProcess.UntilAsync(
        () => Task.FromResult(ServersProcess.FindProcesses(_folder.Path).Length == 0), TimeSpan.FromSeconds(5), "every process to end");

    private static async Task<bool> IsReadyAsync(Server options)
    {
        try
        {
            await using var redis = await ConnectAsync(options);
            return await redis.GetDatabase().PingAsync() > TimeSpan.Zero;
        }
        catch (RedisException)
        {
            return false;
        }
    }

    private static Task<ConnectionMultiplexer> ConnectAsync(Server options) => ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
    {
        EndPoints = { { "127.0.0.1", options.Port } }, Password = options.Password, ConnectRetry = 1,
    });
}

public sealed class ServersGarnetTests() : ServersRedisTests("garnet");
