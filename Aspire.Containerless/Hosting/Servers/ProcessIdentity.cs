using System.Diagnostics;

namespace Aspire.Containerless.Servers;

internal static class ProcessIdentity
{
    public static bool IsRunning(int processId) => NameOf(processId) is not null;

    /// <summary>The program's name, or null when no such process runs.</summary>
    public static string? NameOf(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.HasExited ? null : process.ProcessName;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
