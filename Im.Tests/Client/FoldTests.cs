using System.Text.Json;
using CsCheck;
using Im.Client;
using Im.Client.Events;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Tests.Fixtures;
using Im.Tests.Messages;

namespace Im.Tests.Client;

/// <summary>What events make of lines, by the vectors that the TypeScript client is tested with, and by itself.</summary>
public sealed class FoldTests
{
    private const int Seqs = 24, Lines = 3;

    private static readonly Guid[] Users = [new("a3b8d425-2b60-4ad7-8a55-2f5c1d3e9b01"), new("0f9a6c1e-7d44-4b8e-9c3a-5b1e2d7f8a02")];

    private static readonly JsonElement[] Vectors =
        [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "fold.json"))).RootElement.GetProperty("vectors").EnumerateArray()];

    public static TheoryData<string> Names => [.. Vectors.Select(vector => vector.GetProperty("name").GetString()!)];

    [Theory, MemberData(nameof(Names))]
    public void Both_clients_fold_alike(string name)
    {
        var vector = Vectors.Single(v => v.GetProperty("name").GetString() == name);
        var page = vector.GetProperty("page").GetProperty("lines").EnumerateArray().Select(ReadEvent).ToList();
        IReadOnlyList<LineState> lines = [.. page.Select(LineState.OfPage)];
        foreach (var change in vector.GetProperty("events").EnumerateArray().Select(ReadEvent))
        {
            lines = Fold.Onto(lines, change);
            Assert.Same(lines, change.Line is null ? Fold.Onto(lines, change) : lines); // again it changes nothing
        }
        var expected = vector.GetProperty("expected").EnumerateArray().ToList();
        Assert.Equal(expected.Select(line => line.GetProperty("line").GetInt64()), lines.Select(line => line.Line));
        foreach (var (line, wanted) in lines.Zip(expected))
        {
            Assert.Equal(wanted.GetProperty("effects").EnumerateArray().Select(seq => seq.GetInt64()), line.Effects.Select(effect => effect.Seq));
            Assert.Equal(wanted.TryGetProperty("erased", out var erased) && erased.GetBoolean(), line.IsErased);
            Assert.Equal(wanted.TryGetProperty("content", out var content), line.Content is not null);
            Assert.True(line.Content is not { } shown || JsonElement.DeepEquals(content, JsonElement.Parse(shown.Utf8.Span)), $"line {line.Line} shows another content");
            if (wanted.TryGetProperty("nickname", out var nickname))
                Assert.Equal(nickname.GetString(), line.Event.From.Nickname);
        }
    }

    [Fact]
    public void Any_order_doubles_and_pages_from_either_side_give_the_same_lines()
    {
        var runs = Gen.Select(Gen.Int[0, 1 << 30], Gen.Int[1, Seqs], Gen.Int[1, Seqs], Gen.Int[0, Seqs].Array[0, 40]);
        runs.ForEach((seed, older, newer, doubled) =>
        {
            var (log, random) = (Log(new(seed)), new Random(seed));
            var truth = Show(PageAt(log, Seqs));
            var live = log.Where(e => e.Line is null).ToArray();

            // The lines first, then what is about them, in any order and doubled.
            var changes = live.Concat(doubled.Where(i => i < live.Length).Select(i => live[i])).ToArray();
            random.Shuffle(changes);
            var streamed = changes.Aggregate(PageAt(log, 0), Fold.Onto);

            // Two pages of whichever age, folded in either order, and the stream's events since the older one.
            var pages = new[] { PageAt(log, older), PageAt(log, newer) };
            random.Shuffle(pages);
            var paged = changes.Where(e => e.Seq > Math.Min(older, newer)).Aggregate(Fold.Merge(pages[0], pages[1]), Fold.Onto);

            // The events first on the older page, then the newer page over it, or under it.
            var folded = changes.Aggregate(PageAt(log, older), Fold.Onto);
            var merged = seed % 2 == 0 ? Fold.Merge(folded, PageAt(log, newer)) : Fold.Merge(PageAt(log, newer), folded);
            Assert.All((IReadOnlyList<LineState>[])[streamed, paged, merged], lines => Assert.Equal(truth, Show(lines)));
        });
    }

    // A random conversation: some lines, then changes of them.
    private static List<EventFrame> Log(Random random)
    {
        var log = new List<EventFrame>();
        for (var seq = 1; seq <= Seqs; seq++)
        {
            var user = Users[random.Next(Users.Length)];
            var next = new EventFrame(ConversationId.Lobby, seq, KindNames.Text, new(user, "Jenny"), seq, "realtime-1") { Id = $"e-{seq}", Target = 1 + random.Next(Lines), Content = Texts.ContentOf($"text {seq}") };
            log.Add(seq <= Lines ? next with { Line = seq, Target = null } : random.Next(20) switch
            {
                < 9 => next with { Kind = random.Next(2) == 0 ? KindNames.Reaction : "bookmark", Effect = EventEffect.Mark, Slot = $"{user}" },
                < 17 => next with { Kind = random.Next(3) == 0 ? "translation" : KindNames.Edit, Effect = EventEffect.Replace, Slot = "" },
                < 19 => next with { Kind = KindNames.Recall, Effect = EventEffect.Erase, Slot = "" },
                _ => next with { Kind = KindNames.Erasure, Target = null, Content = new(JsonSerializer.SerializeToUtf8Bytes(new ErasureContent(user, random.Next(2) == 0), ProtocolJson.Wire.ErasureContent)) },
            });
        }
        return log;
    }

    /// <summary>What a node answers to <c>lines</c> when the log has come so far, but always with all lines: said by the rules of the page and without <see cref="Fold"/>.</summary>
    private static IReadOnlyList<LineState> PageAt(List<EventFrame> log, long lastSeq) => [.. log.Take(Lines).Select(line =>
    {
        var seen = log.Where(e => e.Seq <= lastSeq).ToList();
        var erasures = seen.Where(e => e.Kind == KindNames.Erasure && e.Seq > line.Seq).Select(e => e.ContentAs(ProtocolJson.Wire.ErasureContent)!).Where(e => e.User == line.From.Id).ToList();
        var newest = seen.Where(e => e.Target == line.Line && e.Effect is not null).GroupBy(e => (e.Kind, e.Slot)).Select(g => g.MaxBy(e => e.Seq)!).OrderBy(e => e.Seq).ToList();
        var isErased = erasures.Exists(e => e.Texts) || newest.Exists(e => e.Effect == EventEffect.Erase);
        return LineState.OfPage(line with
        {
            From = erasures.Count > 0 ? line.From with { Nickname = Fold.DeletedNickname } : line.From,
            Content = isErased ? null : newest.LastOrDefault(e => e.Effect == EventEffect.Replace)?.Content ?? line.Content,
            Effects = [.. newest.Where(e => !isErased || e.Effect == EventEffect.Erase)],
        });
    })];

    private static string Show(IEnumerable<LineState> lines) =>
        string.Join('\n', lines.Select(line => $"{line.IsErased} {JsonSerializer.Serialize(line.Event, ProtocolJson.Wire.EventFrame)}"));

    private static EventFrame ReadEvent(JsonElement json) => json.Deserialize(ProtocolJson.Wire.EventFrame)!;
}
