using Im.Client;
using Im.Client.Chat;
using Im.Client.Events;
using Im.Protocol;
using Im.Tests.Fixtures;
using Im.Tests.Web;

namespace Im.Tests.Client;

/// <summary>Every kind through the client, on two real nodes: what each device makes of the events is what a page shows.</summary>
[Trait("Category", "Sessions")]
public sealed class EventsOnNodesTests(TwoNodes system) : IClassFixture<TwoNodes>
{
    [Fact]
    public async Task Who_was_there_and_who_was_away_have_folded_what_a_page_shows()
    {
        await system.WhenWholeAsync();
        await using var jenny = await JoinAsync("node-1");
        await using var tom = await JoinAsync("node-2");
        var talk = ConversationId.Direct(jenny.User!.Id, tom.User!.Id);

        var hello = await jenny.SendAsync(tom.User.Id, "hallo");
        Assert.Equal((1L, 1L), (hello.Seq, hello.Line!.Value));
        var reply = (await tom.SendAsync(talk, "yes?", replyTo: 1, mentions: [jenny.User.Id])).Line!.Value;
        Assert.Null((await jenny.EditAsync(talk, 1, "hello")).Line);
        await jenny.EditAsync(talk, 1, "hello, Tom");
        await tom.ReactAsync(talk, 1, ["👍"]);
        await tom.ReactAsync(talk, 1, ["🎉", "❤️"]);
        var poll = (await jenny.PollAsync(talk, new("Tea?", ["yes", "no"]))).Line!.Value;
        await tom.VoteAsync(talk, poll, [0]);
        await tom.EditAsync(talk, reply, "no");
        var last = await tom.RecallAsync(talk, reply, "a slip");
        Assert.Equal(ErrorCodes.NotFound, (await Assert.ThrowsAsync<ImException>(() => tom.EditAsync(talk, reply, "yes"))).Code);

        var page = (await jenny.LinesAsync(talk)).Lines.Select(LineState.OfPage).ToList();
        Assert.Equal(["hello, Tom", null, null], page.Select(line => line.Event.Text));
        await using var away = new ImClient(new() { BaseAddress = system.Address, Node = "node-1", StartAfter = new Dictionary<ConversationId, long> { [talk] = 0 } });
        await away.LoginAsync(tom.User.Nickname, "correct horse");
        await away.ConnectAsync().WaitAsync(Bounded.Time);
        foreach (var client in new[] { jenny, tom, away })
            Assert.Equal(page.Select(Show), (await FoldUntilAsync(client, talk, last.Seq)).Select(Show));
    }

