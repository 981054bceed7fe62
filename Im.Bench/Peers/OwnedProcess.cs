using System.Diagnostics;
using Im.Bench.Load;
using Im.Hosting.Embedded;

namespace Im.Bench.Peers;

/// <summary>A program this run started. It ends with the run, even when the run is killed: the server host between the two sees to that.</summary>
internal sealed class OwnedProcess : IAsyncDisposable
{
    private const int KeptLines = 30;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60), StopLimit = TimeSpan.FromSeconds(15);

    /// <summary>As the AppHost starts the server host. A program that the host runs does not get them.</summary>
    private static readonly Dictionary<string, string> ServerHostSettings = new() { ["DOTNET_EnableDiagnostics"] = "0", ["DOTNET_TieredPGO"] = "0" };

    private readonly string _name;
    private readonly Process _process;
    private readonly Queue<string> _lastLines = new();

    private OwnedProcess(string name, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        _name = name;
        var start = new ProcessStartInfo(ServerHost.Command, ServerHost.Arguments(arguments))
        {
            WorkingDirectory = AppContext.BaseDirectory, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (key, value) in ServerHostSettings.Concat(environment))
            start.Environment[key] = value;
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The top of its tree of processes.</summary>
    public int Id => _process.Id;

    /// <summary>Starts it and returns when it is ready.</summary>
    /// <param name="arguments">The server host's.</param>
    /// <exception cref="LoadException">It ended, or is not ready after 60 s; with the last lines it wrote.</exception>
    public static async Task<OwnedProcess> StartAsync(
        string name, IEnumerable<string> arguments, Func<Task<bool>> isReady, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? environment = null)
    {
        var owned = new OwnedProcess(name, arguments, environment ?? new Dictionary<string, string>());
        try
        {
            for (var clock = Stopwatch.StartNew(); !await isReady(); await Task.Delay(50, cancellationToken))
                if (owned._process.HasExited || clock.Elapsed > StartLimit)
                    throw new LoadException($"{name} {(owned._process.HasExited ? "has ended" : "is not ready")}. It wrote:\n{owned.LastLines}");
            return owned;
        }
        catch
        {
            await owned.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a .NET program with the runtime's own defaults, on the variables given.</summary>
    public static Task<OwnedProcess> StartDotNetAsync(
        string name, IEnumerable<string> command, IReadOnlyDictionary<string, string> environment, int port, CancellationToken cancellationToken)
    {
        var undo = ServerHostSettings.Keys.SelectMany(key => (string[])["-u", key]);
        return StartAsync(name, ["run", "--stop-signal", "TERM", "--", "/usr/bin/env", .. undo, .. command], () => HttpProbe.IsReadyAsync(port), cancellationToken, environment);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (var kill = Process.Start("kill", ["-TERM", $"{Id}"]))
                await kill.WaitForExitAsync();
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                Console.Error.WriteLine($"{_name} had to be killed.");
            }
        }
        _process.Dispose();
    }

    private string LastLines
    {
        get
        {
            lock (_lastLines)
                return string.Join('\n', _lastLines);
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > KeptLines)
                _lastLines.Dequeue();
        }
    }
}
