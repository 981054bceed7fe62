using System.Diagnostics;
using System.Globalization;

namespace Aspire.Containerless.Dcp;

/// <summary>
/// DCP's second process notices only after 2 s that the first has gone. Where the system lists command lines, it is ended at once,
/// so that nothing is left when the AppHost returns to the prompt.
/// </summary>
internal static class DcpRemains
{
    private const string ProcessList = "/proc";

    /// <param name="sessionFolder">Named in the command line of every DCP process of the session.</param>
    public static void Kill(string sessionFolder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        foreach (var entry in Directory.EnumerateDirectories(ProcessList))
            if (int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out var processId) && IsOfSession(entry, sessionFolder))
                Kill(processId);
    }

    private static bool IsOfSession(string entry, string sessionFolder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(entry, "cmdline")).Contains(sessionFolder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Ended meanwhile, or another user's.
            return false;
        }
    }

    private static void Kill(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            process.Kill();
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            // Ended meanwhile.
        }
    }
}
