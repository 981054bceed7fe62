using System.Net;
using Im.Client;
using Im.Client.Chat;
using Im.Protocol;

namespace Im.Tests.Client;

public sealed class SessionTests : ClientTest
{
    [Fact]
    public async Task Login_keeps_the_cookie_and_connects_with_it()
    {
        var client = NewClient();
        var login = await client.LoginAsync("小明", "correct horse", "爱喝茶");
        Assert.True(login.Created);
        Assert.Equal(("小明", "爱喝茶"), (client.User?.Nickname, client.User?.Brief));
        var connecting = client.ConnectAsync();
        var side = await (await Node.AcceptAsync()).WelcomeAsync(Node.User);
        await connecting.WaitAsync(Bounded.Time);
        Assert.Equal("im_session=login-1", side.Cookie);
    }

    [Fact]
    public async Task A_refused_request_throws_the_problems_code()
    {
        Node.Problem = new(401, ProblemCodes.WrongPassword, "Wrong password", "Not that one.");
        var error = await Assert.ThrowsAsync<ImException>(() => NewClient().LoginAsync("Jenny", "wrong horse"));
        Assert.Equal((ProblemCodes.WrongPassword, 401, "Not that one."), (error.Code, error.StatusCode, error.Message));
    }

    [Fact]
    public async Task Another_tabs_login_is_followed_on_the_open_connection()
    {
        var cookies = new CookieContainer();
        var (tab, side) = await ConnectAsync(client: NewClient(cookies));
        var other = NewClient(cookies);
        var hinted = side.SendAsync(new SessionFrame(SessionFrame.Login) { Authenticate = true }); // it may well overtake the answer to the login
        await other.LoginAsync("小明", "correct horse");
        await hinted;

        var asking = side.ExpectAsync<AuthenticateRequest>();
        await Clock.PassUntilAsync(asking);
        Assert.Equal("ticket of login-1", (await asking).Ticket);
        await side.SendAsync(new SessionFrame(SessionFrame.Authenticated) { Id = (await asking).Id, User = Node.User, Session = "s-2" });
        await Bounded.UntilAsync(() => tab.User?.Nickname == "小明" && tab.SessionId == "s-2", "followed");
        await CaughtUpAsync(side);
        Assert.Single(Node.Requests, "GET /ws");
    }

    [Fact]
    public async Task A_login_makes_the_open_connection_the_users_before_it_returns()
    {
        var (client, side) = await ConnectAsync();
        var login = client.LoginAsync("Jenny", "correct horse");
        var asked = await side.ExpectAsync<AuthenticateRequest>();
        Assert.False(login.IsCompleted);
        await side.SendAsync(new SessionFrame(SessionFrame.Authenticated) { Id = asked.Id, User = Node.User, Session = "s-2" });
        await login.WaitAsync(Bounded.Time);
        await CaughtUpAsync(side);
        var sending = client.SendAsync(ChatTarget.Lobby, "hi");
        await side.AckAsync(1);
        await sending.WaitAsync(Bounded.Time);
    }

    [Fact]
    public async Task A_login_while_a_connection_is_opened_is_followed_on_it()
    {
        var client = NewClient();
        var connecting = client.ConnectAsync();
        var side = await Node.AcceptAsync();
        await client.LoginAsync("Jenny", "correct horse");
        var sending = client.SendAsync(ChatTarget.Lobby, "hi");
        await side.WelcomeAsync();
        await connecting.WaitAsync(Bounded.Time);
        var asked = await side.ExpectAsync<AuthenticateRequest>();
        Assert.Equal(("im_session=guest", "ticket of login-1"), (side.Cookie, asked.Ticket));
        await side.SendAsync(new SessionFrame(SessionFrame.Authenticated) { Id = asked.Id, User = Node.User, Session = "s-2" });
        await CaughtUpAsync(side);
        await side.AckAsync(1);
        await sending.WaitAsync(Bounded.Time);
    }

    [Fact]
    public async Task A_connection_whose_session_is_over_is_replaced_by_one_that_has_another_unless_asking_for_it_was_in_vain()
    {
        var (client, side) = await ConnectAsync();
        side.Abort();
        foreach (var node in new[] { "realtime-2", "realtime-3" })
        {
            var accepting = Node.AcceptAsync();
            await Clock.PassUntilAsync(accepting);
            side = await (await accepting).WelcomeAsync(node: node, knowsCookie: false);
        }
        await Bounded.UntilAsync(() => client.Hello?.Node == "realtime-3", "replaced");
        var asking = client.EventsAsync(ChatTarget.Lobby, 0);
        await side.AnswerEventsAsync([]);
        await asking.WaitAsync(Bounded.Time);
        Assert.Equal((3, 2), (Node.Requests.Count("GET /ws".Equals), Node.Requests.Count("GET /api/me".Equals)));
    }

    [Fact]
    public async Task After_a_day_the_API_is_asked_again_before_a_connection_for_the_cookie_to_be_renewed()
    {
        var (client, side) = await ConnectAsync();
        foreach (var asked in new[] { 1, 2, 2 })
        {
            side.Abort();
            side = await ReconnectedAsync(client, node: $"realtime-{Node.Requests.Count}");
            Assert.Equal(asked, Node.Requests.Count("GET /api/me".Equals));
            if (asked == 1)
                Clock.Advance(TimeSpan.FromDays(1));
        }
    }

