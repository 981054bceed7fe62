using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;
using Im.Tests.Fixtures;

namespace Im.Tests.Hosting;

/// <summary>The real AppHost as a person starts it, in a process of its own.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class AppHostProcess : IAsyncDisposable
{
    /// <summary>Of the tests that start one: one after the other, beside the rest.</summary>
    public const string Collection = "AppHost";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    public AppHostProcess(int webPort, params string[] more) : this(webPort, new Dictionary<string, string>(), more)
    {
    }

    /// <param name="environment">Variables beside those of the launch profile.</param>
    public AppHostProcess(int webPort, IReadOnlyDictionary<string, string> environment, params string[] more)
    {
        WebPort = webPort;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", AssemblyPath(), $"--WebPort={webPort}", "--UseVolumes=false", "--Servers=embedded", .. more])
            start.ArgumentList.Add(argument);
        foreach (var (key, value) in (KeyValuePair<string, string>[])
        [
            // As the launch profile says it, on ports of this test's own.
            new("ASPNETCORE_ENVIRONMENT", "Development"), new("DOTNET_ENVIRONMENT", "Development"), new("ASPIRE_ALLOW_UNSECURED_TRANSPORT", "true"),
            new("ASPNETCORE_URLS", $"http://localhost:{DashboardPort}"),
            new("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", $"http://localhost:{FreePort.Next()}"),
            new("ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL", $"http://localhost:{FreePort.Next()}"),
            .. environment,
        ])
            start.Environment[key] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int WebPort { get; }

    public int DashboardPort { get; } = FreePort.Next();

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public async Task SaysAsync(string text)
    {
        await ServersProcess.UntilAsync(() => Task.FromResult(_process.HasExited || Output.Contains(text)), Limit, $"the AppHost to say '{text}'");
        Assert.Contains(text, Output);
    }

    public Task SignalAsync(string signal) => ServersProcess.SignalAsync(signal, Id);

    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>Every process it has started, directly or not: DCP, which knows it by its process id, and all below.</summary>
    public IReadOnlySet<int> Descendants()
    {
        var parents = Process.GetProcesses().Select(p => p.Id).ToDictionary(id => id, ParentOf);
        var family = ServersProcess.FindProcesses($"start-apiserver --monitor {Id} ").ToHashSet();
        int before;
        do
        {
            before = family.Count;
            family.UnionWith(parents.Where(p => family.Contains(p.Value)).Select(p => p.Key).ToArray());
        }
        while (family.Count > before);
        return family;
    }

    /// <summary>The processes below it whose command line names the text.</summary>
    public IReadOnlyList<int> Descendants(string text) => [.. ServersProcess.FindProcesses(text).Where(Descendants().Contains)];

    public static bool IsAlive(int processId) => Directory.Exists($"/proc/{processId}") && !StatOf(processId).Contains(") Z ");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await SignalAsync("TERM");
            await ExitAsync();
        }
        _process.Dispose();
    }

    /// <summary>In its own output folder, of the same build as this one; the copy beside the tests has their dependencies, not its own.</summary>
    public static string AssemblyPath()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Projects.Im_AppHost.ProjectPath, "bin", framework.Parent!.Name, framework.Name, "Im.AppHost.dll");
    }

    private static int ParentOf(int processId) => StatOf(processId).Split(") ") is [.., var rest] && rest.Split(' ') is [_, var parent, ..] && int.TryParse(parent, out var id) ? id : 0;

    private static string StatOf(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/stat");
        }
        catch (IOException)
        {
            return ") Z ";
        }
    }

    private void Keep(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
