using Im.Protocol;

namespace Im.Tests.Checker;

/// <summary>What one receiver was given of one conversation, against what is stored.</summary>
internal static class ReceiverJudge
{
    public static void Judge(string receiver, ConversationId conversation, ReceiverRecord record, List<MessageInfo> stored, List<DeliveryFault> faults)
    {
        if (record.After is not { } after)
        {
            faults.AddRange(record.Messages.Select(m => Fault(FaultKind.Foreign, m.Seq, $"{m.Key.Id} is not for this receiver")));
            return;
        }
        var truth = stored.ToDictionary(m => m.Seq);
        var seen = new HashSet<long>();
        long last = after;
        foreach (var message in record.Messages)
        {
            if (!seen.Add(message.Seq))
                faults.Add(Fault(FaultKind.Doubled, message.Seq, $"{message.Key.Id} was given again"));
            else if (message.Seq < last)
                faults.Add(Fault(FaultKind.Misordered, message.Seq, $"{message.Key.Id} was given after {last}"));
            last = Math.Max(last, message.Seq);
            if (!truth.TryGetValue(message.Seq, out var kept))
                faults.Add(Fault(FaultKind.Differing, message.Seq, $"{message.Key.Id} was given and is not stored"));
            else if ((kept.From.Id, kept.Id, kept.Text) != (message.Key.Sender, message.Key.Id, message.Text))
                faults.Add(Fault(FaultKind.Differing, message.Seq, $"{message.Key.Id} was given, {kept.Id} is stored, or its text or sender differs"));
        }
        foreach (var missing in stored.Where(m => m.Seq > after && !seen.Contains(m.Seq)))
            faults.Add(Fault(FaultKind.Lost, missing.Seq, $"{missing.Id} is stored and was not given"));

        DeliveryFault Fault(FaultKind kind, long seq, string what) => new(kind, receiver, conversation, seq, what);
    }
}
