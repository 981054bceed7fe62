using System.Runtime.InteropServices;
using System.Text.Json;
using Im.Core.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Im.Core.Sessions;

/// <summary>
/// This node's open sockets, in memory and in Redis. Whoever changes it waits for the write that carries the change; changes made while one is under way go out together
/// with the next. After a failure it tries again within seconds, with all there is.
/// </summary>
internal sealed partial class ConnectionTable : BackgroundService
{
    private readonly NodeLease _lease;
    private readonly LeasedHash _hash;
    private readonly Pulse _pulse;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ConnectionInfo> _connections = [];
    private readonly Dictionary<string, int> _owners = [];
    private readonly HashSet<string> _changed = [];
    private TaskCompletionSource _written = NewSource();
    private bool _stopped;

    public ConnectionTable(NodeLease lease, IConnectionMultiplexer redis, RedisKeys keys, TimeProvider time, ILogger<ConnectionTable> logger)
    {
        (_lease, _logger, _pulse) = (lease, logger, new(time));
        _hash = new(keys.Connections(lease.Identity.Id), lease, keys, redis.GetDatabase(), time);
        _lease.Acquired += _pulse.Wake;
    }

    public string NodeId => _lease.Identity.Id;

    public static string ConnectionField(string connectionId) => $"c:{connectionId}";

    public static string UserField(Guid userId) => $"u:{userId:N}";

    public static string SessionField(string sessionId) => $"s:{sessionId}";

    /// <summary>Done when Redis has it, or when there is no lease: then it is written with the next one.</summary>
    public Task PutAsync(ConnectionInfo connection)
    {
        lock (_lock)
        {
            if (_connections.GetValueOrDefault(connection.Id) is { } before)
                Count(before, -1);
            _connections[connection.Id] = connection;
            Count(connection, +1);
            return Written();
        }
    }

    public Task RemoveAsync(string connectionId)
    {
        lock (_lock)
        {
            if (!_connections.Remove(connectionId, out var connection))
                return Task.CompletedTask;
            Count(connection, -1);
            return Written();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var written = _written;
        while (!stoppingToken.IsCancellationRequested)
        {
            await _pulse.SleepAsync(LeasedHash.VerifyInterval, stoppingToken);
            lock (_lock)
                (written, _written) = (_written, NewSource());
            try
            {
                await _hash.WriteAsync(Collect, stoppingToken);
                written.TrySetResult();
            }
            catch (Exception exception)
            {
                if (!stoppingToken.IsCancellationRequested)
                    LogFailed(exception);
                written.TrySetException(exception);
            }
        }
        lock (_lock)
            _stopped = true;
        _written.TrySetResult();
    }

    public override void Dispose()
    {
        _lease.Acquired -= _pulse.Wake;
        base.Dispose();
    }

    private Task Written()
    {
        if (_stopped)
            return Task.CompletedTask;
        _pulse.Wake();
        return _written.Task;
    }

    private void Count(ConnectionInfo connection, int by)
    {
        _changed.Add(ConnectionField(connection.Id));
        if (connection.UserId is { } user)
            CountOwner(UserField(user), by);
        if (connection.SessionId is { } session)
            CountOwner(SessionField(session), by);
    }

    private void CountOwner(string field, int by)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_owners, field, out _);
        count += by;
        if (count == 0)
            _owners.Remove(field);
        _changed.Add(field);
    }

    private List<HashEntry> Collect(bool all)
    {
        lock (_lock)
        {
            List<HashEntry> fields = all
                ? [.. _connections.Values.Select(Entry), .. _owners.Select(owner => new HashEntry(owner.Key, owner.Value))]
                : [.. _changed.Select(field => _owners.TryGetValue(field, out var count) ? new(field, count)
                    : field.StartsWith("c:", StringComparison.Ordinal) && _connections.TryGetValue(field[2..], out var connection) ? Entry(connection)
                    : new HashEntry(field, RedisValue.EmptyString))];
            _changed.Clear();
            return fields;
        }

        static HashEntry Entry(ConnectionInfo connection) => new(ConnectionField(connection.Id), JsonSerializer.SerializeToUtf8Bytes(connection, SessionJson.Default.ConnectionInfo));
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(3001, LogLevel.Warning, "The open connections could not be written to Redis; they are written again when it can be reached")]
    private partial void LogFailed(Exception exception);
}
