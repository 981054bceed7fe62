using System.Globalization;
using System.Net.Http.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Im.Client;
using Im.Protocol;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Im.Tests.Fixtures;

/// <summary>
/// The whole system as the AppHost describes it, with the dashboard, whose telemetry API is where tests read traces. Started once for all
/// classes of <see cref="ImAppCollection"/>, on data of its own.
/// </summary>
public sealed partial class ImAppFixture : IAsyncLifetime
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
        // Fixed ports, chosen here: stock tells programs the dashboard's configured address, which random ports would not match.
        string[] args =
        [
            "--UseVolumes=false",
            "--DcpPublisher:RandomizePorts=false",
            $"--WebPort={WebAddress.Port}",
            $"--ASPNETCORE_URLS={DashboardAddress}",
            $"--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:{FreePort.Next()}",
            "--ASPIRE_ALLOW_UNSECURED_TRANSPORT=true",
            $"--AppHost:DashboardApiKey={_telemetryKey}",
            // All tests come from one address.
            "--Limits:Logins:Burst=100000",
        ];
        using var limit = new CancellationTokenSource(StartLimit);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Im_AppHost>(
            args, (options, _) => options.DisableDashboard = false, limit.Token);
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

    /// <summary>A command of the dashboard, on one replica: a node's name is its replica's.</summary>
    public async Task ExecuteAsync(string replica, string command)
    {
        var result = await App.ResourceCommands.ExecuteCommandAsync(replica, command);
        Assert.True(result.Success, $"{command} on {replica} failed.");
    }

    /// <summary>Sends a signal, such as STOP, to a replica's process.</summary>
    public Task SignalAsync(string replica, string signal) =>
        UnixProcess.SignalAsync(FindProcessId(replica) ?? throw new InvalidOperationException($"{replica} does not run."), signal);

    /// <summary>The process of a replica; null while it does not run.</summary>
    public int? FindProcessId(string replica)
    {
        Assert.True(App.ResourceNotifications.TryGetCurrentState(replica, out var current), $"There is no {replica}.");
        return current.Snapshot.Properties.SingleOrDefault(p => p.Name == "executable.pid")?.Value is { } id ? Convert.ToInt32(id, CultureInfo.InvariantCulture) : null;
    }

    public bool IsHealthy(string replica) =>
        App.ResourceNotifications.TryGetCurrentState(replica, out var current)
        && current.Snapshot.State?.Text == KnownResourceStates.Running && current.Snapshot.HealthStatus == HealthStatus.Healthy;

    public async Task<string> GetDatabaseAsync() => await App.GetConnectionStringAsync("im") ?? throw new InvalidOperationException("There is no database.");

    /// <summary>Waits until everything runs, is healthy, and each node takes connections by the gateway; returns the nodes' names.</summary>
    public async Task<(string One, string Two)> WaitUntilWholeAsync()
    {
        string[] nodes = ["realtime-1", "realtime-2"];
        await Eventually.TrueAsync(() => nodes.Concat(["redis", "postgres", "im", "web"]).All(IsHealthy), seconds: 60);
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
            KeepLogs(App, directory);
        await App.DisposeAsync();
    }

    /// <summary>Writes what the replicas have logged into files; only where our own hosting library is there to ask.</summary>
    static partial void KeepLogs(DistributedApplication app, string directory);
}

/// <summary>For classes that share the one system. They run one after the other, and nothing beside them: they look at the clock.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ImAppCollection : ICollectionFixture<ImAppFixture>
{
    public const string Name = "The whole system";
}
