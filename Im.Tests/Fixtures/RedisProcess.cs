using System.Diagnostics;
using System.Globalization;

namespace Im.Tests.Fixtures;

/// <summary>A redis-server that ends with this process, whatever becomes of it.</summary>
/// <param name="busPort">Where the servers of a cluster speak to each other.</param>
internal sealed class RedisProcess(int port, int busPort)
{
    // The shell ends the server when this process closes its end of the pipe, which it also does by dying.
    private const string Watched = """ "$@" >/dev/null 2>&1 & echo $!; cat >/dev/null; kill -9 $! 2>/dev/null """;

    private Process? _shell;

    public int Port => port;

    public int BusPort => busPort;

    public int ProcessId { get; private set; }

    public bool IsRunning => _shell is not null;

    /// <summary>Of its one thread that does the work.</summary>
    public TimeSpan Cpu => TimeSpan.FromMicroseconds(long.Parse(File.ReadAllText($"/proc/{ProcessId}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1_000);

    public void Start(string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Watched, "sh", RedisProgram.Path, "--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["LD_LIBRARY_PATH"] = RedisProgram.Libraries;
        _shell = Process.Start(start)!;
        ProcessId = int.Parse(_shell.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    public void End()
    {
        if (_shell is not { } shell)
            return;
        _shell = null;
        using (shell)
        {
            shell.StandardInput.Close();
            shell.WaitForExit(TimeSpan.FromSeconds(5));
        }
    }
}
