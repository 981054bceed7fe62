namespace Aspire.Containerless.Servers;

/// <summary>A Redis of its own for one AppHost: redis-server or valkey-server where the machine has one, else Garnet.</summary>
internal static class RedisServer
{
    /// <summary>Chooses the server, writes its configuration, and returns how to start it.</summary>
    /// <param name="progress">Told, one sentence a call, what was chosen.</param>
    /// <exception cref="ContainerlessException">The server cannot be provided here; the message is one sentence for a person.</exception>
    public static Task<ServerLaunch> PrepareAsync(RedisServerOptions options, Action<string> progress, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Whether the server accepts this login (a StackExchange.Redis connection string) and answers PING, within 2 s.</summary>
    public static Task<bool> IsReadyAsync(string connectionString, CancellationToken cancellationToken) => throw new NotImplementedException();
}
