using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Im.AppHost.Supervision;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Im.AppHost.Orchestration;

/// <summary>
/// Ctrl-C: the programs end before the servers they need, and the prompt comes back when everything is gone. DCP would stop all at once, so that nodes and web
/// server run into their time limits waiting for a Redis that is gone; and it would do so after the AppHost has returned.
/// </summary>
internal sealed partial class Shutdown : IHostedService
{
    private const int SigTerm = 15, StillThere = 0;
    private static readonly TimeSpan ResourceLimit = TimeSpan.FromSeconds(6), DcpLimit = TimeSpan.FromSeconds(5), CheckPeriod = TimeSpan.FromMilliseconds(10);

    private readonly Replicas _replicas;

    public Shutdown(Replicas replicas, IHostApplicationLifetime lifetime)
    {
        _replicas = replicas;
        lifetime.ApplicationStopping.Register(() => IsUnderWay = true);
    }

    /// <summary>What Aspire then reports as failures are its own cancelled tasks.</summary>
    public static bool IsUnderWay { get; private set; }

    public static void Use(IDistributedApplicationBuilder builder)
    {
        if (!OperatingSystem.IsLinux())
            builder.Configuration["DcpPublisher:WaitForResourceCleanup"] ??= "true"; // slower by a second
        builder.Services.AddHostedService<Shutdown>();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Hosted services stop in the reverse order of their registration: this one before Aspire's own.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            return; // no signals: DCP stops everything
        await EndAsync(_replicas.All.Where(replica => replica.Resource is ProjectResource), cancellationToken);
        await EndAsync(_replicas.All.Where(replica => replica.Resource is ExecutableResource), cancellationToken);
    }

    /// <summary>
    /// Ends DCP, for after the application has run. It takes a second to notice that nothing is left, and its helpers up to five; there is nothing they could
    /// still do, unless there are containers. Where the application runs within another program, as in tests, DCP is left to itself: nobody waits for a prompt there, and another
    /// application of that program has a DCP too, which looks the same from here.
    /// </summary>
    public static void EndDcp(IDistributedApplicationBuilder builder)
    {
        if (!OperatingSystem.IsLinux() || Assembly.GetEntryAssembly() != typeof(Shutdown).Assembly || builder.Resources.Any(resource => resource.IsContainer()))
            return;
        const int SigKill = 9;
        var apiServer = ProcessIds().FirstOrDefault(id => CommandLineOf(id) is [_, "start-apiserver", "--monitor", var monitored, ..] && monitored == $"{Environment.ProcessId}");
        if (apiServer == 0)
            return;
        // What it starts runs in a session of its own.
        string[] controllers = [.. ProcessIds().Where(id => StatOf(id) is [_, var parent, ..] && parent == $"{apiServer}").Select(id => $"{id}")];
        int[] all = [apiServer, .. ProcessIds().Where(id => StatOf(id) is [_, _, _, var session, ..] && controllers.Contains(session))];
        string?[] leftovers =
        [
            ValueOf(CommandLineOf(apiServer), "--kubeconfig") is { } configuration ? Path.GetDirectoryName(configuration) : null,
            .. controllers.Select(id => ValueOf(CommandLineOf(int.Parse(id, null)), "--notification-socket")),
        ];
        foreach (var process in all)
            _ = Kill(process, SigKill);
        for (var clock = Stopwatch.StartNew(); all.Any(process => StatOf(process) is [not "Z", ..]) && clock.Elapsed < DcpLimit; Thread.Sleep(CheckPeriod))
        {
        }
        foreach (var leftover in leftovers)
            Remove(leftover);
    }

    private static string? ValueOf(string[] commandLine, string option) => commandLine.SkipWhile(argument => argument != option).ElementAtOrDefault(1);

    private static void Remove(string? path)
    {
        try
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
            else if (path is not null)
                File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // An empty file in a folder for such things.
        }
    }

    private static async Task EndAsync(IEnumerable<Replica> some, CancellationToken cancellationToken)
    {
        int[] processes = [.. some.Select(replica => replica.ProcessId).OfType<int>()];
        foreach (var process in processes)
            _ = Kill(process, SigTerm);
        for (var clock = Stopwatch.StartNew();
            processes.Any(process => Kill(process, StillThere) == 0) && clock.Elapsed < ResourceLimit && !cancellationToken.IsCancellationRequested;)
            await Task.Delay(CheckPeriod, CancellationToken.None);
    }

    private static IEnumerable<int> ProcessIds() => Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0).Where(id => id != 0);

    private static string[] CommandLineOf(int process) => Read(process, "cmdline").Split('\0');

    /// <summary>State, parent, group, session, … as in <c>man proc_pid_stat</c>, after the name; empty when it has ended.</summary>
    private static string[] StatOf(int process) => Read(process, "stat").Split(") ") is [_, .., var rest] ? rest.Split(' ') : [];

    private static string Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
