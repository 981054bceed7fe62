using Im.Hosting.Embedded;
using StackExchange.Redis;

namespace Im.Bench.Peers;

/// <summary>A Redis of one system under test, with the settings the AppHost gives it where data is kept.</summary>
internal sealed class RedisAlone(OwnedProcess process, string connectionString, string directory) : IAsyncDisposable
{
    public OwnedProcess Process => process;

    public string ConnectionString => connectionString;

    public static async Task<RedisAlone> StartAsync(string name, Action<string> progress, CancellationToken cancellationToken)
    {
        // Kept, but in a folder that this run, or after a crash the next, deletes.
        var data = new ServerData(name, defaultFolder: "");
        data.Keep(data.Folder);
        var (port, password) = (FreePort.Next(), Guid.NewGuid().ToString("N"));
        var connectionString = $"127.0.0.1:{port},password={password}";
        var arguments = await new RedisServer(server: null).PrepareAsync(data, password, progress, cancellationToken);
        var process = await OwnedProcess.StartAsync(name, arguments(port), () => AnswersAsync(connectionString), cancellationToken);
        return new(process, connectionString, data.Folder);
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    private static async Task<bool> AnswersAsync(string connectionString)
    {
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync($"{connectionString},connectRetry=1,connectTimeout=1000");
            return true;
        }
        catch (RedisConnectionException)
        {
            return false;
        }
    }
}
