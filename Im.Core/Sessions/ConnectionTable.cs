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
    private readonly NodeLease? _lease;
    private readonly LeasedHash? _hash;
    private readonly Pulse _pulse;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ConnectionInfo> _connections = [];
    private readonly Dictionary<string, HashSet<string>> _owners = [];
    private readonly HashSet<string> _changed = [];
    private TaskCompletionSource _written = NewSource();
    private bool _stopped;

    /// <param name="lease">Null in a process that is not a node: then there is nothing to do.</param>
    public ConnectionTable(IConnectionMultiplexer redis, RedisKeys keys, TimeProvider time, ILogger<ConnectionTable> logger, NodeLease? lease = null)
    {
        (_lease, _logger, _pulse) = (lease, logger, new(time));
        if (lease is null)
            return;
        _hash = new(keys.Connections, lease, keys, redis.GetDatabase(), time);
        lease.Acquired += _pulse.Wake;
    }

    public static string ConnectionField(string connectionId) => $"c:{connectionId}";

    public static string UserField(Guid userId) => $"u:{userId:N}";

    public static string SessionField(string sessionId) => $"s:{sessionId}";

    /// <summary>What a session's field holds.</summary>
    public static string[] ConnectionIds(string value) => value.Split(' ');

    /// <summary>Done when Redis has it, or when there is no lease: then it is written with the next one.</summary>
    public Task PutAsync(ConnectionInfo connection)
    {
        lock (_lock)
        {
            if (_connections.GetValueOrDefault(connection.Id) is { } before)
                Count(before, added: false);
            _connections[connection.Id] = connection;
            Count(connection, added: true);
            return Written();
        }
    }

    public Task RemoveAsync(string connectionId)
    {
        lock (_lock)
        {
            if (!_connections.Remove(connectionId, out var connection))
                return Task.CompletedTask;
            Count(connection, added: false);
            return Written();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var written = _written;
        while (_hash is not null && !stoppingToken.IsCancellationRequested)
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
        if (_lease is not null)
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

    private void Count(ConnectionInfo connection, bool added)
    {
        _changed.Add(ConnectionField(connection.Id));
        if (connection.UserId is { } user)
            CountOwner(UserField(user), connection.Id, added);
        if (connection.SessionId is { } session)
            CountOwner(SessionField(session), connection.Id, added);
    }

    private void CountOwner(string field, string connectionId, bool added)
    {
        var owned = CollectionsMarshal.GetValueRefOrAddDefault(_owners, field, out _) ??= [];
        if (added)
            owned.Add(connectionId);
        else if (owned.Remove(connectionId) && owned.Count == 0)
            _owners.Remove(field);
        _changed.Add(field);
    }

    private List<HashEntry> Collect(bool all)
    {
        lock (_lock)
        {
            IEnumerable<string> fields = all ? [.. _connections.Keys.Select(ConnectionField), .. _owners.Keys] : _changed;
            List<HashEntry> entries = [.. fields.Select(field => new HashEntry(field, ValueOf(field)))];
            _changed.Clear();
            return entries;
        }
    }

    /// <summary>Empty: there is none any more.</summary>
    private RedisValue ValueOf(string field)
    {
        if (_owners.TryGetValue(field, out var owned))
            return field.StartsWith("u:", StringComparison.Ordinal) ? owned.Count : string.Join(' ', owned);
        return field.StartsWith("c:", StringComparison.Ordinal) && _connections.TryGetValue(field[2..], out var connection)
            ? JsonSerializer.SerializeToUtf8Bytes(connection, SessionJson.Default.ConnectionInfo) : RedisValue.EmptyString;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(3001, LogLevel.Warning, "The open connections could not be written to Redis; they are written again when it can be reached")]
    private partial void LogFailed(Exception exception);
}
