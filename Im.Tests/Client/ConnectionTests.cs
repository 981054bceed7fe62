using System.Net;
using Im.Client;
using Im.Client.Chat;
using Im.Protocol;

namespace Im.Tests.Client;

public sealed class ConnectionTests : ClientTest
{
    [Fact]
    public async Task Connect_returns_after_ready_and_knows_what_hello_said()
    {
        var client = NewClient(node: "realtime-2");
        var connecting = client.ConnectAsync();
        var side = await Node.AcceptAsync();
        Assert.Equal("realtime-2", side.AskedFor);
        Assert.Equal("im_session=guest", side.Cookie);
        Assert.False(connecting.IsCompleted);
        await side.WelcomeAsync(Jenny, node: "realtime-2");
        await connecting.WaitAsync(Bounded.Time);
        Assert.Equal(ConnectionState.Ready, client.State);
        Assert.Equal("realtime-2", client.Hello?.Node);
        Assert.Equal(Jenny, client.User);
        Assert.Equal("s-1", client.SessionId);
    }

    [Fact]
    public async Task What_accepts_and_says_nothing_is_left_after_4_s_and_the_next_try_follows_soon()
    {
        var client = NewClient();
        var connecting = client.ConnectAsync();
        _ = await Node.AcceptAsync();
        var next = Node.AcceptAsync();
        Assert.InRange(await Clock.PassUntilAsync(next), TimeSpan.FromSeconds(3.9), TimeSpan.FromSeconds(5));
        await (await next).WelcomeAsync(Jenny);
        await connecting.WaitAsync(Bounded.Time);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1007)]
    [InlineData(1009)]
    [InlineData(1011)]
    [InlineData(1012)]
    [InlineData(4500)]
    [InlineData(4999)]
    public async Task A_connection_that_ends_so_is_replaced(int? code)
    {
        var changes = new List<ConnectionChange>();
        var client = NewClient();
        client.ConnectionChanged += changes.Add;
        var (_, side) = await ConnectAsync(client: client);
        if (code is null)
            side.Abort();
        else
            await side.CloseAsync(code.Value);
        await ReconnectedAsync(client);
        Assert.Equal([ConnectionState.Connecting, ConnectionState.Ready, ConnectionState.Reconnecting, ConnectionState.Ready], changes.Select(c => c.State));
        Assert.Equal(code ?? 1006, changes[2].CloseCode);
        Assert.Equal("realtime-2", changes[3].Node);
    }

    [Theory]
    [InlineData(4400)]
    [InlineData(4401)]
    [InlineData(4499)]
    public async Task A_connection_that_ends_so_is_not_replaced(int code)
    {
        var (client, side) = await ConnectAsync(Jenny);
        var sending = client.SendAsync(ChatTarget.Lobby, "hi");
        await side.ExpectAsync<PostFrame>();
        await side.CloseAsync(code);
        var error = await Assert.ThrowsAsync<ImException>(() => sending).WaitAsync(Bounded.Time);
        Assert.Equal((ImCodes.Closed, code), (error.Code, error.CloseCode));
        Assert.Equal(ConnectionState.Closed, client.State);
        Assert.Equal(code == CloseCodes.SessionEnded, client.User is null);
    }

    [Fact]
    public async Task After_a_final_close_the_application_may_connect_again()
    {
        var (client, side) = await ConnectAsync();
        await side.CloseAsync(CloseCodes.TooManyBadFrames);
        await Bounded.UntilAsync(() => client.State == ConnectionState.Closed, "closed");
        await ConnectAsync(client: client);
        Assert.Equal(ConnectionState.Ready, client.State);
    }

    [Fact]
    public async Task While_no_node_is_live_the_client_tries_on_and_a_foreign_origin_is_final()
    {
        Node.RefuseWith = 503;
        var client = NewClient();
        var connecting = client.ConnectAsync();
        await Clock.PassUntilAsync(Bounded.UntilAsync(() => Node.Requests.Count(r => r == "GET /ws") >= 3, "three tries"));
        Assert.Equal(ConnectionState.Connecting, client.State);
        Node.RefuseWith = 403;
        await Clock.PassUntilAsync(Task.WhenAny(connecting));
        Assert.Equal(ImCodes.Closed, (await Assert.ThrowsAsync<ImException>(() => connecting)).Code);
    }

    [Fact]
    public async Task A_cancelled_connect_says_what_it_met_and_keeps_nothing()
    {
        Node.RefuseWith = 503;
        var client = NewClient();
        using var cancel = new CancellationTokenSource();
        var connecting = client.ConnectAsync(cancel.Token);
        await Clock.PassUntilAsync(Bounded.UntilAsync(() => Node.Requests.Count(r => r == "GET /ws") >= 2, "two tries"));
        await cancel.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting).WaitAsync(Bounded.Time);
        Assert.Contains("503", error.Message);
        Assert.Equal(ConnectionState.Closed, client.State);
    }

    [Fact]
    public async Task A_node_that_does_not_get_ready_is_given_up()
    {
        var client = NewClient();
        var connecting = client.ConnectAsync();
        var mute = await Node.AcceptAsync();
        var other = Node.AcceptAsync();
        Clock.Advance(TimeSpan.FromSeconds(14.9));
        Assert.InRange(await Clock.PassUntilAsync(other), TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(3));
        await (await other).WelcomeAsync();
        await connecting.WaitAsync(Bounded.Time);
        Assert.Null(await mute.Ended);
    }

    [Fact]
    public async Task A_silent_node_is_asked_after_10_s_and_left_5_s_later()
    {
        var (client, side) = await ConnectAsync();
        side.AnswersPings = false;
        var pinged = side.ExpectAsync<PingFrame>();
        Assert.InRange(await Clock.PassUntilAsync(pinged, TimeSpan.FromMilliseconds(500)), TimeSpan.FromSeconds(9.5), TimeSpan.FromSeconds(11));
        Assert.InRange(await Clock.PassUntilAsync(side.Ended, TimeSpan.FromMilliseconds(500)), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6.5));
        await ReconnectedAsync(client);
    }

    [Fact]
    public async Task A_node_that_takes_nothing_more_is_left_as_soon_though_much_is_being_sent()
    {
        var (client, side) = await ConnectAsync(Jenny);
        side.IsFrozen = true;
        var sends = Enumerable.Range(0, 1_000).Select(_ => client.SendAsync(Guid.NewGuid(), new string('界', ProtocolLimits.MaxTextChars))).ToList();
        var next = Node.AcceptAsync();
        Assert.InRange(await Clock.PassUntilAsync(next, TimeSpan.FromMilliseconds(500)), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(17));
        await (await next).WelcomeAsync(Jenny);
        await client.DisposeAsync().AsTask().WaitAsync(Bounded.Time);
        await Assert.ThrowsAsync<ImException>(() => Task.WhenAll(sends));
    }

    [Fact]
    public async Task A_node_that_answers_pings_is_kept()
    {
        var (client, side) = await ConnectAsync();
        side.AnswersPings = false;
        for (var i = 0; i < 5; i++)
        {
            var pinged = side.ExpectAsync<PingFrame>();
            await Clock.PassUntilAsync(pinged, TimeSpan.FromMilliseconds(500));
            await side.SendAsync(new PongFrame(1) { Id = (await pinged).Id });
        }
        Assert.Equal(ConnectionState.Ready, client.State);
        Assert.Single(Node.Requests, "GET /ws");
    }

    [Fact]
    public async Task Asked_to_move_the_client_opens_the_new_connection_before_it_leaves_the_old_one()
    {
        var states = new List<ConnectionState>();
        var (client, old) = await ConnectAsync(Jenny);
        client.ConnectionChanged += change => states.Add(change.State);
        var sending = client.SendAsync(ChatTarget.Lobby, "still answered on the old one");
        var sent = await old.ExpectAsync<PostFrame>();

        await old.SendAsync(new MoveFrame(2_000));
        var accepted = Node.AcceptAsync();
        Assert.InRange(await Clock.PassUntilAsync(accepted), TimeSpan.Zero, TimeSpan.FromSeconds(2.1));
        var other = await (await accepted).WelcomeAsync(Jenny, node: "realtime-2");
        await Bounded.UntilAsync(() => client.Hello?.Node == "realtime-2", "moved");

        await old.SendAsync(new AckFrame(ConversationId.Lobby, 1) { Id = sent.Id });
        Assert.Equal(1, (await sending.WaitAsync(Bounded.Time)).Seq);
        Assert.Equal(1000, await old.Ended);
        Assert.Equal([ConnectionState.Ready], states);
        await CaughtUpAsync(other);
    }

    [Fact]
    public async Task Frames_and_fields_of_a_newer_node_are_ignored_and_an_unreadable_one_skipped()
    {
        var (client, side) = await ConnectAsync();
        await side.SendTextAsync("""{"type":"weather","sun":true}"""u8.ToArray());
        await side.SendTextAsync("""{"type":"event","seq":"one"}"""u8.ToArray());
        await side.SendTextAsync("""{"type":"presence","full":true,"users":[],"guests":2,"online":0,"later":[{}]}"""u8.ToArray());
        await Bounded.UntilAsync(() => client.Online.Guests == 2, "presence");
        Assert.Equal(ConnectionState.Ready, client.State);
    }

    [Fact]
    public async Task Presence_is_replaced_by_a_full_frame_and_changed_by_the_others()
    {
        var (client, side) = await ConnectAsync();
        await side.SendAsync(new PresenceFrame(true, [new(Jenny.Id, "Jenny", "", 1), new(Tom.Id, "小明", "", 3)], 1, 2));
        await side.SendAsync(new PresenceFrame(false, [new(Tom.Id, "小明", "在家", 2), new(Jenny.Id, "Jenny", "", 0)], 4, 1));
        await Bounded.UntilAsync(() => client.Online.Guests == 4, "the change");
        Assert.Equal([new OnlineUser(Tom.Id, "小明", "在家", 2)], client.Online.Users);
        await side.SendAsync(new PresenceFrame(true, [], 1, 0));
        await Bounded.UntilAsync(() => client.Online.Users.Count == 0, "the full list");
    }

    [Fact]
    public async Task What_a_handler_throws_does_not_stop_the_client()
    {
        var seen = 0;
        var (client, side) = await ConnectAsync();
        client.FrameReceived += _ => throw new InvalidOperationException("the application's");
        client.FrameReceived += _ => seen++;
        await side.SendAsync(Live(1), Live(2));
        Assert.Equal([1, 2], await NextAsync(client, 2));
        Assert.Equal(2, seen);
    }

    [Fact]
    public async Task Dispose_leaves_in_order_and_fails_what_waits()
    {
        var (client, side) = await ConnectAsync(Jenny);
        var sending = client.SendAsync(ChatTarget.Lobby, "hi");
        await side.ExpectAsync<PostFrame>();
        await client.DisposeAsync();
        Assert.Equal(1000, await side.Ended);
        Assert.Equal(ImCodes.Closed, (await Assert.ThrowsAsync<ImException>(() => sending)).Code);
        Assert.False(await client.ReadEventsAsync().GetAsyncEnumerator().MoveNextAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ConnectAsync());
        await client.DisposeAsync();
    }

    [Fact]
    public async Task A_nodes_own_address_gets_the_cookie_of_the_page()
    {
        await using var direct = await ScriptedNode.StartAsync();
        var cookies = new CookieContainer();
        cookies.Add(Node.Address, new Cookie("im_session", "mine"));
        await using var client = new ImClient(new() { BaseAddress = Node.Address, NodeAddress = new UriBuilder(direct.Address) { Host = "localhost" }.Uri, Cookies = cookies });
        var connecting = client.ConnectAsync();
        var side = await (await direct.AcceptAsync()).WelcomeAsync();
        await connecting.WaitAsync(Bounded.Time);
        Assert.Equal("im_session=mine", side.Cookie);
    }
}
