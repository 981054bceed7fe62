using System.Globalization;

namespace Aspire.Containerless.Servers;

/// <summary>Folders for data nobody keeps. The server host deletes its own at the end; the next run sweeps what a crash left.</summary>
internal static class ThrowAwayFolder
{
    private const string Prefix = "aspire-containerless-";

    /// <summary>A path of this process that does not exist yet.</summary>
    public static string NewPath(string name)
    {
        Sweep();
        return Path.Combine(Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}-{name}-{Guid.NewGuid():N}");
    }

    private static void Sweep()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var owner = Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (int.TryParse(owner, CultureInfo.InvariantCulture, out var processId) && ProcessIdentity.IsRunning(processId)) continue;
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another user's, or another run sweeps it now.
            }
        }
    }
}
