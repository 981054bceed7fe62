using Im.Client;
using Im.Client.Chat;
using Im.Protocol;

namespace Im.Tests.Client;

public sealed class EventStreamTests : ClientTest
{
    [Fact]
    public async Task Live_events_come_in_order_without_doubles()
    {
        var (client, side) = await ConnectAsync(lobby: 10);
        await side.SendAsync(Live(10), Live(11), Live(11), Live(13), Live(12), Live(11), Live(14));
        Assert.Equal([11, 12, 13, 14], await NextAsync(client, 4));
    }

    [Fact]
    public async Task A_hole_is_mended_with_the_events_after_the_last_one_before_it()
    {
        var (client, side) = await ConnectAsync(lobby: 3);
        await side.SendAsync(Live(4), Live(7));
        var stream = NextAsync(client, 4);
        Assert.Equal(4, (await side.AnswerEventsAsync(Stored(1, 7))).After);
        Assert.Equal([4, 5, 6, 7], await stream);
        await side.SendAsync(Live(8));
        Assert.Equal([8], await NextAsync(client, 1));
    }

    [Fact]
    public async Task What_was_missed_while_away_is_read_page_by_page_and_joined_with_live_events()
    {
        var (client, side) = await ConnectAsync();
        await side.SendAsync(Live(1));
        Assert.Equal([1], await NextAsync(client, 1));
        side.Abort();

        var other = await ReconnectedAsync(client, lobby: 251);
        await other.SendAsync(Live(252));
        var stream = NextAsync(client, 252);
        Assert.Equal(1, (await other.AnswerEventsAsync(Stored(1, 251))).After);
        await other.SendAsync(Live(253));
        Assert.Equal(101, (await other.AnswerEventsAsync(Stored(1, 253))).After);
        Assert.Equal(201, (await other.AnswerEventsAsync(Stored(1, 253))).After);
        Assert.Equal(Enumerable.Range(2, 252).Select(i => (long)i), await stream);
    }

    [Fact]
    public async Task The_stream_begins_where_the_application_says()
    {
        var (client, side) = await ConnectAsync(lobby: 5, client: NewClient(startAfter: new() { [ConversationId.Lobby] = 2 }));
        var stream = NextAsync(client, 3);
        Assert.Equal(2, (await side.AnswerEventsAsync(Stored(1, 5))).After);
        Assert.Equal([3, 4, 5], await stream);
    }

    [Fact]
    public async Task A_direct_conversation_begins_after_what_was_said_before_connecting_and_misses_nothing_said_during_it()
    {
        Node.Conversations.Add(Listed(Direct, 7));
        var client = NewClient();
        Node.User = Jenny;
        var connecting = client.ConnectAsync();
        var side = await Node.AcceptAsync();
        Node.Conversations[0] = Node.Conversations[0] with { LastSeq = 9 }; // 8 and 9 between the list and ready
        await side.WelcomeAsync(Jenny);
        await connecting.WaitAsync(Bounded.Time);
        await CaughtUpAsync(side);
        var stream = NextAsync(client, 2, Direct);
        Assert.Equal(7, (await side.AnswerEventsAsync(Stored(1, 9, Direct))).After);
        Assert.Equal([8, 9], await stream);
    }

    [Fact]
    public async Task A_new_direct_conversation_begins_with_its_first_event()
    {
        var (client, side) = await ConnectAsync(Jenny);
        await side.SendAsync(Live(2, Direct));
        var stream = NextAsync(client, 2, Direct);
        Assert.Equal(0, (await side.AnswerEventsAsync(Stored(1, 2, Direct))).After);
        Assert.Equal([1, 2], await stream);
    }

    [Fact]
    public async Task A_direct_conversation_that_began_while_away_is_found()
    {
        var (client, side) = await ConnectAsync(Jenny);
        side.Abort();
        Node.Conversations.Add(Listed(Direct, 2));
        var other = await ReconnectedAsync(client, Jenny);
        var stream = NextAsync(client, 2, Direct);
        await other.AnswerEventsAsync(Stored(1, 2, Direct));
        Assert.Equal([1, 2], await stream);
    }

    [Fact]
    public async Task Beyond_the_conversations_a_node_lists_each_that_is_held_is_asked_for()
    {
        Node.Conversations.Add(Listed(Direct, 3));
        Node.Conversations.AddRange(Enumerable.Range(0, ProtocolLimits.MaxConversations - 1).Select(_ => Listed(new(Guid.NewGuid()), 1)));
        var (client, side) = await ConnectAsync(Jenny);
        var lobby = side.AnswerEventsAsync([]);
        await Clock.PassUntilAsync(lobby); // it is not listed either
        await side.SendAsync(new PresenceFrame(false, [], 1, 0));
        await Bounded.UntilAsync(() => client.Online.Guests == 1, "the answer before it");
        side.Abort();
        Node.Conversations[0] = Listed(new(Guid.NewGuid()), 40); // an old one has taken its place in the list
        var other = await ReconnectedAsync(client, Jenny);
        var stream = NextAsync(client, 1, Direct);
        while ((await other.AnswerEventsAsync(Stored(1, 4, Direct))).Conversation != Direct) { }
        Assert.Equal([4], await stream);
    }

