using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Im.Core.Nodes;

/// <summary>
/// Looks every <see cref="NodeOptions.CheckInterval"/> which nodes hold a lease, and removes what a node left behind whose lease ended. All nodes look, Redis lets
/// exactly one remove. After a failure it looks again at the next interval; while its own lease is in doubt it reaps nobody (see <see cref="NodeLease.IsSettled"/>).
/// </summary>
internal sealed partial class NodeWatch(
    NodeLease lease, RedisNodeRegistry nodes, IConnectionMultiplexer redis, RedisKeys keys, IOptions<NodeOptions> options, TimeProvider time, ILogger<NodeWatch> logger)
    : BackgroundService
{
    private readonly IDatabase _database = redis.GetDatabase();
    private readonly Pulse _pulse = new(time);
    private bool _away;

    /// <summary>Raised from one loop after each look.</summary>
    public event Action<NodeCheck>? Checked;

    /// <summary>Raised from the same loop on the one node that removed what the node with that id left behind.</summary>
    public event Action<string>? Reaped;

    public void CheckSoon() => _pulse.Wake();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await CheckAsync(stoppingToken);
                _away = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                lease.Unsettle();
                if (!_away)
                    LogAway(exception);
                _away = true;
            }
            await _pulse.SleepAsync(options.Value.CheckInterval, stoppingToken);
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var ids = await nodes.ListIdsAsync(cancellationToken);
        var live = ids.Where(node => node.Live).Select(node => node.Id).ToHashSet();
        // Asked last: if Redis lost everything, then whoever was missing above, this node is missing too, and the others will be back as this one will.
        var trusted = await _database.KeyExistsAsync(keys.Lease(lease.Identity.Id)).WaitAsync(cancellationToken);
        if (lease.IsHeld && !trusted)
            lease.Doubt();
        trusted &= lease.IsSettled;
        foreach (var (id, _) in ids.Where(node => trusted && !node.Live))
            await ReapAsync(id, cancellationToken);
        Checked?.Invoke(new(live, trusted));
    }

    private async Task ReapAsync(string id, CancellationToken cancellationToken)
    {
        if (!await nodes.ReapAsync(id).WaitAsync(cancellationToken))
            return;
        LogReaped(id);
        Reaped?.Invoke(id);
    }

    [LoggerMessage(3110, LogLevel.Warning, "The lease of node {NodeId} ended: its presence and connections are removed")]
    private partial void LogReaped(string nodeId);

    [LoggerMessage(3111, LogLevel.Warning, "The nodes cannot be read from Redis: what is known of them stays until they can")]
    private partial void LogAway(Exception exception);
}

/// <param name="Live">Ids of the nodes that hold a lease.</param>
/// <param name="Settled">Whether those that are missing may be taken for dead.</param>
internal sealed record NodeCheck(IReadOnlySet<string> Live, bool Settled);
