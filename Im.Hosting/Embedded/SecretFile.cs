namespace Im.Hosting.Embedded;

/// <summary>A file only its owner may read: the way a secret reaches a server without being seen in a list of processes.</summary>
internal static class SecretFile
{
    public static void Write(string path, string text)
    {
        // Under another name until it is whole. An existing file would keep its mode.
        var staging = path + ".new";
        File.Delete(staging);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(staging, options)) writer.Write(text);
        File.Move(staging, path, overwrite: true);
    }
}
