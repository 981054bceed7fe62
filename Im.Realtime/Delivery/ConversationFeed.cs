using System.Diagnostics;
using Im.Core;
using Im.Core.Bus;
using Im.Core.Messages;
using Im.Protocol;

namespace Im.Realtime.Delivery;

/// <summary>
/// Puts one conversation's events in order for one audience. The bus delivers at most once, and two nodes that commit at the same time may publish in the
/// other order; so a message that leaves a hole is held, and what is missing is read from the store. Each sequence is handed on once.
/// </summary>
/// <param name="reads">The turns to read from the store, shared by the feeds of a node.</param>
/// <param name="head">The newest sequence that needs no delivery; null when unknown: the store is asked with the first message.</param>
/// <param name="mark"><see cref="FeedFactory.Mark"/>.</param>
internal sealed partial class ConversationFeed(
    ConversationId conversation, Audience audience, ConversationHead? head, MessageDelivery delivery, IEventStore store, Func<ulong> mark, SemaphoreSlim reads, NodeMetrics metrics,
    TimeProvider time, ILogger log)
{
    /// <summary>A late publish usually follows within this time; only then the store is asked.</summary>
    private static readonly TimeSpan HoldBack = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan StoreRetry = TimeSpan.FromMilliseconds(500);

    private const int MaxHeld = 1_000;

    private readonly Lock _gate = new();
    private readonly SortedList<long, BusEnvelope> _held = [];
    private long? _last = head?.LastSeq;
    private long _lastLine = head?.LastLine ?? 0;
    private long _expected;
    private bool _healing;
    private bool _ended;

    /// <summary>The newest sequence and line handed to the audience; 0 when none was.</summary>
    public ConversationHead Head
    {
        get
        {
            lock (_gate) // one that is being delivered counts: whoever came too late for it is told of it by this
                return new(_last ?? 0, _lastLine);
        }
    }

    /// <summary>Runs something between two events: nothing is handed on meanwhile. It is given the newest sequence that was; null when that is unknown.</summary>
    public void Locked(Action<long?> action)
    {
        lock (_gate)
            action(_last);
    }

    /// <summary>The same; where it is unknown what needs no delivery it is what is up to <paramref name="start"/>.</summary>
    public void Start(ConversationHead start, Action<long> action)
    {
        lock (_gate)
        {
            _last ??= start.LastSeq;
            action(_last.Value);
            DeliverContiguous();
        }
    }

    /// <summary>The store is another one, in which these sequences mean nothing: nothing more is handed on, and nothing read.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            _held.Clear();
        }
    }

    public void Accept(BusEnvelope envelope)
    {
        lock (_gate)
        {
            if (envelope.Seq <= _last || _ended)
                return;
            if (_held.Count < MaxHeld)
                _held.TryAdd(envelope.Seq, envelope); // beyond that the store has it
            DeliverContiguous();
            if (_held.Count > 0)
                Heal(_last is null ? TimeSpan.Zero : HoldBack);
        }
    }

    /// <summary>The store has new messages, from <paramref name="first"/> to <paramref name="last"/>; what the bus does not bring in a moment is read from there.</summary>
    public void Expect(long first, long last)
    {
        lock (_gate)
        {
            _last ??= first - 1;
            if (last <= _last || _ended)
                return;
            _expected = Math.Max(_expected, last);
            Heal(HoldBack);
        }
    }

    private void Heal(TimeSpan wait)
    {
        if (_healing)
            return;
        _healing = true;
        _ = HealAsync(wait);
    }

    private void DeliverContiguous()
    {
        while (_held.Count > 0 && _held.GetKeyAtIndex(0) is var seq && seq <= _last + 1)
        {
            if (seq == _last + 1)
            {
                var envelope = _held.GetValueAtIndex(0);
                audience.Applying(envelope);
                delivery.Deliver(envelope, audience);
                audience.Applied(envelope);
                _last = seq;
                _lastLine = Math.Max(_lastLine, envelope.Line);
            }
            _held.RemoveAt(0);
        }
    }

    // Ends when no hole is left. While the store is away it tries again; the held messages wait.
    private async Task HealAsync(TimeSpan wait)
    {
        while (true)
        {
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, time);
            await reads.WaitAsync();
            try
            {
                if (await HealOnceAsync())
                    return;
                wait = HoldBack; // between pages too: the connections' outboxes need time to empty
            }
            catch (Exception e)
            {
                LogHealFailed(log, conversation, e);
                wait = StoreRetry;
            }
            finally
            {
                reads.Release();
            }
        }
    }

    /// <returns>Whether nothing is missing any more.</returns>
    private async Task<bool> HealOnceAsync()
    {
        if (IsWhole())
            return true;
        using var span = ImTelemetry.Source.StartActivity("heal", ActivityKind.Consumer);
        span?.SetTag("messaging.destination.name", conversation.ToString());
        var last = await FindLastAsync();
        if (IsWhole())
            return true;
        if (last is not { } after)
            return false;
        var page = await store.ReadEventsAsync(conversation, after, ProtocolLimits.MaxPageMessages);
        span?.SetTag("messaging.batch.message_count", page.Events.Count);
        lock (_gate)
            foreach (var message in page.Events)
                if (message.Seq > _last && !_ended && _held.TryAdd(message.Seq, MessageDelivery.FromStore(message)))
                    metrics.Healed();
        return IsWhole();
    }

    // What the store has anew since the last sweep says where the conversation stands, and no clock does. A held message that is not new was sent once more, because its sender
    // never had the ack: it, and what follows it, are old, and whoever is connected here finds them in the history.
    private async Task<long?> FindLastAsync()
    {
        long[] held;
        lock (_gate)
        {
            if (_last is not null)
                return _last;
            held = [.. _held.Keys];
        }
        var first = await store.FindFirstSinceAsync(conversation, mark());
        lock (_gate)
        {
            _last ??= first - 1;
            foreach (var seq in _last is null ? held : [])
                _held.Remove(seq);
            return _last;
        }
    }

    private bool IsWhole()
    {
        lock (_gate)
        {
            DeliverContiguous();
            _healing = !_ended && (_held.Count > 0 || _last < _expected);
            return !_healing;
        }
    }

    [LoggerMessage(401, LogLevel.Warning, "Reading what is missing in conversation {Conversation} failed; trying again.")]
    private static partial void LogHealFailed(ILogger logger, ConversationId conversation, Exception exception);
}
