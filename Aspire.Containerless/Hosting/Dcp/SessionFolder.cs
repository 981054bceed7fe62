using System.Diagnostics;
using System.Globalization;

namespace Aspire.Containerless.Dcp;

/// <summary>A folder for the files of one run, which only this user can enter. Named after the process, so that a later run can clear up after a killed one.</summary>
internal sealed class SessionFolder : IDisposable
{
    private const string Prefix = "aspire-containerless-";

    private SessionFolder(string path) => Path = path;

    public string Path { get; }

    public static SessionFolder Create()
    {
        DeleteAbandoned();
        return new SessionFolder(Directory.CreateTempSubdirectory(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-")).FullName);
    }

    public string FileOf(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => TryDelete(Path);

    private static void DeleteAbandoned()
    {
        foreach (var folder in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), $"{Prefix}*"))
            if (int.TryParse(System.IO.Path.GetFileName(folder)[Prefix.Length..].Split('-')[0], CultureInfo.InvariantCulture, out var owner) && !IsAlive(owner))
                TryDelete(folder);
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Another user's, or a file still open: the next run tries again.
        }
    }
}
