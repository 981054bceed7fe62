using System.Text.Json;
using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Client.Events;

/// <summary>
/// What an event does to a line: <c>docs/protocol.md</c>, version 2. Pure, and without any knowledge of kinds: the same events give the same state in any order, doubled, and whether a page or the
/// stream brought them. <c>Im.Protocol/Vectors/fold.json</c> holds this and the TypeScript client's <c>fold.ts</c> to it.
/// </summary>
public static class Fold
{
    /// <summary>The name of whoever deleted their account.</summary>
    public const string DeletedNickname = "(deleted)";

    /// <summary>The line after the event; the same object where the event changes nothing.</summary>
    public static LineState Onto(LineState line, EventFrame change)
    {
        if (change is { Line: null, Target: null })
            return EraseAccount(line, change);
        if (change.Line is not null || change.Target != line.Line || change.Effect is not { } effect)
            return line;
        if (effect == EventEffect.Erase)
            return Put(line.IsErased ? line : line.Erase(), change);
        if (line.IsErased)
            return line;
        var changed = Put(line, change);
        return !ReferenceEquals(changed, line) && changed.Replacement is { } shown ? changed.With(changed.Event with { Content = shown.Content }) : changed;
    }

    /// <summary>
    /// A conversation's lines, ascending, after the event, which may be a line itself. One whose target is not among them changes nothing. The same list where nothing changes.
    /// </summary>
    public static IReadOnlyList<LineState> Onto(IReadOnlyList<LineState> lines, EventFrame change)
    {
        if (change.Line is not null)
            return Merge(lines, [LineState.OfEvent(change)]);
        List<LineState> after = [.. lines.Select(line => Onto(line, change))];
        return after.Where((line, index) => !ReferenceEquals(line, lines[index])).Any() ? after : lines;
    }

    /// <summary>What is known of one line from two places, whichever is newer: both in one.</summary>
    public static LineState Merge(LineState line, LineState other)
    {
        var merged = other.Effects.Aggregate(line, Onto);
        if (other.IsErased && !merged.IsErased)
            merged = merged.Erase();
        if (other.Event.From.Nickname == DeletedNickname && merged.Event.From.Nickname != DeletedNickname)
            merged = merged.With(merged.Event with { From = other.Event.From });
        if (other.Event.Tally is { } tally && merged is { IsErased: false, Event.Tally: null })
            merged = merged.With(merged.Event with { Tally = tally });
        return merged is { Content: null, IsErased: false, Replacement: null } && other.Content is { } content ? merged.With(merged.Event with { Content = content }) : merged;
    }

    /// <summary>Lines and a page of others, or of the same: each once, ascending. Fold onto a page what the stream brought while it was asked for; older events do no harm.</summary>
    public static IReadOnlyList<LineState> Merge(IReadOnlyList<LineState> lines, IReadOnlyList<LineState> page)
    {
        var all = lines.ToDictionary(line => line.Line);
        foreach (var line in page)
            all[line.Line] = all.TryGetValue(line.Line, out var known) ? Merge(known, line) : line;
        return [.. all.Values.OrderBy(line => line.Line)];
    }

    private static LineState EraseAccount(LineState line, EventFrame change)
    {
        if (change.ContentAs(ProtocolJson.Wire.ErasureContent) is not { } erasure || line.Event.Seq >= change.Seq)
            return line;
        if (line.Event.Kind == KindNames.Member && line.Event.ContentAs(ProtocolJson.Wire.MemberContent) is { } member && member.User == erasure.User && member.Nickname != DeletedNickname)
            line = line.With(line.Event with { Content = new(JsonSerializer.SerializeToUtf8Bytes(member with { Nickname = DeletedNickname }, ProtocolJson.Wire.MemberContent)) });
        if (line.Event.From.Id != erasure.User)
            return line;
        if (line.Event.From.Nickname != DeletedNickname)
            line = line.With(line.Event with { From = line.Event.From with { Nickname = DeletedNickname } });
        // What happened to a room stays said.
        return erasure.Texts && !line.IsErased && line.Event.Kind is not (KindNames.Member or KindNames.Title) ? line.Erase() : line;
    }

    // The newest of a kind and slot holds. Of two copies of one event, that which still has its content.
    private static LineState Put(LineState line, EventFrame change)
    {
        var there = line.Effects.FirstOrDefault(effect => effect.Kind == change.Kind && (effect.Slot ?? "") == (change.Slot ?? ""));
        if (there is not null && (there.Seq > change.Seq || there.Seq == change.Seq && (there.Content is not null || change.Content is null)))
            return line;
        return line.With(line.Event with { Effects = [.. line.Effects.Where(effect => !ReferenceEquals(effect, there)).Append(change).OrderBy(effect => effect.Seq)] });
    }
}
