using System.Diagnostics;
using System.Globalization;

namespace Aspire.Containerless.Dcp;

/// <summary>
/// DCP's second process, and the guard of each process it ran, notice only after a second or two that there is nothing left to do.
/// Where the system lists command lines they are ended at once, so that nothing is left when the AppHost returns to the prompt.
/// </summary>
internal static class DcpRemains
{
    private const string ProcessList = "/proc";
    private static readonly TimeSpan EndLimit = TimeSpan.FromMilliseconds(300);

    /// <summary>Only once everything DCP ran has ended: the guards are there for when it has not.</summary>
    /// <param name="sessionFolder">Named in the command line of DCP's processes.</param>
    public static void Kill(string sessionFolder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var processes = CommandLines();
        var dcp = processes.Where(p => p.Arguments.Any(a => a.StartsWith(sessionFolder + Path.DirectorySeparatorChar, StringComparison.Ordinal))).ToArray();
        var ids = dcp.Select(p => p.Id.ToString(CultureInfo.InvariantCulture)).ToHashSet(StringComparer.Ordinal);
        var guards = processes.Where(p => p.Arguments.Contains("monitor-process") && OptionOf(p.Arguments, "--monitor") is { } watched && ids.Contains(watched));
        var remains = dcp.Concat(guards).Select(p => p.Id).ToHashSet();
        foreach (var processId in remains)
            Kill(processId);
        // A process that has ended, but that nobody has collected, has no command line any more.
        SpinWait.SpinUntil(() => !CommandLines().Any(p => remains.Contains(p.Id) && p.Arguments is not [] and not [""]), EndLimit);
    }

    private static (int Id, string[] Arguments)[] CommandLines() =>
    [
        .. Directory.EnumerateDirectories(ProcessList)
            .Select(entry => (IsProcess: int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out var id), Id: id, Entry: entry))
            .Where(p => p.IsProcess)
            .Select(p => (p.Id, ArgumentsOf(p.Entry))),
    ];

    private static string[] ArgumentsOf(string entry)
    {
        try
        {
            return File.ReadAllText(Path.Combine(entry, "cmdline")).Split('\0');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Ended meanwhile, or another user's.
            return [];
        }
    }

    private static string? OptionOf(string[] arguments, string name)
    {
        var at = Array.IndexOf(arguments, name);
        return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
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