    [Fact]
    public async Task A_login_that_cannot_be_followed_is_followed_by_a_new_connection()
    {
        var (client, side) = await ConnectAsync();
        var login = client.LoginAsync("Jenny", "correct horse");
        for (var i = 0; i < 3; i++)
            await side.SendAsync(new ErrorFrame(ErrorCodes.BadTicket, "expired") { Id = (await side.ExpectAsync<AuthenticateRequest>()).Id });
        await login.WaitAsync(Bounded.Time);
        var other = await ReconnectedAsync(client, Node.User);
        Assert.Equal("im_session=login-1", other.Cookie);
        Assert.Equal("Jenny", client.User?.Nickname);
    }

    [Fact]
    public async Task After_a_logout_elsewhere_nothing_is_sent_in_the_users_name()
    {
        var (client, side) = await ConnectAsync(Jenny);
        var first = client.SendAsync(ChatTarget.Lobby, "first");
        var second = client.SendAsync(ChatTarget.Lobby, "second");
        var sent = await side.ExpectAsync<PostFrame>();
        await side.SendAsync(new SessionFrame(SessionFrame.Logout));
        await Bounded.UntilAsync(() => client.User is null, "logged out");
        await side.SendAsync(new ErrorFrame(ErrorCodes.NotLoggedIn, "guests read") { Id = sent.Id });
        foreach (var refused in new[] { first, second })
            Assert.Equal(ErrorCodes.NotLoggedIn, (await Assert.ThrowsAsync<ImException>(() => refused).WaitAsync(Bounded.Time)).Code);
    }

    [Fact]
    public async Task What_one_user_wrote_is_not_sent_by_the_next()
    {
        var (client, side) = await ConnectAsync(Jenny);
        var sending = client.SendAsync(ChatTarget.Lobby, "by Jenny");
        await side.ExpectAsync<PostFrame>();
        side.Abort();
        await ReconnectedAsync(client, Tom);
        Assert.Equal(ErrorCodes.NotLoggedIn, (await Assert.ThrowsAsync<ImException>(() => sending).WaitAsync(Bounded.Time)).Code);
        Assert.Equal(Tom, client.User);
    }

    [Fact]
    public async Task What_was_written_waits_where_the_session_is_lost_and_goes_out_when_the_same_user_is_back()
    {
        var (client, side) = await ConnectAsync(Jenny);
        var sending = client.SendAsync(ChatTarget.Lobby, "by Jenny");
        var sent = await side.ExpectAsync<PostFrame>();
        side.Abort();
        var guest = await ReconnectedAsync(client); // Redis has lost its data
        var asking = client.EventsAsync(ChatTarget.Lobby, 0);
        await guest.AnswerEventsAsync([]); // the first it hears of us: nothing was sent
        await asking.WaitAsync(Bounded.Time);
        Assert.False(sending.IsCompleted);

        await guest.SendAsync(new SessionFrame(SessionFrame.Authenticated) { User = Jenny, Session = "s-2" });
        Assert.Equal(sent, await guest.ExpectAmongAsync<PostFrame>());
        await guest.SendAsync(new AckFrame(ConversationId.Lobby, 7) { Id = sent.Id });
        Assert.Equal(7, (await sending.WaitAsync(Bounded.Time)).Seq);
    }

    [Theory]
    [InlineData("another user", ErrorCodes.NotLoggedIn)]
    [InlineData("logout", ErrorCodes.NotLoggedIn)]
    [InlineData("disconnect", ImCodes.Closed)]
    public async Task What_waits_for_its_author_ends_with_a_logout_with_somebody_else_and_with_the_client(string what, string code)
    {
        var (client, side) = await ConnectAsync(Jenny);
        var sending = client.SendAsync(ChatTarget.Lobby, "by Jenny");
        await side.ExpectAsync<PostFrame>();
        side.Abort();
        var guest = await ReconnectedAsync(client);
        await (what switch
        {
            "another user" => guest.SendAsync(new SessionFrame(SessionFrame.Authenticated) { User = Tom, Session = "s-2" }),
            "logout" => client.LogoutAsync(),
            _ => client.DisconnectAsync(),
        });
        Assert.Equal(code, (await Assert.ThrowsAsync<ImException>(() => sending).WaitAsync(Bounded.Time)).Code);
    }

    [Fact]
    public async Task The_profile_follows_changes_here_and_elsewhere()
    {
        var (client, side) = await ConnectAsync(Jenny);
        Assert.Equal("在家", (await client.UpdateBriefAsync("在家")).Brief);
        Assert.Equal("在家", client.User?.Brief);
        await side.SendAsync(new SessionFrame(SessionFrame.Profile) { User = Jenny with { Brief = "out" } });
        await Bounded.UntilAsync(() => client.User?.Brief == "out", "the profile");
        await client.LogoutAsync();
        Assert.Null(client.User);
    }
}
