using System.Text;
using Im.Protocol;

namespace Im.Tests.Checker;

internal enum FaultKind
{
    /// <summary>Acked and not stored, or stored and not at an entitled receiver.</summary>
    Lost,

    /// <summary>Stored twice, or given to a receiver twice.</summary>
    Doubled,

    /// <summary>Given to a receiver, or stored, in another order.</summary>
    Misordered,

    /// <summary>Not what is stored: another text, sender, id or sequence, or a sequence with a hole.</summary>
    Differing,

    /// <summary>Given to somebody who is not entitled to it.</summary>
    Foreign,

    /// <summary>Given to somebody who was not in the room when it happened.</summary>
    Leaked,

    /// <summary>Shown on a device otherwise than the stored events come to.</summary>
    Stale,

    /// <summary>Recalled, and still stored.</summary>
    Kept,
}

/// <param name="Where">The receiver, or "store".</param>
internal sealed record DeliveryFault(FaultKind Kind, string Where, ConversationId Conversation, long Seq, string What)
{
    public override string ToString() => $"{Kind} at {Where}: {Conversation} {Seq}: {What}";
}

/// <param name="Refused">For good, because the line had been recalled.</param>
/// <param name="Received">Over all receivers.</param>
internal sealed record DeliveryReport(IReadOnlyList<DeliveryFault> Faults, int Sent, int Acked, int Refused, int Stored, int Received)
{
    private const int Shown = 10;

    public bool IsClean => Faults.Count == 0;

    public int Count(FaultKind kind) => Faults.Count(f => f.Kind == kind);

    /// <summary>One line of figures, then the first faults of each kind.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"sent {Sent}, acked {Acked}, refused {Refused}, stored {Stored}, received {Received};");
        foreach (var kind in Enum.GetValues<FaultKind>())
            text.Append($" {kind.ToString().ToLowerInvariant()} {Count(kind)}");
        foreach (var kind in Faults.GroupBy(f => f.Kind).OrderBy(g => g.Key))
        {
            foreach (var fault in kind.Take(Shown))
                text.Append($"\n  {fault}");
            if (kind.Count() > Shown)
                text.Append($"\n  … and {kind.Count() - Shown} more {kind.Key}");
        }
        return text.ToString();
    }
}
