using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;

namespace Im.Core;

/// <summary>
/// A client span for each Redis command of a recorded trace, by the semantic conventions for databases: never a key, a channel or a value. The stock instrumentation
/// (<c>DisableTracing</c> of the Redis client turns it off) keeps every command for ten seconds, recorded or not.
/// </summary>
/// <remarks>The client library calls nobody when a command has ended. So each command that is traced gets a profiling session of its own, and a loop collects those that have ended.</remarks>
internal sealed class RedisSpans(IConnectionMultiplexer redis, TimeProvider time) : BackgroundService
{
    /// <summary>Beyond so many that have not ended, further commands go without a span.</summary>
    private const int MaxPending = 50_000;

    private static readonly TimeSpan CollectEvery = TimeSpan.FromMilliseconds(200);

    // Longer than any command waits for its answer.
    private static readonly TimeSpan AbandonAfter = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<Pending> _pending = new();
    private int _count;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        redis.RegisterProfiler(StartSession);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(CollectEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                Collect();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        Collect();
    }

    private ProfilingSession? StartSession()
    {
        if (Activity.Current is not { Recorded: true } parent || Volatile.Read(ref _count) >= MaxPending)
            return null;
        Interlocked.Increment(ref _count);
        var session = new ProfilingSession();
        _pending.Enqueue(new(session, parent.Context, time.GetTimestamp()));
        return session;
    }

    private void Collect()
    {
        for (var left = _pending.Count; left > 0 && _pending.TryDequeue(out var pending); left--)
        {
            var ended = false;
            foreach (var command in pending.Session.FinishProfiling())
            {
                Report(command, pending.Parent);
                ended = true;
            }
            if (ended || time.GetElapsedTime(pending.Since) > AbandonAfter)
                Interlocked.Decrement(ref _count);
            else
                _pending.Enqueue(pending);
        }
    }

    private static void Report(IProfiledCommand command, ActivityContext parent)
    {
        using var span = ImTelemetry.Source.StartActivity(command.Command, ActivityKind.Client, parent, startTime: command.CommandCreated);
        if (span is null)
            return;
        span.SetTag("db.system.name", "redis");
        span.SetTag("db.operation.name", command.Command);
        if (command.Db >= 0)
            span.SetTag("db.namespace", command.Db.ToString(CultureInfo.InvariantCulture));
        var (host, port) = command.EndPoint switch
        {
            DnsEndPoint dns => (dns.Host, dns.Port),
            IPEndPoint ip => (ip.Address.ToString(), ip.Port),
            var other => (other?.ToString(), 0),
        };
        span.SetTag("server.address", host);
        span.SetTag("server.port", port);
        span.SetEndTime(command.CommandCreated + command.ElapsedTime);
    }

    private readonly record struct Pending(ProfilingSession Session, ActivityContext Parent, long Since);
}

public static class RedisSpansServices
{
    /// <summary>Spans of the commands that go through the host's <c>IConnectionMultiplexer</c>, from the source <see cref="ImTelemetry"/>.</summary>
    public static IServiceCollection AddImRedisSpans(this IServiceCollection services) => services.AddHostedService<RedisSpans>();
}
