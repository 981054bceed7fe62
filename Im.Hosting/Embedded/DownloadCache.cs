namespace Im.Hosting.Embedded;

/// <summary>
/// Folders fetched once for this user and kept by version. A folder is either whole or absent, and two first runs at a time share one fetch.
/// </summary>
/// <param name="root">An absolute path.</param>
internal sealed class DownloadCache(string root)
{
    private const string StagingEnding = ".new";
    private static readonly TimeSpan LockCheckPeriod = TimeSpan.FromMilliseconds(200);

    /// <summary>EMBEDDED_CACHE, else the platform's folder for such things, else (root with a closed home) /var/cache.</summary>
    public static DownloadCache ForUser()
    {
        const string Name = "aspire-embedded";
        if (Environment.GetEnvironmentVariable("EMBEDDED_CACHE") is { Length: > 0 } chosen) return new(Path.GetFullPath(chosen));

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var folder =
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches")
            : Path.Combine(home, ".cache");
        var path = Path.Combine(folder, Name);
        return new(ServiceAccount.Current is null || ServiceAccount.CanReach(path) ? path : Path.Combine("/var/cache", Name));
    }

    public string PathOf(string name, string version) => Path.Combine(root, name, version);

    /// <summary>The folder, filled by <paramref name="fill"/> (given an empty folder that becomes it) if it is not there yet.</summary>
    /// <exception cref="DistributedApplicationException">The folder cannot be written, or <paramref name="fill"/> failed.</exception>
    public async Task<string> GetAsync(string name, string version, Func<string, Task> fill, CancellationToken cancellationToken)
    {
        var folder = PathOf(name, version);
        if (Directory.Exists(folder)) return folder;
        // A name of its own: what a killed run fetched with may still be writing into its.
        var staging = $"{folder}{StagingEnding}-{Guid.NewGuid():N}";
        try
        {
            PrivateFolder.CreateOpen(Path.GetDirectoryName(folder)!);
            await using var heldUntilDone = await LockAsync(folder + ".lock", cancellationToken);
            if (Directory.Exists(folder)) return folder;
            DeleteLeftovers(folder);
            PrivateFolder.CreateOpen(staging);
            await fill(staging);
            Directory.Move(staging, folder);
            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"The cache folder {root} cannot be used ({exception.Message}): set EMBEDDED_CACHE to another.", exception);
        }
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(LockCheckPeriod, cancellationToken);
            }
        }
    }

    private static void DeleteLeftovers(string folder)
    {
        foreach (var staging in Directory.EnumerateDirectories(Path.GetDirectoryName(folder)!, $"{Path.GetFileName(folder)}{StagingEnding}*"))
        {
            try
            {
                Directory.Delete(staging, recursive: true);
            }
            catch (IOException)
            {
                // Still written into: the next fetch deletes it.
            }
        }
    }
}
