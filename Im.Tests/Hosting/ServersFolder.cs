using System.Diagnostics;

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

    /// <summary>Waits for whoever still writes there: what an AppHost started ends by itself soon after it.</summary>
    public void Dispose()
    {
        for (var waited = Stopwatch.StartNew(); ; Thread.Sleep(50))
        {
            try
            {
                Directory.Delete(Path, recursive: true);
                return;
            }
            catch (IOException) when (waited.Elapsed < TimeSpan.FromSeconds(30))
            {
            }
        }
    }
}
