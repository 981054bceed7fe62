using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace Aspire.Containerless.Servers;

/// <summary>A Redis of its own for one AppHost: redis-server or valkey-server where the machine has one, else Garnet.</summary>
internal static partial class RedisServer
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan VersionLimit = TimeSpan.FromSeconds(10);

    /// <summary>The first with GETDEL, GETEX and SMISMEMBER.</summary>
    private static readonly Version OldestVersion = new(6, 2);

    /// <summary>Chooses the server, writes its configuration, and returns how to start it.</summary>
    /// <remarks>The environment variable CONTAINERLESS_REDIS overrides the choice: <c>garnet</c>, or the path of a server.</remarks>
    /// <param name="progress">Told, one sentence a call, what was chosen.</param>
    /// <exception cref="ContainerlessException">The server cannot be provided here; the message is one sentence for a person.</exception>
    public static async Task<ServerLaunch> PrepareAsync(RedisServerOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        var program = await ChooseProgramAsync(options.Server, progress, cancellationToken);
        progress(program is null ? "Redis is Garnet, in a process of its own." : $"Redis is {program}.");
        // The two do not read each other's files.
        var directory = Path.Combine(options.DataDirectory ?? options.ThrowAwayDirectory ?? ThrowAwayFolder.NewPath(options.Name), program is null ? "garnet" : "redis");
        PrivateFolder.Create(directory);
        return program is null ? Garnet(options, directory) : Redis(options, program, directory);
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
    private static async Task<string?> ChooseProgramAsync(string? server, Action<string> progress, CancellationToken cancellationToken) => (server ?? Environment.GetEnvironmentVariable("CONTAINERLESS_REDIS")) switch
    {
        null or "" => await FindAsync(searchPath: null, progress, cancellationToken),
        "garnet" => null,
        var chosen when File.Exists(chosen) => Path.GetFullPath(chosen),
        var chosen => throw new ContainerlessException($"The Redis to use is said to be '{chosen}', and there is no such file: say 'garnet' or the path of a redis-server."),
    };

    /// <summary>The machine's own server, unless it is older than what Garnet offers too.</summary>
    /// <param name="searchPath">Null for PATH.</param>
    internal static async Task<string?> FindAsync(string? searchPath, Action<string> progress, CancellationToken cancellationToken)
    {
        foreach (var program in (string?[])[Command.Find("redis-server", searchPath), Command.Find("valkey-server", searchPath)])
        {
            if (program is null) continue;
            var answer = await Command.RunAsync(new(program, ["--version"]), VersionLimit, cancellationToken);
            if (VersionIn().Match(answer.Output) is { Success: true } match && Version.Parse(match.Groups[1].ValueSpan) >= OldestVersion) return program;
            progress($"{program} is not used, because it is not Redis {OldestVersion} or newer: {answer.LastLine}");
        }
        return null;
    }

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

    [GeneratedRegex(@"v=(\d+\.\d+)")]
    private static partial Regex VersionIn();
}
