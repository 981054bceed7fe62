using Im.Protocol;

namespace Im.Client.Events;

/// <summary>A line as it is shown: its event, and of what is about it the newest of each kind and slot. See <see cref="Fold"/>.</summary>
public sealed record LineState
{
    internal LineState(EventFrame line) => Event = line with { Effects = line.Effects ?? [] };

    /// <summary>A line as an answer to <c>lines</c> brings it. There a missing content means that it was erased.</summary>
    public static LineState OfPage(EventFrame line)
    {
        List<EventFrame> effects = [.. (line.Effects ?? []).OrderBy(effect => effect.Seq)];
        if (line.Content is null || effects.Exists(effect => effect.Effect == EventEffect.Erase))
            return new LineState(line with { Effects = effects }).Erase();
        // The shown content is said once, with the line.
        var shown = effects.FindLastIndex(effect => effect.Effect == EventEffect.Replace);
        if (shown >= 0)
            effects[shown] = effects[shown] with { Content = line.Content };
        return new(line with { Effects = effects });
    }

    /// <summary>A line as its own event brings it.</summary>
    public static LineState OfEvent(EventFrame line) => new(line with { Effects = [], Tally = null });

    /// <summary>The line's event, with the content that is shown and the effects that hold.</summary>
    public EventFrame Event { get; private init; }

    public long Line => Event.Line!.Value;

    /// <summary>Null where it was erased, or (rarely, until the next event) where what replaced it is still on its way.</summary>
    public RawJson? Content => Event.Content;

    /// <summary>Ascending by sequence.</summary>
    public IReadOnlyList<EventFrame> Effects => Event.Effects!;

    /// <summary>The content is gone for good.</summary>
    public bool IsErased { get; private init; }

    /// <summary>The event that replaced the first content; null where none did.</summary>
    public EventFrame? Replacement => Effects.LastOrDefault(effect => effect.Effect == EventEffect.Replace);

    internal LineState Erase() => new(Event with { Content = null, Tally = null, Effects = [.. Effects.Where(effect => effect.Effect == EventEffect.Erase)] }) { IsErased = true };

    internal LineState With(EventFrame line) => this with { Event = line };
}
