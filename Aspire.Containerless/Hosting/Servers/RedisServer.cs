using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace Aspire.Containerless.Servers;

/// <summary>A Redis of its own for one AppHost: redis-server or valkey-server where the machine has one, else Garnet.</summary>
internal static class RedisServer
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(2);

    /// <summary>Chooses the server, writes its configuration, and returns how to start it.</summary>
    /// <remarks>The environment variable CONTAINERLESS_REDIS overrides the choice: <c>garnet</c>, or the path of a server.</remarks>
    /// <param name="progress">Told, one sentence a call, what was chosen.</param>
    /// <exception cref="ContainerlessException">The server cannot be provided here; the message is one sentence for a person.</exception>
    public static Task<ServerLaunch> PrepareAsync(RedisServerOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var program = ChosenProgram(options.Server);
        progress(program is null ? "Redis is Garnet, in a process of its own." : $"Redis is {program}.");
        // The two do not read each other's files.
        var directory = Path.Combine(options.DataDirectory ?? options.ThrowAwayDirectory ?? ThrowAwayFolder.NewPath(options.Name), program is null ? "garnet" : "redis");
        PrivateFolder.Create(directory);
        return Task.FromResult(program is null ? Garnet(options, directory) : Redis(options, program, directory));
    }

    /// <summary>Whether the server accepts this login (a StackExchange.Redis connection string) and answers PING, within 2 s.</summary>
    public static async Task<bool> IsReadyAsync(string connectionString, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ReadyLimit);
        try
        {
            return await RedisPing.AnswersAsync(ConfigurationOptions.Parse(connectionString), limit.Token);
        }
        catch (Exception exception) when (exception is SocketException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>Null for Garnet.</summary>
    private static string? ChosenProgram(string? server) => (server ?? Environment.GetEnvironmentVariable("CONTAINERLESS_REDIS")) switch
    {
        null or "" => Command.Find("redis-server") ?? Command.Find("valkey-server"),
        "garnet" => null,
        var chosen when File.Exists(chosen) => Path.GetFullPath(chosen),
        var chosen => throw new ContainerlessException($"The Redis to use is said to be '{chosen}', and there is no such file: say 'garnet' or the path of a redis-server."),
    };

    private static ServerLaunch Garnet(RedisServerOptions options, string directory)
    {
        if (!Ascii.IsValid(options.Password)) throw new ContainerlessException("Garnet takes no password with letters beyond ASCII: choose another.");
        var passwordFile = Path.Combine(directory, "password");
        SecretFile.Write(passwordFile, options.Password);
        return ServerHostLaunch.Create(directory,
        [
            "garnet", "--port", $"{options.Port}", "--directory", directory, "--password-file", passwordFile, .. Lifetime(options, directory),
        ]);
    }

    private static ServerLaunch Redis(RedisServerOptions options, string program, string directory)
    {
        var configuration = Path.Combine(directory, "redis.conf");
        SecretFile.Write(configuration, $"""
            bind 127.0.0.1
            port {options.Port}
            requirepass {Quote(options.Password)}
            dir {Quote(directory)}
            save ""
            appendonly {(options.DataDirectory is null ? "no" : "yes")}
            appendfsync everysec

            """);
        return ServerHostLaunch.Create(directory, ["run", "--stop-signal", "TERM", .. Lifetime(options, directory), "--", program, configuration]);
    }

    /// <summary>Kept data is locked against a second run; other data is deleted at the end.</summary>
    private static string[] Lifetime(RedisServerOptions options, string directory) => options.DataDirectory is null
        ? ["--throw-away", Path.GetDirectoryName(directory)!]
        : ["--lock", Path.Combine(directory, "lock")];

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
}
