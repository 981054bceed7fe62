using System.Text;
using Im.Client.Events;
using Im.Protocol;

namespace Im.Tests.Checker;

/// <summary>What the stored events of a conversation come to: worked out from all of them at once, and without the product's <see cref="Fold"/>, which is to give the same one by one.</summary>
/// <param name="events">Ascending by sequence.</param>
internal sealed class ConversationTruth(IReadOnlyList<EventFrame> events)
{
    private readonly ILookup<long?, EventFrame> _changes = events.Where(e => e.Line is null).ToLookup(e => e.Target);

    public IReadOnlyList<EventFrame> Events => events;

    public IReadOnlyList<ShownLine> Lines => field ??= [.. events.Where(e => e.Line is not null).Select(Show)];

    /// <summary>A line that was recalled, or what was done to one before.</summary>
    public bool IsErased(EventFrame e) => e.Effect != EventEffect.Erase && IsErased(e.Line ?? e.Target);

    public bool IsErased(long? line) => _changes[line].Any(c => c.Effect == EventEffect.Erase);

    /// <summary>Its content need not be told any more: another event has taken its place.</summary>
    public bool IsReplaced(EventFrame e) => e.Line is { } line
        ? _changes[line].Any(c => c.Effect == EventEffect.Replace)
        : _changes[e.Target].Any(c => c.Seq > e.Seq && (c.Kind, c.Slot) == (e.Kind, e.Slot));

    private ShownLine Show(EventFrame line)
    {
        var isErased = IsErased(line);
        var effects = _changes[line.Line].Where(c => !isErased || c.Effect == EventEffect.Erase).GroupBy(c => (c.Kind, c.Slot)).Select(g => g.MaxBy(c => c.Seq)!).OrderBy(c => c.Seq).ToList();
        var shown = effects.LastOrDefault(c => c.Effect == EventEffect.Replace) ?? line;
        return new(line.Line!.Value, line.Seq, isErased ? null : shown.Content.Json, ShownLine.Describe(effects));
    }
}

/// <param name="Content">Null where it was erased.</param>
/// <param name="Effects">By kind and slot the newest.</param>
internal sealed record ShownLine(long Line, long Seq, string? Content, string Effects)
{
    /// <param name="line">With its effects, as the clients keep it.</param>
    public static ShownLine Of(EventFrame line) => new(line.Line!.Value, line.Seq, line.Content.Json, Describe(line.Effects!));

    public static string Describe(IEnumerable<EventFrame> effects) => string.Join(", ", effects.Select(e => $"{e.Seq} {e.Kind} {e.Slot} {e.Content.Json}"));

    public override string ToString() => $"{Content ?? "nothing"} with [{Effects}]";
}

internal static class Contents
{
    extension(RawJson? content)
    {
        /// <summary>As it is written, to compare and to say.</summary>
        public string? Json => content is { } known ? Encoding.UTF8.GetString(known.Utf8.Span) : null;
    }
}
