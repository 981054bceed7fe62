using Im.Core.Messages;
using Im.Protocol;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Im.Core.Webhooks;

/// <summary>
/// Sends what waits, in the process that follows the log: of each webhook one event after the other, of many webhooks at once. A webhook whose receiver is slow or away holds up no other. An event is read
/// just before it is sent, so what was erased by then is not in it. After a failure of the database it looks again, everywhere, and says so once.
/// </summary>
internal sealed partial class WebhookSender(WebhookQueue queue, WebhookClient client, IEventStore store, IOptions<WebhookOptions> options, ILogger<WebhookSender> log) : BackgroundService, ILogFollower
{
    private readonly WebhookOptions _options = options.Value;
    private readonly SemaphoreSlim _news = new(0);
    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _changed = [];

    // Under way or waiting for a place; the value says whether something came meanwhile.
    private readonly Dictionary<Guid, bool> _taken = [];
    private readonly LinkedList<(Guid Hook, Guid By)> _waiting = [];
    private readonly Dictionary<Guid, int> _sendingBy = [];
    private int _sending;
    private bool _isAllNew;

    public void Follow(IReadOnlyCollection<ConversationChange>? changed)
    {
        lock (_lock)
        {
            _isAllNew |= changed is null;
            _changed.UnionWith((changed ?? []).Where(change => change.Conversation.IsRoom).Select(change => change.Conversation.Value));
        }
        if (_news.CurrentCount == 0)
            _news.Release();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failing = false;
        try
        {
            while (true)
            {
                await _news.WaitAsync(stoppingToken);
                Guid[]? changed;
                lock (_lock)
                {
                    changed = _isAllNew ? null : [.. _changed];
                    _isAllNew = false;
                    _changed.Clear();
                }
                try
                {
                    Begin(await queue.FindAsync(changed, stoppingToken), stoppingToken);
                    failing = false;
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    if (!failing)
                        LogFailed(e);
                    failing = true;
                    LookEverywhere();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private void LookEverywhere()
    {
        lock (_lock)
            _isAllNew = true;
    }

    private void Begin(List<(Guid Hook, Guid By)> found, CancellationToken stoppingToken)
    {
        lock (_lock)
        {
            foreach (var (hook, by) in found)
                if (!_taken.TryAdd(hook, false))
                    _taken[hook] = true;
                else
                    _waiting.AddLast((hook, by));
            StartWaiting(stoppingToken);
        }
    }

    // Under the lock.
    private void StartWaiting(CancellationToken stoppingToken)
    {
        for (var (each, next) = (_waiting.First, null as LinkedListNode<(Guid, Guid)>); each is not null && _sending < _options.MaxParallel; each = next)
        {
            next = each.Next;
            var (hook, by) = each.Value;
            if (_sendingBy.GetValueOrDefault(by) >= _options.MaxParallelPerUser)
                continue;
            _waiting.Remove(each);
            _sending++;
            _sendingBy[by] = _sendingBy.GetValueOrDefault(by) + 1;
            _ = Task.Run(() => RunAsync(hook, by, stoppingToken), CancellationToken.None);
        }
    }

    private async Task RunAsync(Guid hook, Guid by, CancellationToken stoppingToken)
    {
        var isDone = false;
        try
        {
            do
                while (await SendNextAsync(hook, stoppingToken))
                    ;
            while (!(isDone = IsDone(hook)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            LogSendFailed(e, hook);
            LookEverywhere();
        }
        lock (_lock)
        {
            if (!isDone)
                _taken.Remove(hook);
            _sending--;
            if (--_sendingBy[by] == 0)
                _sendingBy.Remove(by);
            StartWaiting(stoppingToken);
        }
    }

    // What came while this one was under way was not begun for it. Where nothing did it is given back in the same step: what comes from here on is begun anew.
    private bool IsDone(Guid hook)
    {
        lock (_lock)
        {
            if (!_taken[hook])
                return _taken.Remove(hook);
            _taken[hook] = false;
            return false;
        }
    }

    /// <returns>Whether there may be another.</returns>
    private async Task<bool> SendNextAsync(Guid id, CancellationToken stoppingToken)
    {
        if (await queue.FindNextAsync(id, stoppingToken) is not { } hook)
            return false;
        if (!hook.IsOn || hook.Waiting > _options.MaxWaiting)
        {
            await SwitchOffAsync(id, hook.IsOn ? WebhookEnds.Behind : WebhookEnds.MakerLeft, stoppingToken);
            return false;
        }
        if ((await store.ReadEventsAsync(hook.Room, hook.Seq, 1, cancellationToken: stoppingToken)).Events is not [var next])
            return false;
        var outcome = await client.SendAsync(new(hook.Address), hook.Secrets, $"{id:N}-{next.Seq}", ProtocolJson.Write(next), stoppingToken);
        if (outcome.Failure is not { } failure)
            return await queue.TakenAsync(hook, next.Seq, stoppingToken);
        var off = outcome.IsGone ? WebhookEnds.Gone : hook.Failures + 1 >= _options.MaxAttempts ? WebhookEnds.Failing : "";
        if (await queue.FailedAsync(hook, failure, PauseAfter(hook.Failures, outcome.RetryAfter), off, stoppingToken) && off.Length > 0)
            LogOff(id, off);
        return false;
    }

    private TimeSpan PauseAfter(int failures, TimeSpan? asked)
    {
        var longest = Math.Min(_options.FirstPauseSeconds * Math.Pow(2, failures), _options.MaxPauseSeconds);
        var pause = longest * (1 + Random.Shared.NextDouble()) / 2;
        return TimeSpan.FromSeconds(Math.Clamp(asked?.TotalSeconds ?? 0, pause, Math.Max(pause, _options.MaxPauseSeconds)));
    }

    private async Task SwitchOffAsync(Guid id, string why, CancellationToken stoppingToken)
    {
        if (await queue.SwitchOffAsync(id, why, stoppingToken))
            LogOff(id, why);
    }

    [LoggerMessage(1200, LogLevel.Warning, "What waits for webhooks could not be looked up; trying on")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(1201, LogLevel.Warning, "Webhook {Hook} was not served to the end; trying on")]
    private partial void LogSendFailed(Exception exception, Guid hook);

    [LoggerMessage(1202, LogLevel.Information, "Webhook {Hook} was switched off: {Why}")]
    private partial void LogOff(Guid hook, string why);
}
