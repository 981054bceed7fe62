using System.Diagnostics;

namespace Im.Hosting.ServerHost;

/// <summary>
/// Runs a program and stops it in its own way: Postgres takes SIGTERM to mean "wait for the clients to leave", and SIGINT to mean "stop".
/// A program that has not ended after <see cref="PatienceBeforeQuit"/> gets SIGQUIT, which both servers survive without loss.
/// </summary>
internal static class Supervisor
{
    private static readonly TimeSpan PatienceBeforeQuit = TimeSpan.FromSeconds(4); // DCP kills after 6.

    public static int Run(RunOptions options, StopRequest stop, DataFolder data)
    {
        var signal = options.Required("--stop-signal");
        // Started on the main thread, which outlives it: the parent-death signal follows the thread, not the process.
        using var program = Process.Start(StartInfo(options, signal))!;
        _ = StopWhenRequestedAsync();
        program.WaitForExit();
        if (stop.Requested.IsCompleted) data.ThrowAway();
        return program.ExitCode;

        async Task StopWhenRequestedAsync()
        {
            await stop.Requested;
            if (OperatingSystem.IsWindows())
            {
                program.Kill(entireProcessTree: true); // Both servers recover from their logs.
                return;
            }
            _ = Posix.Kill(program.Id, signal == "INT" ? Posix.SigInt : Posix.SigTerm);
            await Task.Delay(PatienceBeforeQuit);
            _ = Posix.Kill(program.Id, Posix.SigQuit);
        }
    }

    /// <summary>On Linux through util-linux' setpriv, which drops root and has the kernel signal the program when this process ends, whatever ends it.</summary>
    private static ProcessStartInfo StartInfo(RunOptions options, string signal)
    {
        if (!OperatingSystem.IsLinux()) return new(options.Program[0], options.Program[1..]);
        string[] user = options.Values.TryGetValue("--user", out var ids) && ids.Split(':') is [var userId, var groupId]
            ? [$"--reuid={userId}", $"--regid={groupId}", "--clear-groups"]
            : [];
        return new("setpriv", [.. user, "--pdeathsig", signal, "--", .. options.Program]);
    }
}
