namespace Aspire.Containerless.Servers;

/// <summary>A file only its owner may read: the way a secret reaches a server without being seen in a list of processes.</summary>
internal static class SecretFile
{
    public static void Write(string path, string text)
    {
        File.Delete(path); // An existing file would keep its mode.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
