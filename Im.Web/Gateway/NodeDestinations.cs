using Im.Core.Nodes;
using Microsoft.Extensions.ServiceDiscovery;
using Yarp.ReverseProxy.Configuration;

namespace Im.Web.Gateway;

/// <summary>
/// Keeps the gateway's destinations as the registry has them, asked once a second: every node with a lease that is not draining. While Redis is away the
/// last ones stay. When the registry knows no node at all, service discovery's addresses of the nodes are tried.
/// A destination taken away keeps the connections it has.
/// </summary>
internal sealed partial class NodeDestinations(
    INodeRegistry registry, KnownNodes known, ServiceEndpointResolver discovery, InMemoryConfigProvider proxy, TimeProvider time, ILogger<NodeDestinations> logger)
    : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private const string NodeService = "http://realtime";
    private const string NodeName = "node";

    private Dictionary<string, DestinationConfig> _current = [];
    private bool _registryAway;

    /// <summary>Identifies a node's destination; a restarted node of the same name at another address is another one.</summary>
    public static string Id(string name, string address) => $"{name} at {address}";

    /// <summary>The node's name, or null for an address that came from service discovery.</summary>
    public static string? NodeOf(DestinationConfig destination) => destination.Metadata?.GetValueOrDefault(NodeName);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(PollInterval, time);
        do
        {
            try
            {
                if (await FindAsync(stoppingToken) is { } found)
                    Apply(found);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e); // the next poll tries again
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<Dictionary<string, DestinationConfig>?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            var nodes = await registry.ListAsync(cancellationToken);
            if (_registryAway)
                LogRegistryBack();
            _registryAway = false;
            known.Update(nodes);
            if (nodes.Count > 0)
                return nodes.Where(node => node.Live).DistinctBy(node => Id(node.Name, node.Address)).ToDictionary(
                    node => Id(node.Name, node.Address),
                    node => new DestinationConfig { Address = node.Address, Metadata = new Dictionary<string, string> { [NodeName] = node.Name } });
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (!_registryAway)
                LogRegistryAway(e);
            _registryAway = true;
            if (_current.Count > 0)
                return null;
        }
        var discovered = await discovery.GetEndpointsAsync(NodeService, cancellationToken);
        return discovered.Endpoints.Select(endpoint => endpoint.ToString()!).Distinct()
            .Select(address => address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}")
            .ToDictionary(address => address, address => new DestinationConfig { Address = address });
    }

    private void Apply(Dictionary<string, DestinationConfig> found)
    {
        if (found.Count == _current.Count && found.Keys.All(_current.ContainsKey))
            return;
        _current = found;
        proxy.Update(proxy.GetConfig().Routes, [GatewaySetup.Cluster(found)]);
        LogDestinations(string.Join(", ", found.Keys));
    }

    [LoggerMessage(1, LogLevel.Information, "New connections go to: {Destinations}")]
    private partial void LogDestinations(string destinations);

    [LoggerMessage(2, LogLevel.Warning, "The registry of nodes cannot be read; the nodes known last stay in use")]
    private partial void LogRegistryAway(Exception exception);

    [LoggerMessage(3, LogLevel.Information, "The registry of nodes can be read again")]
    private partial void LogRegistryBack();

    [LoggerMessage(4, LogLevel.Error, "The gateway's nodes could not be brought up to date")]
    private partial void LogFailed(Exception exception);
}
