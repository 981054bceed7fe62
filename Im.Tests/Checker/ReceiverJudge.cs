using Im.Protocol;

namespace Im.Tests.Checker;

/// <summary>What one receiver was given of one conversation, against what is stored.</summary>
internal static class ReceiverJudge
{
    public static void Judge(string receiver, ConversationId conversation, ReceiverRecord record, ConversationTruth truth, List<DeliveryFault> faults)
    {
        if (record.After is not { } after)
        {
            faults.AddRange(record.Events.Select(e => Fault(FaultKind.Foreign, e.Seq, $"{e.Id} is not for this receiver")));
            return;
        }
        var stored = truth.Events.ToDictionary(e => e.Seq);
        var seen = new HashSet<long>();
        long last = after;
        foreach (var given in record.Events)
        {
            if (!seen.Add(given.Seq))
                faults.Add(Fault(FaultKind.Doubled, given.Seq, $"{given.Id} was given again"));
            else if (given.Seq < last)
                faults.Add(Fault(FaultKind.Misordered, given.Seq, $"{given.Id} was given after {last}"));
            last = Math.Max(last, given.Seq);
            if (!stored.TryGetValue(given.Seq, out var kept))
                faults.Add(Fault(FaultKind.Differing, given.Seq, $"{given.Id} was given and is not stored"));
            else if (Described(kept) != Described(given) || !IsSame(given, kept))
                faults.Add(Fault(FaultKind.Differing, given.Seq, $"{Described(given)} was given, {Described(kept)} is stored, or its content differs"));
        }
        foreach (var missing in truth.Events.Where(e => e.Seq > after && !seen.Contains(e.Seq)))
            faults.Add(Fault(FaultKind.Lost, missing.Seq, $"{missing.Id} is stored and was not given"));

        // Live it came with what was erased since; read later it comes without.
        bool IsSame(EventFrame given, EventFrame kept) => given.Content == kept.Content || (given.Content is null ? truth.IsReplaced(kept) : kept.Content is null && truth.IsErased(kept));

        DeliveryFault Fault(FaultKind kind, long seq, string what) => new(kind, receiver, conversation, seq, what);
    }

    private static string Described(EventFrame e) => $"{e.Kind} {e.Id} of {e.From.Id}, line {e.Line}, {e.Effect} {e.Target} {e.Slot}";
}
