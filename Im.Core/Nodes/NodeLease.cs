using System.Reflection;
using Im.Core.Clocks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Im.Core.Nodes;

internal sealed partial class NodeLease(
    NodeIdentity identity, IConnectionMultiplexer redis, RedisKeys keys, IOptions<NodeOptions> options, TimeProvider time, StoreTime storeTime, ILogger<NodeLease> logger)
    : BackgroundService, INodeLease
{
    private static readonly string Version = typeof(NodeLease).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private readonly IDatabase _database = redis.GetDatabase();
    private readonly Pulse _pulse = new(time);
    private volatile string? _address;
    private volatile string? _publicUrl;
    private volatile bool _draining;
    private long _epoch;
    private long _lastEpoch;
    private long? _startedAt;
    private long _unsettledAt;
    private bool _away;

    public NodeIdentity Identity => identity;

    private RedisKey LeaseKey => keys.Lease(identity.Id);

    public bool IsHeld => Epoch != 0;

    public int Connections { get; set; }

    /// <summary>Counts acquisitions, so that what was written under a lease now lost can be told from what is written under this one; 0 while there is none.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>
    /// False for one lease time after a failed renewal, a lost lease or a look at the others' leases that failed (in a cluster they lie on other shards): then Redis was away, the others had no chance to renew either, and nobody may be declared dead.
    /// </summary>
    public bool IsSettled => IsHeld && (Volatile.Read(ref _unsettledAt) is var since && since == 0 || time.GetElapsedTime(since) >= options.Value.LeaseTime);

    public event Action? Acquired;

    public event Action? Lost;

    public void SetAddress(string address, string? publicUrl = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        _publicUrl = publicUrl;
        _address = address;
        _pulse.Wake();
    }

    public void StartDraining()
    {
        _draining = true;
        _pulse.Wake();
    }

    /// <summary>Somebody saw signs that the lease is gone: look now, not at the next renewal.</summary>
    public void Doubt() => _pulse.Wake();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (_address is { } address)
                    await KeepAsync(address, stoppingToken);
                _away = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Unsettle();
                if (!_away)
                    LogAway(exception);
                _away = true;
            }
            await _pulse.SleepAsync(options.Value.RenewInterval, stoppingToken);
        }
    }

    private async Task KeepAsync(string address, CancellationToken cancellationToken)
    {
        var lease = options.Value.LeaseTime;
        if (IsHeld)
        {
            if (await EvaluateAsync(NodeScripts.Renew, [LeaseKey], Arguments(Epoch), cancellationToken))
            {
                await EnlistAsync(cancellationToken);
                return;
            }
            Volatile.Write(ref _epoch, 0);
            Unsettle();
            LogLost(identity.Id);
            Lost?.Invoke();
        }
        // By one clock for all: of two nodes of one name the newer comes first.
        _startedAt ??= (await storeTime.NowAsync()).ToUnixTimeMilliseconds();
        var epoch = ++_lastEpoch;
        await EvaluateAsync(NodeScripts.Acquire, [LeaseKey], [.. Arguments(epoch), identity.Name, _startedAt.Value, Version, _publicUrl ?? ""], cancellationToken);
        await EnlistAsync(cancellationToken);
        Volatile.Write(ref _epoch, epoch);
        LogAcquired(identity.Id, address, epoch);
        Acquired?.Invoke();

        RedisValue[] Arguments(long asEpoch) => [(long)lease.TotalMilliseconds, asEpoch, address, Connections, _draining];
    }

    /// <summary>With each renewal: whoever reaped a lease that is back may have struck the node off a moment after it came.</summary>
    private Task EnlistAsync(CancellationToken cancellationToken) => _database.SetAddAsync(keys.Nodes, identity.Id).WaitAsync(options.Value.RenewInterval, cancellationToken);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!IsHeld)
            return;
        try
        {
            await EvaluateAsync(NodeScripts.Release, [LeaseKey, keys.Presence(identity.Id), keys.Connections(identity.Id)], [Epoch], cancellationToken);
            await _database.SetRemoveAsync(keys.Nodes, identity.Id).WaitAsync(options.Value.RenewInterval, cancellationToken);
            LogReleased(identity.Id);
        }
        catch (Exception exception)
        {
            LogNotReleased(identity.Id, exception);
        }
        Volatile.Write(ref _epoch, 0);
    }

    /// <summary>Waits no longer than until the next renewal: a hanging Redis must not keep the loop from trying again.</summary>
    private async Task<bool> EvaluateAsync(string script, RedisKey[] scriptKeys, RedisValue[] arguments, CancellationToken cancellationToken) =>
        (long)await _database.ScriptEvaluateAsync(script, scriptKeys, arguments).WaitAsync(options.Value.RenewInterval, cancellationToken) == 1;

    /// <summary>Others may not have been able to renew: for one lease time nobody may be declared dead.</summary>
    public void Unsettle() => Volatile.Write(ref _unsettledAt, time.GetTimestamp());

    [LoggerMessage(3100, LogLevel.Information, "Node {NodeId} at {Address} holds its lease, epoch {Epoch}")]
    private partial void LogAcquired(string nodeId, string address, long epoch);

    [LoggerMessage(3101, LogLevel.Warning, "Node {NodeId} lost its lease: it hung too long, or Redis lost its data. Taking it again")]
    private partial void LogLost(string nodeId);

    [LoggerMessage(3102, LogLevel.Warning, "Redis cannot be reached: the lease is not renewed until it can")]
    private partial void LogAway(Exception exception);

    [LoggerMessage(3103, LogLevel.Information, "Node {NodeId} gave its lease back")]
    private partial void LogReleased(string nodeId);

    [LoggerMessage(3104, LogLevel.Warning, "Node {NodeId} could not give its lease back: it will end by itself")]
    private partial void LogNotReleased(string nodeId, Exception exception);
}
