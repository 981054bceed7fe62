using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Im.Hosting.Embedded;

namespace Im.Tests.Hosting;

/// <summary>A server started from its launch, as the orchestrator starts it; killed with everything below it when the test ends.</summary>
internal sealed class ServersProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ServersProcess(IEnumerable<string> arguments, bool underAShell)
    {
        var start = new ProcessStartInfo(underAShell ? "/bin/sh" : ServerHost.Command)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // A shell that stays, so that the server has a parent the test may kill.
        string[] shell = underAShell ? ["-c", "\"$@\" & wait", "sh", ServerHost.Command] : [];
        foreach (var argument in (string[])[.. shell, .. ServerHost.Arguments(arguments)]) start.ArgumentList.Add(argument);
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    /// <summary>Starts it and waits until it answers.</summary>
    public static async Task<ServersProcess> StartAsync(IEnumerable<string> arguments, Func<Task<bool>> isReady, bool underAShell = false)
    {
        var server = new ServersProcess(arguments, underAShell);
        try
        {
            await UntilAsync(async () => server._process.HasExited || await isReady(), Limit, "the server to answer");
            Assert.False(server._process.HasExited, server.Output);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task<(int ExitCode, TimeSpan Took)> StopAsync()
    {
        var clock = Stopwatch.StartNew();
        await SignalAsync("TERM", Id);
        using var limit = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(limit.Token);
        return (_process.ExitCode, clock.Elapsed);
    }

    public Task KillAsync() => SignalAsync("KILL", Id);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    public static async Task SignalAsync(string signal, params int[] processIds)
    {
        using var kill = Process.Start("kill", [$"-{signal}", .. processIds.Select(id => $"{id}")]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The processes whose command line names the text.</summary>
    public static int[] FindProcesses(string text) => [.. Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
        .Where(id => id != 0 && id != Environment.ProcessId && CommandLineOf(id).Contains(text))];

    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan limit, string what)
    {
        for (var clock = Stopwatch.StartNew(); !await condition(); await Task.Delay(50))
            Assert.True(clock.Elapsed < limit, $"Waited {limit.TotalSeconds} s for {what}");
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string CommandLineOf(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline").Replace('\0', ' ');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private void Keep(string? line)
    {
        lock (_output) _output.AppendLine(line);
    }
}
