namespace Im.Tests.Hosting;

/// <summary>A folder for one test.</summary>
internal sealed class ServersFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("im-servers-").FullName;

    public ServersFolder()
    {
        // Postgres runs as another account when the tests run as root.
        File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);
    }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
