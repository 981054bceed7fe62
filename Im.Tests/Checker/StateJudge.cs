using Im.Protocol;

namespace Im.Tests.Checker;

/// <summary>What a device shows of one conversation, against what its stored events come to. A fresh load is a device like the others: they all show the same where none has a fault.</summary>
internal static class StateJudge
{
    public static void Judge(string device, ConversationId conversation, DeviceRecord shows, ConversationTruth truth, long? storedRead, List<DeliveryFault> faults)
    {
        var shown = shows.Lines.ToDictionary(line => line.Line);
        foreach (var line in truth.Lines)
        {
            if (!shown.Remove(line.Line, out var own))
                faults.Add(Fault(line.Seq, $"line {line.Line} is not shown"));
            else if (own != line)
                faults.Add(Fault(line.Seq, $"line {line.Line} is shown as {own}, and is {line}"));
        }
        faults.AddRange(shown.Values.Select(line => Fault(line.Seq, $"line {line.Line} is shown and is not stored")));
        if (shows.User is not null && shows.Read != (storedRead ?? 0))
            faults.Add(Fault(shows.Read, $"read up to line {shows.Read} is shown, and stored is {storedRead ?? 0}"));

        DeliveryFault Fault(long seq, string what) => new(FaultKind.Stale, device, conversation, seq, what);
    }
}

/// <param name="User">Null for a guest, of whom nobody keeps how far they have read.</param>
/// <param name="Read">How far the user has read, by lines.</param>
internal sealed record DeviceRecord(Guid? User, IReadOnlyList<ShownLine> Lines, long Read);
