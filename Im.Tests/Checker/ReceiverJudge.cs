using Im.Client;
using Im.Protocol;
using Im.Protocol.Kinds;

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
        var stays = record.Member is { } user ? StaysOf(user, truth) : null;
        if (stays is not null)
            faults.AddRange(record.Events.Where(e => !IsIn(stays, e.Seq)).Select(e => Fault(FaultKind.Leaked, e.Seq, $"{e.Kind} {e.Id} was given, and its user was not in the room then")));
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
        foreach (var missing in truth.Events.Where(e => e.Seq > after && !seen.Contains(e.Seq) && (stays is null || IsIn(stays, e.Seq))))
            faults.Add(Fault(FaultKind.Lost, missing.Seq, $"{missing.Id} is stored and was not given"));

        // Live it came with what was erased since; read later it comes without.
        bool IsSame(EventFrame given, EventFrame kept) => given.Content == kept.Content || (given.Content is null ? truth.IsReplaced(kept) : kept.Content is null && truth.IsErased(kept));

        DeliveryFault Fault(FaultKind kind, long seq, string what) => new(kind, receiver, conversation, seq, what);
    }

    private static List<(long First, long Last)> StaysOf(Guid user, ConversationTruth truth)
    {
        var stays = new List<(long First, long Last)>();
        foreach (var e in truth.Events.Where(e => e.Kind == KindNames.Member))
            if (e.ContentAs(ProtocolJson.Wire.MemberContent) is { } member && member.User == user)
            {
                if (MemberDeeds.Begins(member.What))
                    stays.Add((e.Seq, long.MaxValue));
                else if (MemberDeeds.Ends(member.What) && stays is [.., (var first, long.MaxValue)])
                    stays[^1] = (first, e.Seq);
            }
        return stays;
    }

    private static bool IsIn(List<(long First, long Last)> stays, long seq) => stays.Exists(stay => stay.First <= seq && seq <= stay.Last);

    private static string Described(EventFrame e) => $"{e.Kind} {e.Id} of {e.From.Id}, line {e.Line}, {e.Effect} {e.Target} {e.Slot}";
}
