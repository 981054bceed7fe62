using System.Diagnostics;
using System.Globalization;

namespace Im.Tests.Fixtures;

/// <summary>What .NET does not do with processes: signals, children, and whether one is stopped. On Linux.</summary>
internal static class UnixProcess
{
    /// <param name="signal">Such as <c>STOP</c>.</param>
    public static async Task SignalAsync(int processId, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{processId}"]);
        await kill.WaitForExitAsync();
        Assert.True(kill.ExitCode == 0 || HasEnded(processId), $"{signal} was not sent to process {processId}.");
    }

    public static bool HasEnded(int processId) => StatOf(processId) is null or ["Z", ..];

    public static bool IsStopped(int processId) => StatOf(processId) is ["T", ..];

    public static List<int> ChildrenOf(int processId) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(id => StatOf(id) is [_, var parent, ..] && parent == $"{processId}"),
    ];

    /// <summary>What follows the name in <c>/proc/pid/stat</c>: state, parent …; null when there is no such process.</summary>
    private static string[]? StatOf(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
