using Aspire.Containerless.Servers;

namespace Im.Bench.Peers;

/// <summary>A Redis of one system under test, with the settings the AppHost gives it where data is kept.</summary>
internal sealed class RedisAlone(OwnedProcess process, string connectionString, string directory) : IAsyncDisposable
{
    public OwnedProcess Process => process;

    public string ConnectionString => connectionString;

    public static async Task<RedisAlone> StartAsync(string name, Action<string> progress, CancellationToken cancellationToken)
    {
        var directory = ThrowAwayFolder.NewPath(name);
        var options = new RedisServerOptions(name, directory, FreePort.Next(), Guid.NewGuid().ToString("N"));
        var connectionString = $"127.0.0.1:{options.Port},password={options.Password}";
        var launch = await RedisServer.PrepareAsync(options, progress, cancellationToken);
        var process = await OwnedProcess.StartAsync(name, launch, () => RedisServer.IsReadyAsync(connectionString, cancellationToken), cancellationToken);
        return new(process, connectionString, directory);
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
