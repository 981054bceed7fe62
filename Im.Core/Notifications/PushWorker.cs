using System.Collections.Concurrent;
using Im.Core.Limits;
using Im.Core.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Im.Core.Notifications;

/// <summary>
/// Every <see cref="PushOptions.IntervalSeconds"/> takes what was said, and once it is <see cref="PushOptions.DelaySeconds"/> old pushes to those who have not read it. What fails is tried again a few times, each time as things are by
/// then. A host that does not answer rests for a while, so that it holds up nobody.
/// </summary>
internal sealed partial class PushWorker(
    PushQueue queue, PushSender sender, INotificationStore store, ISessionManager sessions, IOptions<PushOptions> options, IOptions<LimitOptions> limits, TimeProvider time, ILogger<PushWorker> logger) : BackgroundService
{
    private const int AtOnce = 16, MaxRetries = 1_000;
    private static readonly TimeSpan SavedEvery = TimeSpan.FromMinutes(1), Rest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan[] RetryAfter = [TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(300)];

    private readonly Queue<(long At, PushChanges Changes)> _waiting = [];
    private readonly ConcurrentQueue<Retry> _retries = [];
    private readonly ConcurrentDictionary<string, long> _resting = [];
    private long? _savedAt;
    private readonly OwnerBuckets<Guid> _rates = new(limits.Value.Pushes, time);

    /// <summary>How often it has looked.</summary>
    internal int Rounds { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.IntervalSeconds), time);
        var failing = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                try
                {
                    await RunAsync(stoppingToken);
                    failing = false;
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    if (!failing)
                        LogFailed(e);
                    failing = true;
                }
                finally
                {
                    Rounds++;
                }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        await queue.StandDownAsync();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        PushChanges? changes;
        try
        {
            changes = await queue.ReadAsync(cancellationToken);
        }
        catch
        {
            _waiting.Clear(); // it is read again from where the mark is
            throw;
        }
        if (changes is null)
        {
            _waiting.Clear();
            return;
        }
        if (changes.Ranges.Count > 0 || _waiting.Count == 0 && (_savedAt is not { } at || time.GetElapsedTime(at) >= SavedEvery))
            _waiting.Enqueue((time.GetTimestamp(), changes));
        var delay = TimeSpan.FromSeconds(options.Value.DelaySeconds);
        while (_waiting.TryPeek(out var next) && time.GetElapsedTime(next.At) >= delay)
        {
            await TellAsync(next.Changes.Ranges, cancellationToken);
            await queue.SaveAsync(next.Changes.Mark, cancellationToken);
            _savedAt = time.GetTimestamp();
            _waiting.Dequeue();
        }
        await RetryAsync(cancellationToken);
    }

    private async Task TellAsync(IReadOnlyList<PushRange> ranges, CancellationToken cancellationToken)
    {
        var due = await queue.FindDueAsync(ranges, cancellationToken);
        await Parallel.ForEachAsync(due.GroupBy(each => each.User), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (own, ct) =>
        {
            var targets = await FindTargetsAsync(own.Key, ct);
            foreach (var each in targets.Count > 0 ? own : Enumerable.Empty<PushDue>())
                if (_rates.Take(own.Key) is null)
                    foreach (var target in targets)
                        await PushAsync(each, target, 0, ct);
        });
    }

    /// <summary>The browsers in which the user is still logged in; the others are forgotten.</summary>
    private async ValueTask<IReadOnlyList<PushTarget>> FindTargetsAsync(Guid user, CancellationToken cancellationToken)
    {
        var targets = await store.ListAsync(user, cancellationToken);
        var open = (await sessions.ListAsync(user, cancellationToken)).Select(session => session.Id).ToHashSet();
        foreach (var over in targets.Where(target => !open.Contains(target.SessionId)))
            await queue.RemoveAsync(over, cancellationToken);
        return [.. targets.Where(target => open.Contains(target.SessionId))];
    }

    private async Task PushAsync(PushDue due, PushTarget target, int attempt, CancellationToken cancellationToken)
    {
        var host = new Uri(target.Endpoint).Authority;
        var outcome = PushOutcome.Later;
        if (!_resting.TryGetValue(host, out var since) || time.GetElapsedTime(since) >= Rest)
        {
            // Now, and for each: what was read or recalled a moment ago is in no push.
            if (await queue.FindAsync(due, time.GetUtcNow(), cancellationToken) is not { } notification)
                return;
            outcome = await sender.SendAsync(target, notification, cancellationToken);
            if (outcome == PushOutcome.Later)
                _resting[host] = time.GetTimestamp();
            else
                _resting.TryRemove(host, out _);
        }
        switch (outcome)
        {
            case PushOutcome.Gone:
                await queue.RemoveAsync(target, cancellationToken);
                break;
            case PushOutcome.Later when attempt < RetryAfter.Length && _retries.Count < MaxRetries:
                _retries.Enqueue(new(due, target, attempt + 1, time.GetTimestamp()));
                break;
            case PushOutcome.Later or PushOutcome.Refused:
                LogRefused(host);
                break;
        }
    }

    private Task RetryAsync(CancellationToken cancellationToken)
    {
        var now = new List<Retry>();
        for (var count = _retries.Count; count > 0 && _retries.TryDequeue(out var retry); count--)
            if (time.GetElapsedTime(retry.Since) >= RetryAfter[retry.Attempt - 1])
                now.Add(retry);
            else
                _retries.Enqueue(retry);
        return Parallel.ForEachAsync(now, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (retry, ct) =>
        {
            if ((await FindTargetsAsync(retry.Due.User, ct)).FirstOrDefault(target => target.Endpoint == retry.Target.Endpoint) is { } target)
                await PushAsync(retry.Due, target, retry.Attempt, ct);
        });
    }

    private sealed record Retry(PushDue Due, PushTarget Target, int Attempt, long Since);

    [LoggerMessage(1200, LogLevel.Warning, "What is new could not be pushed; trying on")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(1201, LogLevel.Information, "{Host} took no push")]
    private partial void LogRefused(string host);
}
