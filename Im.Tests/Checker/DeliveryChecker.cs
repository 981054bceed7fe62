using Im.Client;
using Im.Protocol;

namespace Im.Tests.Checker;

/// <summary>
/// Writes down what was sent, what was acked and what each receiver got, and judges it against the stored history: every message stored is at every entitled
/// receiver exactly once and in order, every acked one is stored as acked, none is stored twice. Thread-safe; judging may be repeated while a run goes on.
/// </summary>
internal sealed class DeliveryChecker
{
    private readonly Lock _lock = new();
    private readonly Dictionary<MessageKey, SentMessage> _sent = [];
    private readonly Dictionary<(string Receiver, ConversationId Conversation), ReceiverRecord> _receivers = [];

    /// <summary>Before the first try to send. What one connection sends to one conversation is written down in the order in which it is to be stored.</summary>
    /// <param name="connection">Any name; a user's connections are not in order among each other.</param>
    public void Sending(string connection, Guid sender, ConversationId conversation, string id, string text)
    {
        lock (_lock)
            _sent.Add(new(conversation, sender, id), new(connection, text, _sent.Count));
    }

    /// <summary>An ack, of whichever try. What is never acked may be stored or not.</summary>
    public void Acked(Guid sender, ConversationId conversation, string id, long seq)
    {
        lock (_lock)
            _sent[new(conversation, sender, id)].AckedSeqs.Add(seq);
    }

    /// <summary>From the message after <paramref name="after"/> on the receiver is to get everything of the conversation; of others, nothing.</summary>
    public void Entitle(string receiver, ConversationId conversation, long after)
    {
        lock (_lock)
            _receivers.Add((receiver, conversation), new(after));
    }

    /// <summary>What the application at the receiver was given, in the order in which it was given.</summary>
    public void Received(string receiver, EventFrame given)
    {
        lock (_lock)
        {
            if (!_receivers.TryGetValue((receiver, given.Conversation), out var record))
                _receivers[(receiver, given.Conversation)] = record = new(null);
            record.Messages.Add(new(given.Seq, new(given.Conversation, given.From.Id, given.Id ?? ""), given.Text ?? ""));
        }
    }

    /// <param name="stored">Everything stored in the conversations of the run, in any order: the truth.</param>
    public DeliveryReport Judge(IEnumerable<MessageInfo> stored)
    {
        var conversations = stored.GroupBy(m => m.Conversation).ToDictionary(g => g.Key, g => g.OrderBy(m => m.Seq).ToList());
        lock (_lock)
        {
            var faults = new List<DeliveryFault>();
            StoreJudge.Judge(_sent, conversations, faults);
            foreach (var ((receiver, conversation), record) in _receivers)
                ReceiverJudge.Judge(receiver, conversation, record, conversations.GetValueOrDefault(conversation, []), faults);
            return new(faults, _sent.Count, _sent.Values.Count(m => m.AckedSeqs.Count > 0), conversations.Values.Sum(c => c.Count), _receivers.Values.Sum(r => r.Messages.Count));
        }
    }
}

/// <summary>A message as its sender knows it: the key under which it is stored once, ever.</summary>
internal readonly record struct MessageKey(ConversationId Conversation, Guid Sender, string Id);

/// <param name="Order">Among all that was sent.</param>
internal sealed record SentMessage(string Connection, string Text, int Order)
{
    public List<long> AckedSeqs { get; } = [];
}

/// <param name="After">Null for a conversation the receiver is not entitled to.</param>
internal sealed record ReceiverRecord(long? After)
{
    public List<ReceivedMessage> Messages { get; } = [];
}

internal readonly record struct ReceivedMessage(long Seq, MessageKey Key, string Text);
