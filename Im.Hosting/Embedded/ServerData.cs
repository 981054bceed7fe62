using System.Security.Cryptography;
using System.Text;

namespace Im.Hosting.Embedded;

/// <summary>Where a server's files are: in a folder that is kept, or in one that is thrown away when the server is asked to end.</summary>
internal sealed class ServerData(string resourceName, string defaultFolder) : IResourceAnnotation
{
    /// <summary>Configuration key of the folder that holds the data folders of all servers that are given no path.</summary>
    public const string RootKey = "Embedded:DataFolder";

    private const string ThrowAwayPrefix = "aspire-embedded-";

    private const long LeastFreeBytes = 32L << 20;

    private string? _kept;

    public ServerData(IDistributedApplicationBuilder builder, string resourceName) : this(resourceName, Default(builder, resourceName))
    {
    }

    public bool IsKept => _kept is not null;

    /// <summary>An absolute path, the same for the application's life: a server that crashed finds its data again.</summary>
    public string Folder => _kept ?? (field ??= NewThrowAway());

    public void Keep(string? path) => _kept = Path.GetFullPath(path ?? defaultFolder);

    /// <summary>The server host's arguments: kept data is locked against a second run, other data is deleted at the end.</summary>
    /// <param name="folder">The server's own folder, in <see cref="Folder"/> or the same.</param>
    public string[] Lifetime(string folder) => IsKept ? ["--lock", Path.Combine(folder, "lock")] : ["--throw-away", Folder];

    /// <summary>Null, or one sentence: a server on a full disk still answers.</summary>
    public string? FindFullDisk() => Directory.Exists(Folder) && new DriveInfo(Folder).AvailableFreeSpace is < LeastFreeBytes and var free
        ? $"The disk of {Folder} is full: {free >> 20} MB are left."
        : null;

    public DistributedApplicationException Unwritable(Exception failure) => new(
        IsKept
            ? $"The data folder {Folder} cannot be written ({failure.Message}): set {RootKey} to another."
            : $"The folder for data nobody keeps, {Path.GetTempPath()}, cannot be written ({failure.Message}): set TMPDIR to another.",
        failure);

    /// <summary>Each clone of a repository has data of its own.</summary>
    public static string Default(IDistributedApplicationBuilder builder, string resourceName)
    {
        var root = builder.Configuration[RootKey] ?? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "aspire-embedded");
        var clone = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(builder.AppHostDirectory)))[..10];
        return Path.Combine(Path.GetFullPath(root), $"{builder.Environment.ApplicationName.ToLowerInvariant()}-{clone}-{resourceName}");
    }

    private string NewThrowAway()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), ThrowAwayPrefix + "*"))
        {
            var owner = Path.GetFileName(folder)[ThrowAwayPrefix.Length..].Split('-')[0];
            if (int.TryParse(owner, CultureInfo.InvariantCulture, out var processId) && PostgresCluster.NameOf(processId) is not null) continue;
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another user's, or another run sweeps it now.
            }
        }
        return Path.Combine(Path.GetTempPath(), $"{ThrowAwayPrefix}{Environment.ProcessId}-{resourceName}-{Guid.NewGuid():N}");
    }
}