    [Fact]
    public async Task A_slow_application_fills_its_buffer_and_still_gets_everything_once()
    {
        var (client, side) = await ConnectAsync(client: NewClient(buffer: 4));
        var all = Stored(1, 600);
        foreach (var message in all)
            await side.SendAsync(Live(message.Seq));
        await side.SendAsync(new PresenceFrame(false, [], 1, 0));
        await Bounded.UntilAsync(() => client.Online.Guests == 1, "the node's frames are handled while the application sleeps");

        var stream = NextAsync(client, 600);
        while (!stream.IsCompleted)
        {
            var asked = side.AnswerEventsAsync(all);
            await Task.WhenAny(stream, asked);
        }
        Assert.Equal(all.Select(m => m.Seq), await stream);
    }

    [Fact]
    public async Task What_cannot_be_read_now_is_read_later_and_others_do_not_wait()
    {
        var (client, side) = await ConnectAsync(Jenny, lobby: 1);
        await side.SendAsync(Live(3));
        var asking = side.ExpectAsync<EventsRequest>();
        await Clock.PassUntilAsync(asking);
        await side.SendAsync(new ErrorFrame(ErrorCodes.Unavailable, "the database") { Id = (await asking).Id, RetryAfterMs = 60_000 });
        await side.SendAsync(Live(1, Direct));
        Assert.Equal([1], await NextAsync(client, 1, Direct));
        var again = side.AnswerEventsAsync(Stored(1, 3));
        await Clock.PassUntilAsync(again, TimeSpan.FromMilliseconds(500));
        Assert.Equal([2, 3], await NextAsync(client, 2));
    }

    [Fact]
    public async Task A_connection_lost_while_mending_is_mended_on_the_next()
    {
        var (client, side) = await ConnectAsync();
        await side.SendAsync(Live(3));
        var asking = side.ExpectAsync<EventsRequest>();
        await Clock.PassUntilAsync(asking);
        side.Abort();
        var other = await ReconnectedAsync(client, lobby: 3);
        var stream = NextAsync(client, 3);
        Assert.Equal(0, (await other.AnswerEventsAsync(Stored(1, 3))).After);
        Assert.Equal([1, 2, 3], await stream);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)] // the buffer is full
    public async Task In_another_life_of_the_store_the_stream_says_so_and_begins_anew(int unread)
    {
        Node.Conversations.Add(Listed(Direct, 7));
        var (client, side) = await ConnectAsync(Jenny, lobby: 10, client: NewClient(buffer: 2));
        await using var stream = client.ReadStreamAsync().GetAsyncEnumerator();
        await side.SendAsync(Live(11));
        Assert.Equal(11, (await NextAsync(stream)).Event?.Seq);
        for (var i = 0; i < unread; i++)
            await side.SendAsync(Live(12 + i));
        var sending = client.SendAsync(ChatTarget.Lobby, "written in the former life");
        var unacked = await side.ExpectAsync<PostFrame>();
        side.Abort();

        Node.Conversations[0] = Listed(Direct, 2); // put back from a backup
        var other = await ReconnectedAsync(client, Jenny, lobby: 4, epoch: "two");
        Assert.Equal("two", (await NextAsync(stream)).NewEpoch);
        await other.SendAsync(Live(5), Live(3, Direct));
        foreach (var (conversation, seq) in new[] { (ConversationId.Lobby, 5), (Direct, 3) })
            Assert.Equal((conversation, seq), (await NextAsync(stream)).Event is { } next ? (next.Conversation, (int)next.Seq) : default);
        Assert.Equal(unacked, await other.AckAsync(6)); // and nothing else was asked for
        await sending.WaitAsync(Bounded.Time);
    }

    [Fact]
    public async Task In_the_same_life_the_stream_says_nothing()
    {
        var (client, side) = await ConnectAsync(lobby: 10, client: NewClient(startEpoch: "one"));
        side.Abort();
        var other = await ReconnectedAsync(client, lobby: 10);
        await other.SendAsync(Live(11));
        await using var stream = client.ReadStreamAsync().GetAsyncEnumerator();
        Assert.Equal(11, (await NextAsync(stream)).Event?.Seq);
    }

    [Fact]
    public async Task Where_an_application_stopped_in_another_life_is_not_used()
    {
        var (client, side) = await ConnectAsync(lobby: 5, client: NewClient(startAfter: new() { [ConversationId.Lobby] = 2 }, startEpoch: "the former one"));
        await using var stream = client.ReadStreamAsync().GetAsyncEnumerator();
        Assert.Equal("one", (await NextAsync(stream)).NewEpoch);
        await side.SendAsync(Live(6));
        Assert.Equal(6, (await NextAsync(stream)).Event?.Seq);
    }

    [Fact]
    public async Task After_disconnect_and_connect_the_stream_goes_on_where_it_stopped()
    {
        var (client, side) = await ConnectAsync(lobby: 1);
        await side.SendAsync(Live(2));
        Assert.Equal([2], await NextAsync(client, 1));
        await client.DisconnectAsync();
        Assert.Equal(1000, await side.Ended);
        (_, side) = await ConnectAsync(client: client, lobby: 4);
        var stream = NextAsync(client, 2);
        Assert.Equal(2, (await side.AnswerEventsAsync(Stored(1, 4))).After);
        Assert.Equal([3, 4], await stream);
    }
}
