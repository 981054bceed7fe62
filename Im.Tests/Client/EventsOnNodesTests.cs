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
        Assert.Equal(2, await tom.MarkReadAsync(talk, 100));
        Assert.Equal((talk, tom.User.Id, 2L), await seen.Task.WaitAsync(Bounded.Time) is var s ? (s.Conversation, s.User, s.Line) : default);
        Assert.Equal(2, Assert.Single(await jenny.ConversationsAsync(), c => c.Conversation == talk).PeerReadLine);
    }

    private async Task<ImClient> JoinAsync(string node)
    {
        var client = new ImClient(new() { BaseAddress = system.Address, Node = node });
        await client.LoginAsync(WebCollection.NewNickname(), "correct horse");
        await client.ConnectAsync().WaitAsync(Bounded.Time);
        return client;
    }

    private static async Task<IReadOnlyList<LineState>> FoldUntilAsync(ImClient client, ConversationId talk, long lastSeq)
    {
        IReadOnlyList<LineState> lines = [];
        using var limit = new CancellationTokenSource(Bounded.Time);
        await foreach (var next in client.ReadEventsAsync(limit.Token).Where(e => e.Conversation == talk))
        {
            lines = Fold.Onto(lines, next);
            if (next.Seq == lastSeq)
                break;
        }
        return lines;
    }

    private static string Show(LineState line) =>
        $"{line.Line} {line.Event.Kind} of {line.Event.From.Nickname}, {(line.IsErased ? "erased" : System.Text.Encoding.UTF8.GetString(line.Content!.Value.Utf8.Span))}, with {string.Join(", ", line.Effects.Select(effect => effect.Seq))}";
}
