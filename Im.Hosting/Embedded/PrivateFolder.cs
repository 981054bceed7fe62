namespace Im.Hosting.Embedded;

/// <summary>A folder only its owner may enter. What is above it stays open: Postgres' account passes through there.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Open = OwnerOnly
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public static void Create(string path)
    {
        CreateOpen(Path.GetDirectoryName(path)!);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnly);
    }

    /// <summary>Where this process is root, what is created is open whatever its umask.</summary>
    public static void CreateOpen(string path)
    {
        if (Directory.Exists(path)) return;
        if (Path.GetDirectoryName(path) is { } parent) CreateOpen(parent);
        Directory.CreateDirectory(path);
        if (ServiceAccount.Current is not null && !OperatingSystem.IsWindows()) File.SetUnixFileMode(path, Open);
    }
}
