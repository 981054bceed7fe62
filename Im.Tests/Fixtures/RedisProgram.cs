using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Aspire.Hosting;
using Im.Hosting.Embedded;

namespace Im.Tests.Fixtures;

/// <summary>
/// A redis-server of version 7 or newer, which a cluster needs: the one on PATH, else Debian's, fetched once and unpacked without root into the tests' cache. Where neither can be had, what needs it is
/// skipped and says why; CI takes that for a failure.
/// </summary>
internal static partial class RedisProgram
{
    private const int OldestMajorVersion = 7;
    private const string Package = "redis-server", WhatToDo = "Install redis-server 7 or newer.";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly Lazy<(string? Path, string? Libraries, string? Missing)> Found = new(() => Task.Run(FindAsync).GetAwaiter().GetResult());

    /// <summary>Null where there is one.</summary>
    public static string? Missing => Found.Value.Missing;

    public static string Path => Found.Value.Path ?? throw new InvalidOperationException(Missing);

    /// <summary>For LD_LIBRARY_PATH; empty where the machine has what it needs.</summary>
    public static string Libraries => Found.Value.Libraries ?? "";

    private static async Task<(string?, string?, string?)> FindAsync()
    {
        if (Command.Find(Package) is { } installed && await MajorVersionOfAsync(installed) >= OldestMajorVersion)
            return (installed, null, null);
        if (Command.Find("apt-get") is null || Command.Find("dpkg") is null)
            return (null, null, $"A Redis Cluster needs redis-server 7 or newer: none is on PATH, and this is no Debian from which it could be fetched. {WhatToDo}");
        var cache = new DownloadCache(System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "im-tests"));
        try
        {
            var folder = await cache.GetAsync(Package, RuntimeInformation.RuntimeIdentifier, FetchAsync, CancellationToken.None);
            return (System.IO.Path.Combine(folder, "usr", "bin", Package), LibrariesIn(folder), null);
        }
        catch (DistributedApplicationException e)
        {
            return (null, null, $"A Redis Cluster needs redis-server 7 or newer: none is on PATH, and Debian's could not be had. {e.Message} {WhatToDo}");
        }
    }

    private static async Task FetchAsync(string folder)
    {
        // What a redis-server of Debian needs beyond what every machine has.
        await DownloadAsync(folder, [Package, "redis-tools", "libjemalloc2", "liblzf1"]);
        foreach (var package in Directory.GetFiles(folder, "*.deb"))
        {
            await RunAsync(folder, "dpkg", "-x", package, folder);
            File.Delete(package);
        }
        var version = await Command.RunAsync(Start(folder, System.IO.Path.Combine(folder, "usr", "bin", Package), LibrariesIn(folder), "--version"), Limit, CancellationToken.None);
        if (version.ExitCode != 0 || MajorVersionIn(version.Output) < OldestMajorVersion)
            throw new DistributedApplicationException($"It does not run here, or is older: {version.LastLine}.");
    }

    private static async Task DownloadAsync(string folder, string[] packages)
    {
        try
        {
            await RunAsync(folder, "apt-get", ["-o", "APT::Sandbox::User=root", "download", .. packages]);
        }
        catch (DistributedApplicationException)
        {
            // A machine without lists of packages, as containers are: lists of our own.
            string[] own = ["-o", "APT::Sandbox::User=root", "-o", $"Dir::State::Lists={Directory.CreateDirectory(System.IO.Path.Combine(folder, "lists")).FullName}", "-o", $"Dir::Cache={Directory.CreateDirectory(System.IO.Path.Combine(folder, "cache")).FullName}"];
            await RunAsync(folder, "apt-get", [.. own, "update"]);
            await RunAsync(folder, "apt-get", [.. own, "download", .. packages]);
            Directory.Delete(System.IO.Path.Combine(folder, "lists"), recursive: true);
            Directory.Delete(System.IO.Path.Combine(folder, "cache"), recursive: true);
        }
    }

    private static string LibrariesIn(string folder) => Directory.GetDirectories(System.IO.Path.Combine(folder, "usr", "lib"), "*-linux-gnu*").Single();

    private static async Task RunAsync(string folder, string program, params string[] arguments)
    {
        var result = await Command.RunAsync(Start(folder, program, libraries: null, arguments), Limit, CancellationToken.None);
        if (result.ExitCode != 0)
            throw new DistributedApplicationException($"{program} says: {result.LastLine}");
    }

    private static System.Diagnostics.ProcessStartInfo Start(string folder, string program, string? libraries, params string[] arguments)
    {
        var start = new System.Diagnostics.ProcessStartInfo(program, arguments) { WorkingDirectory = folder };
        if (libraries is not null)
            start.Environment["LD_LIBRARY_PATH"] = libraries;
        return start;
    }

    private static async Task<int> MajorVersionOfAsync(string program) => MajorVersionIn((await Command.RunAsync(new(program, ["--version"]), Limit, CancellationToken.None)).Output);

    private static int MajorVersionIn(string output) => VersionPattern().Match(output) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"v=(\d+)\.")]
    private static partial Regex VersionPattern();
}
