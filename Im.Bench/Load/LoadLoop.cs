using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Im.Bench.Load;

/// <summary>
/// The load engine: one thread, one epoll, any number of WebSockets. It reads deliveries by scanning their bytes, so that it costs less than what it measures.
/// A connection that ends without having been asked to fails the workload that runs, and every later one.
/// </summary>
internal sealed class LoadLoop : IRecordSink, IDisposable
{
    private const int BufferBytes = 1 << 20, MaxReady = 512;
    private static readonly long KeepAliveTicks = 10 * Stopwatch.Frequency;

    private readonly int _epoll = Posix.CreateEpoll();
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Dictionary<int, LoadConnection> _connections = [];
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly Thread _thread;
    private volatile bool _stopping;
    private Exception? _failure;
    private Workload? _workload;
    private Opening? _opening;
    private long _now, _keptAlive;

    public LoadLoop()
    {
        _thread = new(Run) { IsBackground = true, Name = "load" };
        _thread.Start();
    }

    /// <summary>Opens the connections, at most <paramref name="concurrency"/> of them under way at a time, and returns when each is ready: what is sent from then on reaches it.</summary>
    public Task OpenAsync(IReadOnlyList<LoadConnection> connections, int concurrency, CancellationToken cancellationToken)
    {
        var opening = new Opening(connections, concurrency);
        _posted.Enqueue(() =>
        {
            _opening = opening;
            if (_failure is null)
                OpenMore();
            else
                Break(_failure);
        });
        return opening.Done.Task.WaitAsync(TimeSpan.FromMinutes(2), cancellationToken);
    }

    /// <summary>Closes in order and returns when the server has answered, or after 5 s.</summary>
    public async Task CloseAsync(IReadOnlyList<LoadConnection> connections, CancellationToken cancellationToken)
    {
        await InvokeAsync(() =>
        {
            foreach (var connection in connections)
                connection.SendClose();
        }, cancellationToken);
        for (var started = Stopwatch.StartNew(); started.Elapsed < TimeSpan.FromSeconds(5); await Task.Delay(20, cancellationToken))
            if (connections.All(c => c.IsGone))
                return;
        await InvokeAsync(() =>
        {
            foreach (var connection in connections)
                Forget(connection);
        }, cancellationToken);
    }

    /// <summary>Makes the workload the one that is told of everything from now on.</summary>
    public Task StartAsync(Workload workload, CancellationToken cancellationToken) => InvokeAsync(() =>
    {
        _workload = workload;
        if (_failure is null)
            workload.OnStart(Stopwatch.GetTimestamp());
        else
            workload.Fail(_failure);
    }, cancellationToken);

    /// <summary>Runs something on the loop's thread.</summary>
    public Task InvokeAsync(Action action, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _posted.Enqueue(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
    }

    public void OnRecord(LoadConnection connection, RecordKind kind, ReadOnlySpan<byte> record)
    {
        switch (kind)
        {
            case RecordKind.Message when Mark.TryFind(record, out var mark):
                _workload?.OnMessage(connection, mark, _now);
                break;
            case RecordKind.Ack when Mark.TryFindId(record, connection.Codec.IdField, out var load, out var number):
                _workload?.OnAck(connection, load, number, _now);
                break;
            case RecordKind.Typing:
                _workload?.OnTyping(connection, _now);
                break;
            case RecordKind.History:
                _workload?.OnHistory(connection, record, _now);
                break;
            case RecordKind.Ready:
                _opening?.CountReady();
                OpenMore();
                break;
            case RecordKind.Error when !connection.IsClosing: // a server may say goodbye too
                throw new LoadException($"The server answered with an error: {Encoding.UTF8.GetString(record)}");
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        foreach (var connection in _connections.Values)
            connection.Dispose();
        _ = Posix.Close(_epoll);
    }

    private void Run()
    {
        Span<long> ready = stackalloc long[MaxReady];
        while (!_stopping)
        {
            try
            {
                RunOnce(ready);
            }
            catch (Exception e)
            {
                Break(e);
            }
        }
    }

    private void RunOnce(Span<long> ready)
    {
        var count = Posix.Wait(_epoll, ready, _workload is null ? 5 : 1);
        for (var index = 0; index < count; index++)
        {
            if (!_connections.TryGetValue((int)ready[index], out var connection))
                continue;
            _now = Stopwatch.GetTimestamp();
            if (!connection.Read(_buffer, this))
                End(connection);
        }
        while (_posted.TryDequeue(out var action))
            action();
        _now = Stopwatch.GetTimestamp();
        _workload?.OnTick(_now);
        if (_now - _keptAlive > KeepAliveTicks)
            KeepAlive();
    }

    private void OpenMore()
    {
        while (_opening?.Next() is { } connection)
        {
            connection.Connect();
            _connections.Add(connection.Descriptor, connection);
            _ = Posix.Watch(_epoll, connection.Descriptor, connection.Descriptor);
        }
    }

    private void End(LoadConnection connection)
    {
        Forget(connection);
        if (!connection.IsClosing)
            throw new LoadException("The server ended a connection.");
    }

    private void Forget(LoadConnection connection)
    {
        if (connection.IsGone)
            return;
        _connections.Remove(connection.Descriptor);
        connection.Dispose();
    }

    private void Break(Exception exception)
    {
        _failure ??= exception;
        _workload?.Fail(exception);
        _opening?.Done.TrySetException(exception);
    }

    private void KeepAlive()
    {
        _keptAlive = _now;
        foreach (var connection in _connections.Values)
            if (connection is { IsReady: true, IsClosing: false })
                connection.SendText(connection.Codec.KeepAlive);
    }

    private sealed class Opening(IReadOnlyList<LoadConnection> connections, int concurrency)
    {
        private int _begun, _ready;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LoadConnection? Next() => _begun < connections.Count && _begun - _ready < concurrency ? connections[_begun++] : null;

        public void CountReady()
        {
            if (++_ready == connections.Count)
                Done.TrySetResult();
        }
    }
}
