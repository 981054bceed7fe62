using System.Net.Http.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Im.AppHost.Supervision;
using Im.Client;
using Im.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Im.Tests.Fixtures;

/// <summary>
/// The whole system as the AppHost describes it, with the dashboard, whose telemetry API is where tests read traces. Started once for all
/// classes of <see cref="ImAppCollection"/>, on data of its own.
/// </summary>
public sealed class ImAppFixture : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private readonly string _telemetryKey = Guid.NewGuid().ToString("N");
    private HttpClient? _web;

    public DistributedApplication App { get; private set; } = null!;

    /// <summary>The page.</summary>
    public Uri WebAddress { get; } = new($"http://localhost:{FreePort.Next()}");

    public Uri DashboardAddress { get; } = new($"http://localhost:{FreePort.Next()}");

    /// <summary>Reads <c>api/telemetry/{spans,traces,logs}</c>; they are there about a second after they happened.</summary>
    public HttpClient Telemetry { get; private set; } = null!;

    /// <summary>Accounts for those tests to which it does not matter whose they are: logging in is slow on purpose.</summary>
    internal People People => field ??= new(WebAddress);

    public async Task InitializeAsync()
    {
        // Fixed ports, chosen here: Aspire tells programs the dashboard's configured address, which random ports would not match.
        string[] args =
        [
            "--UseVolumes=false",
            "--Servers=embedded",
            "--DcpPublisher:RandomizePorts=false",
            $"--WebPort={WebAddress.Port}",
            $"--ASPNETCORE_URLS={DashboardAddress}",
            $"--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:{FreePort.Next()}",
            $"--ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL=http://localhost:{FreePort.Next()}",
            "--ASPIRE_ALLOW_UNSECURED_TRANSPORT=true",
            $"--AppHost:DashboardApiKey={_telemetryKey}",
            // All tests come from one address.
            "--Limits:Logins:Burst=100000",
        ];
        using var limit = new CancellationTokenSource(StartLimit);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Im_AppHost>(
            args, (options, _) => options.DisableDashboard = false, limit.Token);
        foreach (var program in builder.Resources.OfType<ProjectResource>())
            // The crowds' traces, and metrics once a second, cost the dashboard as much as the nodes.
            builder.CreateResourceBuilder(program).WithEnvironment("OTEL_METRIC_EXPORT_INTERVAL", "60000").WithEnvironment("OTEL_TRACES_SAMPLER", "parentbased_traceidratio").WithEnvironment("OTEL_TRACES_SAMPLER_ARG", "0.1");
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Im.AppHost.Resources", LogLevel.None)); // what resources write is theirs
        App = await builder.BuildAsync(limit.Token);
        await App.StartAsync(limit.Token);
        await App.ResourceNotifications.WaitForResourceHealthyAsync("web", limit.Token);
        await App.ResourceNotifications.WaitForResourceHealthyAsync("aspire-dashboard", limit.Token);
        _web = App.CreateHttpClient("web");
        Telemetry = new HttpClient { BaseAddress = DashboardAddress };
        Telemetry.DefaultRequestHeaders.Add("x-api-key", _telemetryKey);
    }

    /// <summary>The nodes as the gateway knows them.</summary>
    public async Task<IReadOnlyList<NodeInfo>> GetNodesAsync() =>
        await _web!.GetFromJsonAsync("/api/nodes", ProtocolJson.Default.IReadOnlyListNodeInfo) ?? [];

    /// <summary>The names of the two replicas, once both run and take connections.</summary>
    public async Task<(string One, string Two)> WaitForTwoNodesAsync()
    {
        List<string> names = [];
        await Eventually.TrueAsync(async () =>
        {
            names = [.. (await GetNodesAsync()).Where(n => n.Live).Select(n => n.Name).Distinct().Order()];
            return names.Count == 2;
        }, seconds: 30);
        return (names[0], names[1]);
    }

    /// <summary>A command of the dashboard, on one replica.</summary>
    /// <param name="replica">As people call it: <c>realtime-1</c>, <c>web</c>.</param>
    public async Task ExecuteAsync(string replica, string command)
    {
        var result = await App.ResourceCommands.ExecuteCommandAsync(Find(replica).Id, command);
        Assert.True(result.Success, $"{command} on {replica} failed: {result.Message}");
    }

    /// <summary>Sends a signal, such as STOP, to a replica's process.</summary>
    public Task SignalAsync(string replica, string signal) =>
        UnixProcess.SignalAsync(FindProcessId(replica) ?? throw new InvalidOperationException($"{replica} does not run."), signal);

    /// <summary>The process of a replica; null while it does not run.</summary>
    public int? FindProcessId(string replica) => Find(replica).ProcessId;

    /// <summary>The id by which Aspire knows a replica: <c>realtime-eznghbud</c>.</summary>
    public string IdOf(string replica) => Find(replica).Id;

    /// <summary>Whether a process of this resource that ends is started again, as it is unless a test says otherwise.</summary>
    public void RestartOnCrash(string resource, bool restart)
    {
        var annotations = Find(resource).Resource.Annotations;
        if (annotations.OfType<RestartOnCrashAnnotation>().FirstOrDefault() is { } annotation)
            annotations.Remove(annotation);
        if (restart)
            annotations.Add(new RestartOnCrashAnnotation());
    }

    /// <summary>Asks the replica itself: Aspire looks at what is healthy every 30 s.</summary>
    public async Task<bool> IsHealthyAsync(string name)
    {
        var replica = Find(name);
        if (replica.State != KnownResourceStates.Running)
            return false;
        if (replica.Resource is ProjectResource)
            return await App.Services.GetRequiredService<ReplicaProbe>().FindFaultAsync(replica, CancellationToken.None) is null;
        var checks = replica.Resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key).ToHashSet();
        return (await App.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => checks.Contains(check.Name))).Status == HealthStatus.Healthy;
    }

    internal Replica Find(string name) =>
        App.Services.GetRequiredService<Replicas>().All.FirstOrDefault(replica => replica.Name == name) ?? throw new InvalidOperationException($"There is no {name}.");

    public async Task<string> GetDatabaseAsync() => await App.GetConnectionStringAsync("im") ?? throw new InvalidOperationException("There is no database.");

    /// <summary>Waits until everything runs, is healthy, and each node takes connections by the gateway; returns the nodes' names.</summary>
    public async Task<(string One, string Two)> WaitUntilWholeAsync()
    {
        string[] nodes = ["realtime-1", "realtime-2"];
        foreach (var name in (string[])["redis", "postgres", "im", "web", .. nodes])
            await Eventually.TrueAsync(() => IsHealthyAsync(name), seconds: 60, expected: $"{name} is healthy");
        foreach (var node in nodes)
            await Eventually.TrueAsync(async () => await TakesConnectionsAsync(node), seconds: 30);
        return (nodes[0], nodes[1]);
    }

    /// <summary>Whether the gateway gives a connection to this node, and the node is ready for it.</summary>
    public async Task<bool> TakesConnectionsAsync(string node)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await using var connection = await RawConnection.OpenAsync(RawConnection.AddressOf(WebAddress, node), cancellationToken: limit.Token);
            return await connection.ReceiveAsync(limit.Token) is HelloFrame hello && hello.Node == node && await connection.ReceiveAsync(limit.Token) is ReadyFrame;
        }
        catch (Exception e) when (e is ImException or OperationCanceledException)
        {
            return false;
        }
    }

    public async Task DisposeAsync()
    {
        _web?.Dispose();
        Telemetry?.Dispose();
        if (App is null)
            return;
        if (Environment.GetEnvironmentVariable("IM_TEST_LOGS") is { Length: > 0 } directory)
            await KeepLogsAsync(directory);
        await App.DisposeAsync();
    }

    private async Task KeepLogsAsync(string directory)
    {
        Directory.CreateDirectory(directory);
        var logs = App.Services.GetRequiredService<ResourceLoggerService>();
        foreach (var replica in App.Services.GetRequiredService<Replicas>().All)
            await File.WriteAllLinesAsync(
                Path.Combine(directory, $"{replica.Name}.log"), logs.GetAllAsync(replica.Id).ToBlockingEnumerable().SelectMany(lines => lines).Select(line => line.Content));
    }
}

/// <summary>For classes that share the one system. They run one after the other, beside others: mostly they wait, for what was broken to be whole again.</summary>
[CollectionDefinition(Name)]
public sealed class ImAppCollection : ICollectionFixture<ImAppFixture>
{
    public const string Name = "The whole system";
}
