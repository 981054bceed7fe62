using System.Text;
using System.Text.RegularExpressions;

namespace Im.Hosting.Embedded;

/// <summary>redis-server or valkey-server where the machine has one, else Garnet.</summary>
/// <param name="server"><c>garnet</c>, or the path of a server; null for what the environment and the machine offer.</param>
internal sealed partial class RedisServer(string? server)
{
    private static readonly TimeSpan VersionLimit = TimeSpan.FromSeconds(10);

    /// <summary>The first with GETDEL, GETEX and SMISMEMBER.</summary>
    private static readonly Version OldestVersion = new(6, 2);

    public async Task<Func<int, IEnumerable<string>>> PrepareAsync(ServerData data, string password, Action<string> progress, CancellationToken cancellationToken)
    {
        var program = await ChooseAsync(progress, cancellationToken);
        progress(program is null ? "Redis is Garnet, in a process of its own." : $"Redis is {program}.");
        // The two do not read each other's files.
        var directory = Path.Combine(data.Folder, program is null ? "garnet" : "redis");
        PrivateFolder.Create(directory);
        if (program is null)
        {
            if (!Ascii.IsValid(password)) throw new DistributedApplicationException("Garnet takes no password with letters beyond ASCII: choose another.");
            var passwordFile = Path.Combine(directory, "password");
            SecretFile.Write(passwordFile, password);
            return port => ["garnet", "--port", $"{port}", "--directory", directory, "--password-file", passwordFile, .. data.Lifetime(directory)];
        }
        var configuration = Path.Combine(directory, "redis.conf");
        SecretFile.Write(configuration, $"""
            bind 127.0.0.1
            requirepass {Quote(password)}
            dir {Quote(directory)}
            save ""
            appendonly {(data.IsKept ? "yes" : "no")}
            appendfsync everysec

            """);
        return port => ["run", "--stop-signal", "TERM", .. data.Lifetime(directory), "--", program, configuration, "--port", $"{port}"];
    }

    /// <summary>Null for Garnet.</summary>
    private async Task<string?> ChooseAsync(Action<string> progress, CancellationToken cancellationToken) =>
        (server ?? Environment.GetEnvironmentVariable("EMBEDDED_REDIS")) switch
        {
            null or "" => await FindAsync(searchPath: null, progress, cancellationToken),
            "garnet" => null,
            var chosen when File.Exists(chosen) => Path.GetFullPath(chosen),
            var chosen => throw new DistributedApplicationException($"The Redis to use is said to be '{chosen}', and there is no such file: say 'garnet' or the path of a redis-server."),
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

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    [GeneratedRegex(@"v=(\d+\.\d+)")]
    private static partial Regex VersionIn();
}
