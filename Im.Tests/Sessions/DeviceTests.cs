using System.Diagnostics;
using System.Text.Json;
using Im.Client;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Realtime.Sessions;
using Im.Tests.Fixtures;
using Im.Tests.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Sessions;

/// <summary>"My devices", with open sockets on two real nodes.</summary>
[Trait("Category", "Sessions")]
public sealed class DeviceTests(TwoNodes system) : IClassFixture<TwoNodes>, IAsyncLifetime
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(500);

    public Task InitializeAsync() => system.WhenWholeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task My_devices_are_listed_with_this_one_marked_and_where_they_are_connected()
    {
        var nickname = WebCollection.NewNickname();
        using var laptop = await LoginAsync(nickname);
        using var phone = await LoginAsync(nickname);
        await using var tab = await OpenAsync(laptop, "node-1");
        await using var otherTab = await OpenAsync(laptop, "node-2");
        JsonElement[] listed = [];
        await Eventually.TrueAsync(async () =>
        {
            listed = [.. (await laptop.GetAsync("/api/sessions")).ShouldBeOk().Json.EnumerateArray()];
            return listed.Sum(session => session.GetProperty("connections").GetInt32()) == 2;
        });
        Assert.Equal(2, listed.Length);
        var own = listed.Single(session => session.GetProperty("current").GetBoolean());
        Assert.Equal((await laptop.GetAsync("/api/me")).Json.GetProperty("session").GetString(), own.GetProperty("id").GetString());
        Assert.Equal(["node-1", "node-2"], own.GetProperty("nodes").EnumerateArray().Select(node => node.GetString()));
        Assert.Equal("127.0.0.1", own.GetProperty("address").GetString());
        Assert.InRange(own.GetProperty("lastSeen").GetInt64(), own.GetProperty("created").GetInt64(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Signed_out_elsewhere_the_socket_on_the_other_node_closes_at_once_and_nothing_of_the_session_is_left()
    {
        var nickname = WebCollection.NewNickname();
        using var stolen = await LoginAsync(nickname);
        using var own = await LoginAsync(nickname);
        var ticket = (await stolen.PostAsync("/api/ticket")).Json.GetProperty("ticket").GetString()!;
        await using var socket = await OpenAsync(stolen, "node-2");
        var closed = ReadToEndAsync(socket);

        var started = Stopwatch.GetTimestamp();
        (await own.DeleteAsync($"/api/sessions/{await SessionOfAsync(stolen)}")).ShouldBeOk();
        await SendAsync(socket, new SendFrame { Id = "after", Conversation = ConversationId.Lobby, Text = "still here" });
        var frames = await closed.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, AtOnce);
        Assert.Equal(CloseCodes.SessionEnded, socket.CloseCode);
        Assert.DoesNotContain(frames, frame => frame is AckFrame);

        await AssertDeadAsync(stolen, ticket);
        Assert.Equal(nickname, (await own.GetAsync("/api/me")).Json.GetProperty("user").GetProperty("nickname").GetString());
        await system.WipeRedisAsync();
        await AssertDeadAsync(stolen, ticket);
    }

    [Fact]
    public async Task All_others_are_signed_out_and_this_one_stays_until_everywhere_is_said()
    {
        var nickname = WebCollection.NewNickname();
        using var own = await LoginAsync(nickname);
        using var other = await LoginAsync(nickname);
        using var third = await LoginAsync(nickname);
        Assert.Equal(2, (await own.DeleteAsync("/api/sessions")).ShouldBeOk().Json.GetProperty("ended").GetInt32());
        (await other.GetAsync("/api/sessions")).ShouldBe(401, "not_logged_in");
        (await third.GetAsync("/api/sessions")).ShouldBe(401, "not_logged_in");
        (await own.GetAsync("/api/sessions")).ShouldBeOk();
        Assert.Equal(1, (await own.DeleteAsync("/api/sessions?everywhere=true")).ShouldBeOk().Json.GetProperty("ended").GetInt32());
        (await own.GetAsync("/api/sessions")).ShouldBe(401, "not_logged_in");
    }

    [Fact]
    public async Task Nobody_signs_out_another_persons_session()
    {
        using var jenny = await LoginAsync(WebCollection.NewNickname());
        using var tom = await LoginAsync(WebCollection.NewNickname());
        (await tom.DeleteAsync($"/api/sessions/{await SessionOfAsync(jenny)}")).ShouldBe(404, "not_found");
        (await tom.DeleteAsync("/api/sessions/AAAAAAAAAAAAAAAAAAAAAA")).ShouldBe(404, "not_found");
        (await jenny.GetAsync("/api/sessions")).ShouldBeOk();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_sign_out_and_a_log_out_that_a_node_could_not_hear_reach_its_sockets_when_Redis_is_back(bool signOut)
    {
        var nickname = WebCollection.NewNickname();
        using var phone = await LoginAsync(nickname);
        using var own = await LoginAsync(nickname);
        await using var socket = await OpenAsync(phone, "node-2");
        var frames = new List<ServerFrame>();
        var closed = ReadToEndAsync(socket, frames);
        system.Relays[1].Close();
        try
        {
            if (signOut)
                (await own.DeleteAsync($"/api/sessions/{await SessionOfAsync(phone)}")).ShouldBeOk();
            else
                (await phone.PostAsync("/api/logout")).ShouldBeOk(204);
            Assert.Null(socket.CloseCode);
        }
        finally
        {
            system.Relays[1].Open();
        }
        if (signOut)
        {
            await closed.WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(CloseCodes.SessionEnded, socket.CloseCode);
        }
        else
            await Eventually.TrueAsync(() => Snapshot(frames).Any(frame => frame is SessionFrame { Reason: SessionFrame.Logout }), seconds: 20);
    }

    [Fact]
    public async Task When_Redis_has_lost_everything_sockets_go_on_but_signing_out_everywhere_still_reaches_them()
    {
        var nickname = WebCollection.NewNickname();
        using var before = await LoginAsync(nickname);
        await using var socket = await OpenAsync(before, "node-1");
        var closed = ReadToEndAsync(socket);
        await CheckAsync();
        await system.WipeRedisAsync();
        await CheckAsync();
        await CheckAsync(); // not only the first look after it
        (await before.GetAsync("/api/sessions")).ShouldBe(401, "not_logged_in");
        Assert.Null(socket.CloseCode);

        using var again = await LoginAsync(nickname);
        (await again.DeleteAsync("/api/sessions")).ShouldBeOk();
        await closed.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(CloseCodes.SessionEnded, socket.CloseCode);

        Task CheckAsync() => system.NodeServices(0).GetRequiredService<SessionWatch>().CheckAsync(default);
    }

    [Fact]
    public async Task A_sign_out_while_the_socket_opens_is_never_missed()
    {
        var nickname = WebCollection.NewNickname();
        using var own = await LoginAsync(nickname);
        var sessions = system.Services.GetRequiredService<ISessionManager>();
        var userId = (await own.GetAsync("/api/me")).Json.GetProperty("user").GetProperty("id").GetGuid();
        for (var round = 0; round < 40; round++)
        {
            var (session, token) = await sessions.LoginAsync(null, userId, new("racer", null));
            var opening = RawConnection.OpenAsync(RawConnection.AddressOf(system.Address, round % 2 == 0 ? "node-1" : "node-2"), $"im_session={token}", version: 1);
            await Task.WhenAll(opening, sessions.DestroyAsync(session.Id));
            await using var socket = await opening;
            var hello = Assert.IsType<HelloFrame>(await socket.ReceiveAsync());
            if (hello.User is not null)
            {
                await ReadToEndAsync(socket).WaitAsync(TimeSpan.FromSeconds(5));
                Assert.Equal(CloseCodes.SessionEnded, socket.CloseCode);
            }
        }
    }

    [Fact]
    public async Task What_happens_to_a_session_reaches_its_sockets_in_the_order_in_which_it_happened()
    {
        var sessions = system.Services.GetRequiredService<ISessionManager>();
        using var own = await LoginAsync(WebCollection.NewNickname());
        var userId = (await own.GetAsync("/api/me")).Json.GetProperty("user").GetProperty("id").GetGuid();
        for (var round = 0; round < 20; round++)
        {
            var (_, token) = await sessions.LoginAsync(null, userId, new(null, null));
            await using var socket = await RawConnection.OpenAsync(RawConnection.AddressOf(round % 2 == 0 ? system.One : system.Two), $"im_session={token}", version: 1);
            while (await socket.ReceiveAsync() is not (ReadyFrame or null))
            {
            }
            await sessions.LoginAsync(token, userId, new(null, null)); // the browser logs in again: first out, then in
            var reasons = new List<string>();
            while (reasons.Count < 2 && await socket.ReceiveAsync() is { } frame)
                if (frame is SessionFrame session)
                    reasons.Add(session.Reason);
            Assert.Equal([SessionFrame.Logout, SessionFrame.Login], reasons);
        }
    }

    private async Task AssertDeadAsync(Web.Browser stolen, string ticket)
    {
        await using (var resumed = await RawConnection.OpenAsync(RawConnection.AddressOf(system.Address, "node-1"), $"im_session={stolen.Token}", version: 1))
        {
            Assert.Null(Assert.IsType<HelloFrame>(await resumed.ReceiveAsync()).User);
            await resumed.SendAsync(new AuthenticateRequest { Id = "resume", Ticket = ticket });
            ServerFrame? frame;
            do
                frame = await resumed.ReceiveAsync();
            while (frame is not (ErrorFrame or SessionFrame or null));
            Assert.Equal(ErrorCodes.BadTicket, Assert.IsType<ErrorFrame>(frame).Code);
        }
        var request = Web.Browser.Request(HttpMethod.Post, "/api/ticket", null);
        (await stolen.SendAsync(request)).ShouldBe(401, "not_logged_in");
    }

    private async Task<Web.Browser> LoginAsync(string nickname)
    {
        var browser = system.NewBrowser();
        (await browser.LoginAsync(nickname)).ShouldBeOk();
        return browser;
    }

    private static async Task<string> SessionOfAsync(Web.Browser browser) => (await browser.GetAsync("/api/me")).Json.GetProperty("session").GetString()!;

    private async Task<RawConnection> OpenAsync(Web.Browser browser, string node)
    {
        var socket = await RawConnection.OpenAsync(RawConnection.AddressOf(system.Address, node), $"im_session={browser.Token}", version: 1);
        var hello = Assert.IsType<HelloFrame>(await socket.ReceiveAsync());
        Assert.Equal(node, hello.Node);
        Assert.NotNull(hello.User);
        while (await socket.ReceiveAsync() is not ReadyFrame)
        {
            // A live frame may come first.
        }
        return socket;
    }

    private static async Task SendAsync(RawConnection socket, ClientFrame frame)
    {
        try
        {
            await socket.SendAsync(frame);
        }
        catch (ImException)
        {
            // closed already, which is as good
        }
    }

    private static async Task<List<ServerFrame>> ReadToEndAsync(RawConnection socket, List<ServerFrame>? into = null)
    {
        var frames = into ?? [];
        while (await socket.ReceiveAsync() is { } frame)
            lock (frames)
                frames.Add(frame);
        return frames;
    }

    private static ServerFrame[] Snapshot(List<ServerFrame> frames)
    {
        lock (frames)
            return [.. frames];
    }
}