    [Fact]
    public async Task A_file_is_uploaded_posted_and_read_as_a_stream()
    {
        await system.WhenWholeAsync();
        await using var jenny = await JoinAsync("node-1");
        await using var tom = await JoinAsync("node-2");
        byte[] bytes = [.. Enumerable.Range(0, 600_000).Select(i => (byte)(i * 7))];
        var sent = new List<long>();
        var file = await jenny.Files.UploadAsync(new MemoryStream(bytes), "tea list.bin", new Told(sent));
        Assert.Equal((bytes.Length, bytes.Length), (sent[^1], file.Size!.Value));
        var posted = await jenny.PostFileAsync(tom.User!.Id, file.File, "what we drink");
        var line = (await tom.LinesAsync(posted.Conversation)).Lines[^1].ContentAs(ProtocolJson.Wire.FileContent)!;
        Assert.Equal(file with { Caption = "what we drink" }, line);
        await using (var read = await tom.Files.OpenAsync(line.File))
        {
            var copy = new MemoryStream();
            await read.CopyToAsync(copy);
            Assert.Equal(bytes, copy.ToArray());
        }
        Assert.Equal(bytes.Length, (await jenny.Files.GetSpaceAsync()).UsedBytes);
        await jenny.RecallAsync(posted.Conversation, posted.Line!.Value);
        Assert.Equal(ProblemCodes.NotFound, (await Assert.ThrowsAsync<ImException>(() => tom.Files.OpenAsync(line.File))).Code);
        using var given = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => jenny.Files.UploadAsync(new MemoryStream(bytes), "x", new Told([], given.Cancel), given.Token));
        await Eventually.TrueAsync(async () => (await jenny.Files.GetSpaceAsync()).UsedBytes == 0, seconds: 20);
    }

    private sealed class Told(List<long> sent, Action? then = null) : IProgress<long>
    {
        public void Report(long value)
        {
            sent.Add(value);
            then?.Invoke();
        }
    }

    [Fact]
    public async Task How_far_the_other_one_has_read_is_told_by_lines()
    {
        await system.WhenWholeAsync();
        await using var jenny = await JoinAsync("node-1");
        await using var tom = await JoinAsync("node-2");
        var talk = ConversationId.Direct(jenny.User!.Id, tom.User!.Id);
        await jenny.SendAsync(tom.User.Id, "one");
        await jenny.ReactAsync(talk, 1, ["👍"]);
        await jenny.SendAsync(talk, "two");
        var seen = new TaskCompletionSource<SeenFrame>(TaskCreationOptions.RunContinuationsAsynchronously);
        jenny.FrameReceived += frame => _ = frame is SeenFrame s && seen.TrySetResult(s);

        Assert.Equal(2, Assert.Single(await tom.ConversationsAsync(), c => c.Conversation == talk).Unread);
        await tom.People.AcceptAsync(jenny.User.Id);
        Assert.Equal(2, await tom.MarkReadAsync(talk, 100));
        Assert.Equal((talk, tom.User.Id, 2L), await seen.Task.WaitAsync(Bounded.Time) is var s ? (s.Conversation, s.User, s.Line) : default);
        Assert.Equal(2, Assert.Single(await jenny.ConversationsAsync(), c => c.Conversation == talk).PeerReadLine);
    }

    [Fact]
    public async Task A_device_that_was_away_during_a_recall_shows_the_text_no_more()
    {
        await system.WhenWholeAsync();
        await using var jenny = await JoinAsync("node-1");
        await using var tom = await JoinAsync("node-2");
        var talk = ConversationId.Direct(jenny.User!.Id, tom.User!.Id);
        await jenny.SendAsync(tom.User.Id, "a secret");
        var edited = await jenny.EditAsync(talk, 1, "another secret");
        await tom.ReactAsync(talk, 1, ["👍"]);
        var held = await FoldUntilAsync(tom, talk, edited.Seq);
        Assert.Equal("another secret", Assert.Single(held).Event.Text);

        await tom.DisconnectAsync();
        await jenny.RecallAsync(talk, 1);
        var after = await jenny.SendAsync(talk, "what of it?");
        await tom.ConnectAsync().WaitAsync(Bounded.Time);
        held = await FoldUntilAsync(tom, talk, after.Seq, held);
        Assert.Equal([(1L, true, (string?)null), (2L, false, "what of it?")], held.Select(line => (line.Line, line.IsErased, line.Event.Text)));
        Assert.DoesNotContain("secret", string.Join(' ', held.Select(Show)), StringComparison.Ordinal);
    }

    // A page is asked for while lines are recalled: now the page is older, now the recall. What the stream brought meanwhile is folded onto the page.
    [Fact]
    public async Task A_recall_that_arrives_before_the_page_with_its_line_erases_it()
    {
        const int Lines = 40;
        await system.WhenWholeAsync();
        await using var jenny = await JoinAsync("node-1");
        await using var tom = await JoinAsync("node-2");
        var talk = ConversationId.Direct(jenny.User!.Id, tom.User!.Id);
        for (var line = 1; line <= Lines; line++)
            await jenny.SendAsync(tom.User.Id, $"secret {line}");
        await FoldUntilAsync(tom, talk, Lines);
        var olderPages = 0;
        for (var line = 1; line <= Lines; line++)
        {
            var recalling = jenny.RecallAsync(talk, line);
            var page = await tom.LinesAsync(talk);
            var live = await TakeUntilAsync(tom, talk, (await recalling).Seq);
            olderPages += page.LastSeq < live[^1].Seq ? 1 : 0;
            var shown = live.Where(e => e.Seq > page.LastSeq).Aggregate(Fold.Merge([], [.. page.Lines.Select(LineState.OfPage)]), Fold.Onto);
            Assert.Equal(Enumerable.Range(1, Lines).Select(n => n <= line), shown.Select(one => one.IsErased));
            Assert.All(shown.Take(line), one => Assert.Null(one.Content));
        }
        Assert.NotEqual(0, olderPages);
    }

    // The ack may be lost with its node, and the line has no content any more.
    [Fact]
    public async Task What_is_sent_again_after_its_line_was_recalled_is_the_first_one_a_recall_too()
    {
        await system.WhenWholeAsync();
        await using var jenny = await JoinAsync("node-1");
        await using var tom = await JoinAsync("node-2");
        var talk = ConversationId.Direct(jenny.User!.Id, tom.User!.Id);
        await jenny.SendAsync(tom.User.Id, "a secret");
        var (reaction, recall) = (await tom.ReactAsync(talk, 1, ["👍"], id: "reaction"), await jenny.RecallAsync(talk, 1, id: "recall"));
        var again = (Reaction: await tom.ReactAsync(talk, 1, ["👍"], id: "reaction"), Recall: await jenny.RecallAsync(talk, 1, id: "recall"));
        Assert.Equal(((reaction.Seq, true), (recall.Seq, true)), ((again.Reaction.Seq, again.Reaction.Duplicate), (again.Recall.Seq, again.Recall.Duplicate)));
        Assert.Equal(ErrorCodes.NotFound, (await Assert.ThrowsAsync<ImException>(() => tom.ReactAsync(talk, 1, ["👍"], id: "another"))).Code);
    }

    private async Task<ImClient> JoinAsync(string node)
    {
        var client = new ImClient(new() { BaseAddress = system.Address, Node = node });
        await client.LoginAsync(WebCollection.NewNickname(), "correct horse");
        await client.ConnectAsync().WaitAsync(Bounded.Time);
        return client;
    }

    private static async Task<IReadOnlyList<LineState>> FoldUntilAsync(ImClient client, ConversationId talk, long lastSeq, IReadOnlyList<LineState>? lines = null) =>
        (await TakeUntilAsync(client, talk, lastSeq)).Aggregate(lines ?? [], Fold.Onto);

    private static async Task<List<EventFrame>> TakeUntilAsync(ImClient client, ConversationId talk, long lastSeq)
    {
        var taken = new List<EventFrame>();
        using var limit = new CancellationTokenSource(Bounded.Time);
        await foreach (var next in client.ReadEventsAsync(limit.Token).Where(e => e.Conversation == talk))
        {
            taken.Add(next);
            if (next.Seq == lastSeq)
                break;
        }
        return taken;
    }

    private static string Show(LineState line) =>
        $"{line.Line} {line.Event.Kind} of {line.Event.From.Nickname}, {(line.IsErased ? "erased" : System.Text.Encoding.UTF8.GetString(line.Content!.Value.Utf8.Span))}, with {string.Join(", ", line.Effects.Select(effect => effect.Seq))}";
}
