using Im.Protocol;

namespace Im.Tests.Checker;

/// <summary>What was sent and acked, against what is stored.</summary>
internal static class StoreJudge
{
    private const string Store = "store";

    public static void Judge(Dictionary<MessageKey, SentMessage> sent, Dictionary<ConversationId, List<MessageInfo>> stored, List<DeliveryFault> faults)
    {
        foreach (var (conversation, messages) in stored)
        {
            for (var i = 1; i < messages.Count; i++)
                if (messages[i].Seq != messages[i - 1].Seq + 1)
                    faults.Add(new(FaultKind.Differing, Store, conversation, messages[i].Seq, $"follows {messages[i - 1].Seq}"));
            foreach (var twice in messages.GroupBy(KeyOf).Where(g => g.Count() > 1))
                faults.Add(new(FaultKind.Doubled, Store, conversation, twice.Last().Seq, $"{twice.Key.Id} is also {string.Join(", ", twice.SkipLast(1).Select(m => m.Seq))}"));
        }
        var bySender = stored.Values.SelectMany(m => m).GroupBy(KeyOf).ToDictionary(g => g.Key, g => g.First());
        foreach (var (key, message) in sent)
            JudgeOne(key, message, bySender.GetValueOrDefault(key), faults);
        JudgeOrder(sent, bySender, faults);
    }

    private static void JudgeOne(MessageKey key, SentMessage sent, MessageInfo? stored, List<DeliveryFault> faults)
    {
        foreach (var seq in sent.AckedSeqs.Distinct().Where(seq => seq != stored?.Seq))
            faults.Add(stored is null
                ? new(FaultKind.Lost, Store, key.Conversation, seq, $"{key.Id} was acked and is not stored")
                : new(FaultKind.Differing, Store, key.Conversation, stored.Seq, $"{key.Id} was acked as {seq}"));
        if (stored is not null && stored.Text != sent.Text)
            faults.Add(new(FaultKind.Differing, Store, key.Conversation, stored.Seq, $"{key.Id} has another text than was sent"));
    }

    // A connection sends the next message of a conversation when the last one is settled, so that order holds for whatever was stored.
    private static void JudgeOrder(Dictionary<MessageKey, SentMessage> sent, Dictionary<MessageKey, MessageInfo> stored, List<DeliveryFault> faults)
    {
        foreach (var lane in sent.Where(s => stored.ContainsKey(s.Key)).OrderBy(s => s.Value.Order).GroupBy(s => (s.Key.Conversation, s.Value.Connection)))
        {
            long last = 0;
            foreach (var (key, _) in lane)
            {
                var seq = stored[key].Seq;
                if (seq < last)
                    faults.Add(new(FaultKind.Misordered, Store, key.Conversation, seq, $"{key.Id} was sent after what is {last}"));
                last = Math.Max(last, seq);
            }
        }
    }

    private static MessageKey KeyOf(MessageInfo message) => new(message.Conversation, message.From.Id, message.Id);
}
