using Im.Bench.Load;
using Im.Core.Kinds;
using Im.Core.Messages;
using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Bench.Seeding;

/// <summary>A conversation while it is being filled: what is said next, and what happens to what was said lately.</summary>
/// <param name="people">Who writes in it. In a direct conversation its two, or one alone: a stranger who got no answer.</param>
/// <param name="peer">Of a direct conversation of <paramref name="people"/>'s first one: the other.</param>
/// <param name="lines">How many it has already.</param>
internal sealed class SeedTalk(ConversationId id, IReadOnlyList<UserInfo> people, UserInfo? peer, long lines, Corpus corpus)
{
    private const int Kept = 16;
    private const string Node = "seed";

    private readonly List<Said> _lately = [];

    public ConversationId Id => id;

    public IReadOnlyList<UserInfo> People => people;

    /// <summary>The newest line's number.</summary>
    public long Lines { get; private set; } = lines;

    /// <summary>A line: nearly always a text, one in a hundred of which names somebody, else a poll.</summary>
    public NewEvent Say(Random random, long at)
    {
        var by = people[random.Next(people.Count)];
        var isPoll = random.Next(1_000) == 0;
        RawJson content;
        if (isPoll)
            content = Write(new PollContent($"{corpus.Next()}?", ["1", "2", "3"]), ProtocolJson.Wire.PollContent);
        else
        {
            var named = peer is null && random.Next(100) == 0 ? people[random.Next(people.Count)].Id : (Guid?)null;
            content = Write(new TextContent(corpus.Next(), named is { } one && one != by.Id ? [one] : null), ProtocolJson.Wire.TextContent);
        }
        if (_lately.Count == Kept)
            _lately.RemoveAt(0);
        _lately.Add(new(++Lines, by, isPoll));
        return New(isPoll ? KindNames.Poll : KindNames.Text, content, by, null, random, at);
    }

    /// <summary>What becomes of one of the newest lines, one time in twelve: a reaction or a vote, less often an edit, seldom a recall.</summary>
    public NewEvent? Mark(Random random, long at)
    {
        if (_lately.Count == 0 || random.Next(12) > 0)
            return null;
        var line = _lately[random.Next(_lately.Count)];
        switch (random.Next(20))
        {
            case 0:
                _lately.Remove(line); // nothing more can be done to it
                return New(KindNames.Recall, Write(new RecallContent(), ProtocolJson.Wire.RecallContent), line.By, line.Number, random, at);
            case < 5 when !line.IsPoll:
                return New(KindNames.Edit, Write(new TextContent(corpus.Next()), ProtocolJson.Wire.TextContent), line.By, line.Number, random, at);
            case var _ when line.IsPoll:
                return New(KindNames.Vote, Write(new VoteContent([random.Next(3)]), ProtocolJson.Wire.VoteContent), people[random.Next(people.Count)], line.Number, random, at);
            default:
                return New(KindNames.Reaction, Write(new ReactionContent([random.Next(2) == 0 ? "👍" : "🎉"]), ProtocolJson.Wire.ReactionContent), people[random.Next(people.Count)], line.Number, random, at);
        }
    }

    private NewEvent New(string name, RawJson content, UserInfo by, long? target, Random random, long at)
    {
        var kind = EventKinds.Find(name)!;
        if (kind.Check(content, by, out var result) is { } refusal)
            throw new LoadException($"A {name} of the seed is refused: {refusal.Message}");
        return new(id, new(by.Id, by.Nickname), peer is null ? null : by == peer ? people[0].Id : peer.Id, $"{SeedPeople.NewId(random)}", kind, result, at, Node) { Target = target };
    }

    private static RawJson Write<T>(T content, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json) => new(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(content, json));

    private sealed record Said(long Number, UserInfo By, bool IsPoll);
}
