using System.Diagnostics;

namespace Aspire.Containerless.Servers;

/// <summary>Aspire's own orchestrator and dashboard, as the Aspire CLI unpacks them.</summary>
/// <param name="DcpPath">The <c>dcp</c> executable.</param>
/// <param name="ManagedPath">The <c>aspire-managed</c> executable, whose <c>dashboard</c> command is the dashboard.</param>
/// <param name="Source">Where it was found, for the log.</param>
internal sealed record AspireBundle(string DcpPath, string ManagedPath, string Source)
{
    private const string CacheName = "aspire-bundle";
    private static readonly TimeSpan UnpackLimit = TimeSpan.FromMinutes(3);

    /// <summary>
    /// Looks in ASPIRE_HOME, in <c>~/.aspire</c>, in this library's cache, asks an <c>aspire</c> on PATH, and at last fetches the CLI from npm, once.
    /// Passes over another minor version than <see cref="BuildFacts.AspireVersion"/>.
    /// </summary>
    /// <param name="progress">Told, one sentence a call, what takes long.</param>
    /// <exception cref="ContainerlessException">There is none and none can be fetched; the message is one sentence for a person.</exception>
    public static Task<AspireBundle> LocateAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        string?[] homes =
        [
            Environment.GetEnvironmentVariable("ASPIRE_HOME"),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aspire"),
        ];
        return LocateAsync(homes.OfType<string>(), DownloadCache.ForUser(), new Npm(), Command.Find("aspire"), progress, cancellationToken);
    }

    internal static async Task<AspireBundle> LocateAsync(
        IEnumerable<string> homes, DownloadCache cache, Npm npm, string? aspire, Action<string> progress, CancellationToken cancellationToken)
    {
        var found = homes.Select(home => Path.Combine(home, "bundle")).Where(MayBeOurVersion).Select(bundle => In(bundle, bundle)).FirstOrDefault(bundle => bundle is not null)
            ?? In(cache.PathOf(CacheName, BuildFacts.AspireVersion), "the cache");
        if (found is not null) return found;

        var source = aspire is not null && await IsOurVersionAsync(aspire, cancellationToken) ? aspire : "npm";
        var folder = await cache.GetAsync(CacheName, BuildFacts.AspireVersion, async staging =>
        {
            var cli = source == "npm" ? await FetchCliAsync(npm, staging, progress, cancellationToken) : source;
            await UnpackAsync(cli, staging, progress, cancellationToken);
        }, cancellationToken);
        return In(folder, source) ?? throw new ContainerlessException($"{folder} is not whole: delete it and start again.");
    }

    private static AspireBundle? In(string folder, string source)
    {
        var ending = OperatingSystem.IsWindows() ? ".exe" : "";
        var bundle = new AspireBundle(Path.Combine(folder, "dcp", "dcp" + ending), Path.Combine(folder, "managed", "aspire-managed" + ending), source);
        return File.Exists(bundle.DcpPath) && File.Exists(bundle.ManagedPath) ? bundle : null;
    }

    /// <summary>The CLI links <c>bundle</c> to <c>versions/13.5.4_…</c>; a folder that tells no version is taken as it is.</summary>
    private static bool MayBeOurVersion(string bundle) =>
        Directory.Exists(bundle) && (new DirectoryInfo(bundle).ResolveLinkTarget(returnFinalTarget: true) is not { } target || IsOurVersion(target.Name));

    private static async Task<bool> IsOurVersionAsync(string cli, CancellationToken cancellationToken) =>
        IsOurVersion((await Command.RunAsync(new(cli, ["--version"]), TimeSpan.FromSeconds(20), cancellationToken)).Output);

    private static bool IsOurVersion(string version) =>
        version.StartsWith(BuildFacts.AspireVersion[..(BuildFacts.AspireVersion.LastIndexOf('.') + 1)], StringComparison.Ordinal);

    private static async Task<string> FetchCliAsync(Npm npm, string staging, Action<string> progress, CancellationToken cancellationToken)
    {
        var package = new NpmPackage(
            $"@microsoft/aspire-cli-{Platform.RuntimeIdentifier}", BuildFacts.AspireVersion, "Aspire's orchestrator and dashboard", 127);
        var folder = await npm.InstallAsync(package, staging, progress, cancellationToken);
        return Path.Combine(folder, "bin", OperatingSystem.IsWindows() ? "aspire.exe" : "aspire");
    }

    /// <summary>Leaves <c>dcp</c> and <c>managed</c> in the folder, and nothing else.</summary>
    private static async Task UnpackAsync(string cli, string staging, Action<string> progress, CancellationToken cancellationToken)
    {
        progress("Unpacking Aspire's orchestrator and dashboard, about 300 MB.");
        var (home, install) = (Path.Combine(staging, "home"), Path.Combine(staging, "install"));
        Directory.CreateDirectory(home);
        var start = new ProcessStartInfo(cli, ["setup", "--install-path", install, "--nologo", "--non-interactive"]) { WorkingDirectory = home };
        // A home of its own: the CLI would otherwise change the person's.
        start.Environment["HOME"] = start.Environment["USERPROFILE"] = home;
        start.Environment["ASPIRE_CLI_TELEMETRY_OPTOUT"] = "true";
        var result = await Command.RunAsync(start, UnpackLimit, cancellationToken);

        // The CLI then looks for the result in its home and may report that it is missing: what counts is what is there.
        var unpacked = Directory.Exists(install) ? Directory.EnumerateDirectories(install, "dcp", SearchOption.AllDirectories).FirstOrDefault() : null;
        if (unpacked is null || In(Path.GetDirectoryName(unpacked)!, cli) is null)
            throw new ContainerlessException($"The Aspire CLI could not unpack its bundle: {result.LastLine}");
        foreach (var part in (string[])["dcp", "managed"])
            Directory.Move(Path.Combine(Path.GetDirectoryName(unpacked)!, part), Path.Combine(staging, part));
        foreach (var folder in Directory.GetDirectories(staging).Where(folder => Path.GetFileName(folder) is not ("dcp" or "managed")))
            Directory.Delete(folder, recursive: true);
    }
}
