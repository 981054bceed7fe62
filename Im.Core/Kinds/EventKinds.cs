using System.Collections.Frozen;
using Im.Protocol;

namespace Im.Core.Kinds;

/// <summary>All kinds there are.</summary>
public static class EventKinds
{
    public static readonly TextKind Text = new();
    public static readonly RecallKind Recall = new();
    public static readonly ErasureKind Erasure = new();
    public static readonly MemberKind Member = new();
    public static readonly TitleKind Title = new();
    public static readonly FileKind File = new();

    /// <summary>In the order of their numbers. Two of one number or name end the process as it starts.</summary>
    public static readonly IReadOnlyList<EventKind> All = [Text, new EditKind(), Recall, new ReactionKind(), new PollKind(), new VoteKind(), Erasure, Member, Title, File];

    /// <summary>Numbers of the kinds whose lines say what happened to a room: shown, and not unread. For SQL, as the index <c>ix_events_system</c> has them.</summary>
    public const string SystemNumbers = "8, 9";

    private static readonly FrozenDictionary<string, EventKind> ByName = All.ToFrozenDictionary(kind => kind.Name, StringComparer.Ordinal);
    private static readonly FrozenDictionary<short, EventKind> ByNumber = All.ToFrozenDictionary(kind => kind.Number);

    /// <summary>As the schema of the protocol has them.</summary>
    public static IReadOnlyList<KindShape> Shapes => [.. All.Select(kind => new KindShape(kind.Name, kind.ContentType, kind is { Effect: null, IsAboutConversation: false }, kind.Effect, kind.IsForClients))];

    public static EventKind? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>A newer version's kind, in a store that this version was put back on, is passed on under a name nobody knows.</summary>
    public static string NameOf(short number) => ByNumber.TryGetValue(number, out var kind) ? kind.Name : $"kind-{number}";

    /// <summary>A line as one text; empty where it was erased.</summary>
    public static string Preview(string kind, RawJson? content) => content is { } known ? Find(kind)?.Preview(known) ?? "…" : "";

    public static RawJson? Cut(string kind, RawJson? content, int codePoints) => content is { } known && Find(kind) is { } found ? found.Cut(known, codePoints) : content;
}
