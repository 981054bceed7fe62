using Im.Client;
using Im.Client.Chat;
using Im.Protocol;

namespace Im.Tests.Client;

/// <summary>Coming back after much has happened.</summary>
public sealed class BacklogTests : ClientTest
{
    private const int Backlog = 10_000;

    [Fact]
    public async Task A_backlog_of_ten_thousand_comes_whole_and_in_order_and_sends_do_not_wait_for_it()
    {
        var said = Stored(1, Backlog);
        var (client, side) = await ConnectAsync(Jenny, client: NewClient(buffer: 250));
        side.Abort();
        var other = await ReconnectedAsync(client, Jenny, lobby: Backlog);

        // Nobody reads the stream: three pages, and it is full. The client is live all the same.
        for (var page = 0; page < 3; page++)
            await AnswerAsync(other, said);
        var sending = client.SendAsync(ChatTarget.Lobby, "here again");
        await other.AckAsync(Backlog + 1);
        Assert.Equal(Backlog + 1, (await sending.WaitAsync(Bounded.Time)).Seq);
        await other.SendAsync(Live(Backlog + 1));

        var stream = NextAsync(client, Backlog + 1);
        while (!stream.IsCompleted)
            await Task.WhenAny(stream, other.AnswerEventsAsync([.. said, .. Stored(Backlog + 1, 1)]));
        Assert.Equal(Enumerable.Range(1, Backlog + 1).Select(i => (long)i), await stream);
    }

    [Fact]
    public async Task An_application_that_shows_lines_is_live_after_one_page_and_told_what_was_left_out()
    {
        var (client, side) = await ConnectAsync(lobby: 4, client: NewClient(maxFill: ImClientOptions.ScreenFillMessages));
        await side.SendAsync(Live(5));
        await using var stream = client.ReadStreamAsync().GetAsyncEnumerator();
        Assert.Equal(5, (await NextAsync(stream)).Event?.Seq);
        side.Abort();

        var other = await ReconnectedAsync(client, lobby: Backlog);
        await other.SendAsync(Live(Backlog + 1));
        Assert.Equal(Backlog - 49, (await AnswerAsync(other, Stored(1, Backlog + 1))).After);
        Assert.Equal(new StreamItem(new EventGap(ConversationId.Lobby, 5, Backlog - 48)), await NextAsync(stream));
        for (var seq = Backlog - 48L; seq <= Backlog + 1; seq++)
            Assert.Equal(seq, (await NextAsync(stream)).Event?.Seq);
        await other.SendAsync(Live(Backlog + 2)); // and nothing else was asked for
        Assert.Equal(Backlog + 2, (await NextAsync(stream)).Event?.Seq);
    }

    [Fact]
    public async Task What_an_application_that_shows_lines_has_missed_comes_whole_up_to_the_limit_and_not_beyond()
    {
        foreach (var (missed, hasGap) in new[] { (200, false), (201, true) })
        {
            var (client, side) = await ConnectAsync(client: NewClient(maxFill: 200));
            side.Abort();
            var other = await ReconnectedAsync(client, lobby: missed);
            Assert.Equal(hasGap ? missed - 50 : 0, (await AnswerAsync(other, Stored(1, missed))).After);
            await using var stream = client.ReadStreamAsync().GetAsyncEnumerator();
            var first = await NextAsync(stream);
            Assert.Equal(hasGap ? 151 : null, first.Gap?.Count);
            Assert.Equal(hasGap ? null : 1, first.Event?.Seq);
        }
    }

    [Fact]
    public void A_stream_with_gaps_is_not_read_as_if_it_had_none() =>
        Assert.Throws<InvalidOperationException>(() => NewClient(maxFill: 200).ReadEventsAsync());

    [Fact]
    public async Task Conversations_with_much_to_read_let_others_have_their_turn()
    {
        const int Long = 1_000;
        var large = Enumerable.Range(0, 6).Select(_ => ConversationId.Direct(Jenny.Id, Guid.NewGuid())).ToList();
        Dictionary<ConversationId, long> start = large.ToDictionary(c => c, _ => 0L);
        start[Direct] = 0;
        Node.Conversations.AddRange(large.Select(c => Listed(c, Long)));
        Node.Conversations.Add(Listed(Direct, 1));
        var (client, side) = await ConnectAsync(Jenny, client: NewClient(startAfter: start));
        List<EventFrame> said = [.. large.SelectMany(c => Stored(1, Long, c)), .. Stored(1, 1, Direct)];

        var before = 0;
        var reading = Task.Run(async () =>
        {
            await foreach (var next in client.ReadEventsAsync())
            {
                if (next.Conversation == Direct)
                    return;
                before++;
            }
        });
        while (!reading.IsCompleted)
        {
            await Task.WhenAny(reading, AnswerAsync(side, said));
            Clock.Advance(TimeSpan.FromMilliseconds(20)); // each waits a moment for what is merely late
        }
        await reading;
        Assert.InRange(before, 0, 2 * Long);
    }

    private async Task<EventsRequest> AnswerAsync(NodeSide side, IReadOnlyList<EventFrame> said)
    {
        var answering = side.AnswerEventsAsync(said);
        await Clock.PassUntilAsync(answering);
        return await answering;
    }
}
