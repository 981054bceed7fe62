using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Im.Bench.Load;
using Im.Bench.Measurement;
using Im.Hosting.Embedded;
using Im.Protocol;

namespace Im.Bench.Peers;

/// <summary>A clone's built AppHost with the variables its launch profile gives it, on ports of its own, and everything it starts. Its data is not kept.</summary>
internal sealed class AppHostRun : IDisposable
{
    public const string Project = "Im.AppHost", Configuration = "Debug";
    private const int Nodes = 2;
    private const string MarkName = "IM_BENCH_START";
    private static readonly TimeSpan HealthyLimit = TimeSpan.FromMinutes(2), StopLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(30), LookPeriod = TimeSpan.FromMilliseconds(10);

    /// <summary>The orchestrator's proxy accepts before there is a server, and is silent until then.</summary>
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromMilliseconds(200) };

    private readonly string _page = $"http://127.0.0.1:{FreePort.Next()}";
    private readonly string _mark = Guid.NewGuid().ToString("N");
    private readonly Process _process;
    private volatile bool _announced;
    private string? _lastError;

    public AppHostRun(Clone clone)
    {
        // A shell gives what it starts in the background an ignored SIGINT, which env takes back.
        var start = new ProcessStartInfo("/usr/bin/env",
        [
            "--default-signal=INT", Path.ChangeExtension(clone.Find(Project, Configuration), null), $"--WebPort={new Uri(_page).Port}", "--UseVolumes=false",
        ]) { WorkingDirectory = clone.FolderOf(Project), RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in (string[])["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"])
            start.Environment[name] = "Development";
        foreach (var name in (string[])["ASPNETCORE_URLS", "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"])
            start.Environment[name] = $"http://localhost:{FreePort.Next()}";
        start.Environment["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true";
        start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(ServerHost.Command);
        start.Environment[MarkName] = _mark;
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _announced |= line.Data?.Contains("Chat at", StringComparison.Ordinal) == true;
        _process.ErrorDataReceived += (_, line) => _lastError = line.Data ?? _lastError;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Returns when the page and both nodes are healthy and the AppHost has said where the page is.</summary>
    public async Task WaitUntilHealthyAsync(CancellationToken cancellationToken)
    {
        for (var clock = Stopwatch.StartNew(); !(_announced && await IsHealthyAsync(cancellationToken)); await Task.Delay(PollPeriod, cancellationToken))
            if (_process.HasExited || clock.Elapsed > HealthyLimit)
                throw new LoadException($"The AppHost {(_process.HasExited ? "has ended" : "is not healthy")}: {_lastError}");
    }

    /// <summary>Sends what Ctrl-C sends and returns when the AppHost and everything it started have ended.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> StopAsync(CancellationToken cancellationToken)
    {
        var all = FindProcesses();
        var clock = Stopwatch.StartNew();
        _ = Posix.Kill(_process.Id, Posix.SigInt);
        while (all.FirstOrDefault(ProcessTree.IsRunning) is not 0 and var left)
        {
            if (clock.Elapsed > StopLimit)
                throw new LoadException($"{ProcessTree.NameOf(left)} is still there {StopLimit.TotalSeconds} s after Ctrl-C.");
            await Task.Delay(LookPeriod, cancellationToken);
        }
        var elapsed = clock.Elapsed;
        // Started while it ended, say.
        return FindProcesses() is [] ? elapsed : throw new LoadException($"It leaves {string.Join(", ", FindProcesses().Select(ProcessTree.NameOf))} behind.");
    }

    public void Dispose()
    {
        // Again, until none is left: one may be starting another.
        for (; FindProcesses() is { Length: > 0 } left; Thread.Sleep(LookPeriod))
            foreach (var id in left)
                _ = Posix.Kill(id, Posix.SigKill);
        _process.Dispose();
    }

    private async Task<bool> IsHealthyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var health = await Client.GetAsync($"{_page}/health", cancellationToken);
            return health.StatusCode == HttpStatusCode.OK
                && await Client.GetFromJsonAsync($"{_page}/api/nodes", ProtocolJson.Default.IReadOnlyListNodeInfo, cancellationToken) is { } nodes
                && nodes.Count(node => node.Live) == Nodes;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>Those that inherited the mark, whoever is their parent by now, and those below them: Postgres writes over what it inherited.</summary>
    private int[] FindProcesses()
    {
        var tree = ProcessTree.Read();
        return [.. tree.Ids.Where(id => ProcessTree.Inherited(id, $"{MarkName}={_mark}")).SelectMany(tree.WithAllBelow).Distinct().Where(ProcessTree.IsRunning)];
    }
}
