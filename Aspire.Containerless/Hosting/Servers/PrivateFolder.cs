namespace Aspire.Containerless.Servers;

/// <summary>A folder only its owner may enter. What is above it stays open: Postgres' account passes through there.</summary>
internal static class PrivateFolder
{
    public static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
