using System.Diagnostics;
using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Fixtures;
using Xunit.Abstractions;

namespace Im.Tests.Client;

/// <summary>Coming back to 100,000 messages, on real nodes and a real Postgres.</summary>
[Collection(ImAppCollection.Name)]
public sealed class BacklogOnNodesTests(ImAppFixture im, ITestOutputHelper output)
{
    private const int Backlog = 100_000;

    [Fact]
    [Trait("Category", "Faults")]
    public async Task After_a_hundred_thousand_messages_a_client_is_live_at_once_and_pages_the_rest()
    {
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        var writer = await tom.ConnectAsync();
        await using var jenny = await LoginAsync(ImClientOptions.ScreenFillMessages);
        await writer.Client.SendAsync(ChatTarget.Lobby, "warm"); // what a first message of a node's life costs is not the question
        var direct = ConversationId.Direct(tom.User.Id, jenny.User!.Id);
        await jenny.ConnectAsync();
        await jenny.DisconnectAsync();
        await StoredBacklog.AddAsync(await im.GetDatabaseAsync(), tom.User, jenny.User.Id, Backlog);

        var clock = Stopwatch.StartNew();
        await jenny.ConnectAsync();
        await using var stream = jenny.ReadStreamAsync().Where(i => (i.Event?.Conversation ?? i.Gap!.Conversation) == direct).GetAsyncEnumerator();
        var gap = (await NextAsync(stream)).Gap!;
        for (var seq = gap.BeforeSeq; seq <= Backlog; seq++)
            Assert.Equal(seq, (await NextAsync(stream)).Event?.Seq);
        var mine = await jenny.SendAsync(tom.User.Id, "back again");
        Assert.Equal(Backlog + 1, (await NextAsync(stream)).Event?.Seq);
        Assert.Equal(Backlog + 1, mine.Seq);
        output.WriteLine($"Live, with a page read and a message sent, after {clock.Elapsed.TotalMilliseconds:F0} ms.");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);

        // The rest, from both sides, until they meet.
        Assert.Equal(new(direct, 0, Backlog - 49), gap);
        var (down, up) = (gap.AfterSeq, gap.BeforeSeq);
        for (var turn = 0; turn < 10; turn++)
        {
            var next = await jenny.LinesAsync(direct, after: down, limit: 100);
            Assert.Equal(down + 1, next.Lines[0].Line);
            down = next.Lines[^1].Line!.Value;
            var previous = await jenny.LinesAsync(direct, before: up, limit: 100);
            Assert.Equal(up - 1, previous.Lines[^1].Line);
            up = previous.Lines[0].Line!.Value;
        }
        Assert.Equal((1_000, Backlog - 1_049), (down, up));
    }

    [Fact]
    public async Task A_program_reads_ten_thousand_messages_whole_and_in_order_and_sends_before_it_is_through()
    {
        const int Missed = 10_000;
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        await using var bot = await LoginAsync(maxFill: null);
        var direct = ConversationId.Direct(tom.User.Id, bot.User!.Id);
        await bot.ConnectAsync();
        await bot.DisconnectAsync();
        await StoredBacklog.AddAsync(await im.GetDatabaseAsync(), tom.User, bot.User.Id, Missed);
        await bot.ConnectAsync();
        Assert.Equal(Missed + 1, (await bot.SendAsync(tom.User.Id, "I am here").WaitAsync(TimeSpan.FromSeconds(5))).Seq); // and nobody has read a message yet

        var expected = 1L;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var message in bot.ReadEventsAsync(limit.Token).Where(m => m.Conversation == direct))
        {
            Assert.Equal(expected++, message.Seq);
            if (message.Text == "I am here")
                break;
        }
        Assert.Equal(Missed + 2, expected);
    }

    private async Task<ImClient> LoginAsync(int? maxFill)
    {
        var client = new ImClient(new() { BaseAddress = im.WebAddress, MaxFillMessages = maxFill });
        await client.LoginAsync($"jenny{Random.Shared.Next(1_000_000)}", "correct horse");
        return client;
    }

    private static async Task<StreamItem> NextAsync(IAsyncEnumerator<StreamItem> stream)
    {
        Assert.True(await stream.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        return stream.Current;
    }
}
