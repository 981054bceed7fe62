using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;

namespace Aspire.StackExchange.Redis;

/// <summary>
/// A CLIENT span for every Redis command that is sent under a recorded activity, after OpenTelemetry's database conventions:
/// the command's name, the database and the server; never a key, a channel or a value.
/// </summary>
/// <remarks>
/// The client tells when a command ended through the profiling session that was there when it began, and calls nobody back.
/// So each traced command gets a small session of its own, and a loop collects those that have ended. Without an activity a command costs one check.
/// </remarks>
internal sealed class RedisInstrumentation : IDisposable
{
    /// <summary>The name the stock instrumentation has, so that whoever listens to that one hears this one.</summary>
    public const string SourceName = "OpenTelemetry.Instrumentation.StackExchangeRedis";

    /// <summary>Beyond this many commands in flight, further ones go untraced.</summary>
    public const int MaxPending = 50_000;

    private static readonly TimeSpan CollectPeriod = TimeSpan.FromMilliseconds(200);

    // Longer than any command waits for its answer.
    private static readonly TimeSpan AbandonAfter = TimeSpan.FromSeconds(30);

    private readonly ActivitySource _source = new(SourceName);
    private readonly ConcurrentQueue<Pending> _pending = new();
    private readonly Lock _collecting = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private int _pendingCount;

    public RedisInstrumentation(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(_ => Collect(), null, CollectPeriod, CollectPeriod);
    }

    /// <summary>Traced commands that have not been reported yet.</summary>
    public int PendingCount => Volatile.Read(ref _pendingCount);

    public void Observe(IConnectionMultiplexer connection) => connection.RegisterProfiler(StartSession);

    /// <summary>The last spans: call before the exporter ends.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        Collect();
        _source.Dispose();
    }

    private ProfilingSession? StartSession()
    {
        if (Activity.Current is not { Recorded: true } parent || !_source.HasListeners()) return null;
        if (Interlocked.Increment(ref _pendingCount) > MaxPending)
        {
            Interlocked.Decrement(ref _pendingCount);
            return null;
        }
        var session = new ProfilingSession();
        _pending.Enqueue(new(session, parent.Context, _time.GetTimestamp()));
        return session;
    }

    private void Collect()
    {
        lock (_collecting)
        {
            // Those that come back into the queue have their turn next time.
            for (var count = _pending.Count; count > 0 && _pending.TryDequeue(out var pending); count--)
            {
                var ended = false;
                foreach (var command in pending.Session.FinishProfiling())
                {
                    Report(command, pending.Parent);
                    ended = true;
                }
                if (ended || _time.GetElapsedTime(pending.BeganAt) > AbandonAfter) Interlocked.Decrement(ref _pendingCount);
                else _pending.Enqueue(pending);
            }
        }
    }

    private void Report(IProfiledCommand command, ActivityContext parent)
    {
        using var span = _source.StartActivity(command.Command, ActivityKind.Client, parent, startTime: command.CommandCreated);
        if (span is null) return;
        span.SetTag("db.system.name", "redis");
        span.SetTag("db.operation.name", command.Command);
        if (command.Db >= 0) span.SetTag("db.namespace", command.Db.ToString(CultureInfo.InvariantCulture));
        var (host, port) = command.EndPoint switch
        {
            DnsEndPoint dns => (dns.Host, dns.Port),
            IPEndPoint ip => (ip.Address.ToString(), ip.Port),
            var other => (other?.ToString(), 0),
        };
        if (host is not null) span.SetTag("server.address", host);
        if (port > 0) span.SetTag("server.port", port);
        span.SetEndTime(command.CommandCreated + command.ElapsedTime);
    }

    private readonly record struct Pending(ProfilingSession Session, ActivityContext Parent, long BeganAt);
}
