using System.Diagnostics;
using System.Globalization;

namespace Aspire.Containerless.ServerHost;

/// <summary>
/// Runs a program and stops it in its own way: Postgres takes SIGTERM to mean "wait for the clients to leave", and SIGINT to mean "stop".
/// A program that has not ended after <see cref="PatienceBeforeQuit"/> gets SIGQUIT, which both servers survive without loss.
/// </summary>
internal static class Supervisor
{
    private static readonly TimeSpan PatienceBeforeQuit = TimeSpan.FromSeconds(4); // The orchestrator kills after 6.6.

    /// <summary>Exit code of a server whose data another run uses.</summary>
    public const int DataInUse = 75;

    public static int Run(RunOptions options)
    {
        using var stop = new StopRequest();
        using var dataLock = DataLock.TryTake(options.LockFile);
        if (dataLock is null) return DataInUse;
        // Started on the main thread, which outlives it: the parent-death signal follows the thread, not the process.
        using var program = Process.Start(StartInfo(options))!;
        _ = StopWhenRequestedAsync(stop, program, options.Required("--stop-signal"));
        program.WaitForExit();
        // A server that ended by itself is started again, on the same data.
        if (stop.Requested.IsCompleted) ThrowAway.Delete(options.ThrowAwayDirectory);
        return program.ExitCode;
    }

    private static ProcessStartInfo StartInfo(RunOptions options)
    {
        if (OperatingSystem.IsWindows()) return new(options.Program[0], options.Program[1..]);

        var start = new ProcessStartInfo(Environment.ProcessPath!);
        // A process that becomes another never removes its diagnostics socket.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        string[] self = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(Supervisor).Assembly.Location] : [];
        string[] shim =
        [
            "exec", options.Required("--stop-signal"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            options.Values.GetValueOrDefault("--user", "-"),
        ];
        foreach (var argument in (string[])[.. self, .. shim, .. options.Program]) start.ArgumentList.Add(argument);
        return start;
    }

    private static async Task StopWhenRequestedAsync(StopRequest stop, Process program, string signal)
    {
        await stop.Requested;
        if (OperatingSystem.IsWindows())
        {
            program.Kill(entireProcessTree: true); // Both servers recover from their logs.
            return;
        }
        _ = Posix.Kill(program.Id, Posix.SignalNumber(signal));
        await Task.Delay(PatienceBeforeQuit);
        _ = Posix.Kill(program.Id, Posix.SigQuit);
    }
}
