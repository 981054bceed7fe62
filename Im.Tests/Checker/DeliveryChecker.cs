using Im.Protocol;

namespace Im.Tests.Checker;

/// <summary>
/// Writes down what was sent, how it was answered, what each receiver got and what it shows, and judges it against the stored events: each of them is at every entitled receiver exactly once and
/// in order, every acked one is stored as acked, none is stored twice, what was recalled is gone, and every device shows what they come to. Thread-safe; judging may be repeated while a run goes on.
/// </summary>
internal sealed class DeliveryChecker
{
    private readonly Lock _lock = new();
    private readonly Dictionary<MessageKey, SentEvent> _sent = [];
    private readonly Dictionary<(string Receiver, ConversationId Conversation), ReceiverRecord> _receivers = [];
    private readonly Dictionary<(string Device, ConversationId Conversation), DeviceRecord> _devices = [];
    private readonly Dictionary<(ConversationId Conversation, Guid User), long> _reads = [];

    /// <summary>Before the first try to send. What one connection sends to one conversation is written down in the order in which it is to be stored.</summary>
    /// <param name="connection">Any name; a user's connections are not in order among each other.</param>
    public void Sending(string connection, Guid sender, ConversationId conversation, string id, RawJson content, long? target = null)
    {
        lock (_lock)
            _sent.Add(new(conversation, sender, id), new(connection, content, target, _sent.Count));
    }

    /// <summary>An ack, of whichever try. What is never acked may be stored or not.</summary>
    public void Acked(Guid sender, ConversationId conversation, string id, long seq)
    {
        lock (_lock)
            _sent[new(conversation, sender, id)].AckedSeqs.Add(seq);
    }

    /// <summary>For good, because its line was recalled.</summary>
    public void Refused(Guid sender, ConversationId conversation, string id)
    {
        lock (_lock)
            _sent[new(conversation, sender, id)].IsRefused = true;
    }

    /// <summary>The user was told to have read so far: it goes back no more.</summary>
    public void ReadAcked(Guid user, ConversationId conversation, long line)
    {
        lock (_lock)
            _reads[(conversation, user)] = Math.Max(line, _reads.GetValueOrDefault((conversation, user)));
    }

    /// <summary>From the event after <paramref name="after"/> on the receiver is to get everything of the conversation; of others, nothing.</summary>
    public void Entitle(string receiver, ConversationId conversation, long after)
    {
        lock (_lock)
            _receivers.Add((receiver, conversation), new(after));
    }

    /// <summary>The receiver is to get of a room what happened from when its user came to when they went, as the stored events say: all of it, and nothing else.</summary>
    public void EntitleMember(string receiver, ConversationId room, Guid user)
    {
        lock (_lock)
            _receivers[(receiver, room)] = new(0) { Member = user, Events = _receivers.GetValueOrDefault((receiver, room))?.Events ?? [] };
    }

    /// <summary>What the application at the receiver was given, in the order in which it was given.</summary>
    public void Received(string receiver, EventFrame given)
    {
        lock (_lock)
        {
            if (!_receivers.TryGetValue((receiver, given.Conversation), out var record))
                _receivers[(receiver, given.Conversation)] = record = new(null);
            record.Events.Add(given);
        }
    }

    /// <summary>What a device shows in the end.</summary>
    public void Shows(string device, ConversationId conversation, DeviceRecord shown)
    {
        lock (_lock)
            _devices[(device, conversation)] = shown;
    }

    /// <param name="stored">Everything stored in the conversations of the run, in any order: the truth.</param>
    /// <param name="reads">How far users have read, as it is stored.</param>
    public DeliveryReport Judge(IEnumerable<EventFrame> stored, IReadOnlyDictionary<(ConversationId Conversation, Guid User), long>? reads = null)
    {
        var conversations = stored.GroupBy(e => e.Conversation).ToDictionary(g => g.Key, g => new ConversationTruth([.. g.OrderBy(e => e.Seq)]));
        lock (_lock)
        {
            var faults = new List<DeliveryFault>();
            StoreJudge.Judge(_sent, conversations, faults);
            foreach (var ((receiver, conversation), record) in _receivers)
                ReceiverJudge.Judge(receiver, conversation, record, TruthOf(conversation), faults);
            foreach (var ((device, conversation), shown) in _devices)
                StateJudge.Judge(device, conversation, shown, TruthOf(conversation), shown.User is { } user ? reads?.GetValueOrDefault((conversation, user)) : null, faults);
            foreach (var ((conversation, user), line) in _reads)
                if (reads?.GetValueOrDefault((conversation, user)) < line)
                    faults.Add(new(FaultKind.Lost, "store", conversation, line, $"{user} was told to have read up to line {line}, and stored is {reads.GetValueOrDefault((conversation, user))}"));
            return new(
                faults, _sent.Count, _sent.Values.Count(e => e.AckedSeqs.Count > 0), _sent.Values.Count(e => e.IsRefused), conversations.Values.Sum(c => c.Events.Count),
                _receivers.Values.Sum(r => r.Events.Count));
        }

        ConversationTruth TruthOf(ConversationId conversation) => conversations.GetValueOrDefault(conversation) ?? new([]);
    }
}

/// <summary>An event as its sender knows it: the key under which it is stored once, ever.</summary>
internal readonly record struct MessageKey(ConversationId Conversation, Guid Sender, string Id);

/// <param name="Order">Among all that was sent.</param>
internal sealed record SentEvent(string Connection, RawJson Content, long? Target, int Order)
{
    public List<long> AckedSeqs { get; } = [];

    public bool IsRefused { get; set; }
}

/// <param name="After">Null for a conversation the receiver is not entitled to.</param>
internal sealed record ReceiverRecord(long? After)
{
    public List<EventFrame> Events { get; init; } = [];

    /// <summary>In a room whose stays there say what it is entitled to.</summary>
    public Guid? Member { get; init; }
}
