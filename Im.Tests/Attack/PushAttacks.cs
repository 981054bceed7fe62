using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Im.Client;
using Im.Core.Notifications;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Tests.Fixtures;
using Im.Tests.Notifications;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Im.Tests.Attack;

/// <summary>Eve wants the server to call addresses inside, to get what is pushed to others or stop it, and to read in a push what she may not, or what was taken back.</summary>
[Trait("Category", "Attack")]
public sealed class PushAttacks(PushAttacks.Brisk chat) : AttackSuite(chat), IClassFixture<PushAttacks.Brisk>
{
    private PushService _service = null!;

    private PushOptions Options => Chat.Services.GetRequiredService<IOptions<PushOptions>>().Value;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _service = await PushService.StartAsync();
        Keep(_service);
        Options.DelaySeconds = 0;
    }

    [Theory]
    [InlineData("http://push.example/x"), InlineData("ftp://push.example/x"), InlineData("push.example/x"), InlineData(""), InlineData("https://"), InlineData("https://push.example:8443/x"), InlineData("https://user@push.example/x")]
    [InlineData("https://push.example/x#y"), InlineData("https://push.example/\r\nX: y"), InlineData("https://localhost/x"), InlineData("https://127.0.0.1/x"), InlineData("https://127.1/x"), InlineData("https://2130706433/x"), InlineData("https://0x7f000001/x")]
    [InlineData("https://0.0.0.0/x"), InlineData("https://10.1.2.3/x"), InlineData("https://172.31.0.1/x"), InlineData("https://192.168.0.1/x"), InlineData("https://169.254.169.254/latest"), InlineData("https://100.64.0.1/x"), InlineData("https://[::1]/x"), InlineData("https://[::]/x")]
    [InlineData("https://[::ffff:10.0.0.1]/x"), InlineData("https://[fe80::1]/x"), InlineData("https://[fd00::1]/x"), InlineData("https://[64:ff9b::a00:1]/x"), InlineData("https://[2002:a00:1::]/x"), InlineData("https://224.0.0.1/x"), InlineData("https://255.255.255.255/x")]
    public void An_endpoint_is_https_at_a_public_address(string endpoint)
    {
        var endpoints = new PushEndpoint(Microsoft.Extensions.Options.Options.Create(new PushOptions()));
        Assert.Null(endpoints.Parse(Request(endpoint)));
        Assert.NotNull(endpoints.Parse(Request("https://push.example/x")));
        Assert.NotNull(endpoints.Parse(Request("https://[2606:4700::1111]/x")));
        Assert.Null(endpoints.Parse(Request($"https://push.example/{new string('x', NotificationLimits.MaxEndpointChars)}")));
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_not_called()
    {
        using var inside = new TcpListener(IPAddress.Loopback, 0);
        inside.Start();
        using var client = new PushEndpoint(Microsoft.Extensions.Options.Options.Create(new PushOptions())).CreateClient();
        foreach (var host in new[] { "localhost", "localhost.", "127.0.0.1", "[::1]" })
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://{host}:{((IPEndPoint)inside.LocalEndpoint).Port}/")));
        Assert.False(inside.Pending());
    }

    [Theory, InlineData("", "AAAAAAAAAAAAAAAAAAAAAA"), InlineData("BAAA", "AAAAAAAAAAAAAAAAAAAAAA"), InlineData(null, ""), InlineData(null, "AAAA"), InlineData(null, "AAAAAAAAAAAAAAAAAAAAAAA="), InlineData("not on the curve", "AAAAAAAAAAAAAAAAAAAAAA"), InlineData("huge", "AAAAAAAAAAAAAAAAAAAAAA"), InlineData(null, "huge"), InlineData(null, "AAAAAAAAAAAAAAAAAAAA=/")]
    public async Task Keys_that_are_none_are_refused(string? key, string auth)
    {
        var right = JsonSerializer.SerializeToElement(_service.NewBrowser().Subscription);
        var p256dh = key switch { null => right.GetProperty("keys").GetProperty("p256dh").GetString(), "huge" => new string('B', 12_000), "not on the curve" => Base64Url.EncodeToString([4, .. new byte[63], 9]), _ => key };
        (await Eve.Browser.PutAsync("/api/push/subscription", new { endpoint = right.GetProperty("endpoint").GetString(), keys = new { p256dh, auth = auth == "huge" ? new string('A', 12_000) : auth } })).ShouldBe(400, "bad_request");
        Assert.Equal(0L, await Chat.Database.ScalarAsync<long>("SELECT count(*) FROM push_subscriptions WHERE user_id = $1", Eve.Id));
    }

    [Fact]
    public async Task What_is_pushed_only_its_browser_can_read_and_it_is_no_more_than_is_to_be_said()
    {
        var (jennys, tom) = (await SubscribeAsync(Jenny), await OpenTwoAsync(Tom));
        var key = (await Jenny.Browser.GetAsync("/api/push/key")).ShouldBeOk().Json.GetProperty("key").GetString()!;
        // A stranger's first line is told without what it says, and what follows not at all until they are accepted.
        await SayAsync(tom, Jenny.Id, "buy my tea");
        var request = await jennys.NextRequestAsync();
        jennys.CheckVapid(request, key);
        Assert.Equal(("POST", "aes128gcm", "14400", "high", 32), (request.Method, request.Headers["Content-Encoding"], request.Headers["TTL"], request.Headers["Urgency"], request.Headers["Topic"].Length));
        var first = jennys.Decrypt(request.Body);
        Assert.Equal(("direct", 1L, Tom.Nickname, false), (first.GetProperty("kind").GetString(), first.GetProperty("line").GetInt64(), first.GetProperty("from").GetProperty("nickname").GetString(), first.TryGetProperty("text", out _)));
        await SayAsync(tom, Jenny.Id, "buy it now");
        await WhenDoneAsync();
        (await Jenny.Browser.PostAsync($"/api/requests/{Tom.Id}/accept")).ShouldBeOk(204);
        await SayAsync(tom, Jenny.Id, new string('茶', 5_000));
        var long1 = await jennys.NextRequestAsync();
        Assert.Equal(new string('茶', NotificationLimits.MaxTextChars), jennys.Decrypt(long1.Body).GetProperty("text").GetString());
        Assert.DoesNotContain("茶", Encoding.UTF8.GetString(long1.Body), StringComparison.Ordinal);
        Assert.Equal(request.Headers["Topic"], long1.Headers["Topic"]);
        // Without texts, if she wants.
        (await Jenny.Browser.PutAsync("/api/me/notifications", new { text = false })).ShouldBeOk();
        await SayAsync(tom, Jenny.Id, "secret");
        Assert.False((await jennys.NextAsync()).TryGetProperty("text", out _));
        // And nothing in her quiet hours, here all day.
        foreach (var quiet in new[] { new { from = "25:00", until = "07:00", zone = "Europe/Berlin" }, new { from = "22:00", until = "7", zone = "Europe/Berlin" }, new { from = "22:00", until = "07:00", zone = "../../etc/passwd" }, new { from = "22:00", until = "07:00", zone = "Nowhere/Land" } })
            (await Jenny.Browser.PutAsync("/api/me/notifications", new { text = true, quiet })).ShouldBe(400, "bad_request");
        (await Jenny.Browser.PutAsync("/api/me/notifications", new { text = true, quiet = new { from = "08:00", until = "08:00", zone = "Asia/Tokyo" } })).ShouldBeOk();
        await SayAsync(tom, Jenny.Id, "in the night");
        await WhenDoneAsync();
        (await Jenny.Browser.PutAsync("/api/me/notifications", new { text = true })).ShouldBeOk();
        await SayAsync(tom, Jenny.Id, "in the morning");
        Assert.Equal("in the morning", (await jennys.NextAsync()).GetProperty("text").GetString());
    }

    [Fact]
    public async Task What_was_recalled_edited_or_read_before_a_push_is_sent_is_not_in_one()
    {
        var (jennys, tom, jenny) = (await SubscribeAsync(Jenny), await OpenTwoAsync(Tom), await OpenTwoAsync(Jenny));
        await BefriendAsync(jenny, Tom);
        var talk = ConversationId.Direct(Jenny.Id, Tom.Id);
        Options.DelaySeconds = 60;
        var regretted = await SayAsync(tom, Jenny.Id, "regretted");
        Assert.IsType<AckFrame>(await AskTwoAsync(tom, "post", $$"""
            "user":"{{Jenny.Id}}","kind":"recall","target":{{regretted.Line}},"content":{}
            """));
        Options.DelaySeconds = 0;
        await WhenDoneAsync();
        Options.DelaySeconds = 60;
        var wrong = await SayAsync(tom, Jenny.Id, "at six");
        Assert.IsType<AckFrame>(await AskTwoAsync(tom, "post", $$"""
            "user":"{{Jenny.Id}}","kind":"edit","target":{{wrong.Line}},"content":{"text":"at seven"}
            """));
        Options.DelaySeconds = 0;
        Assert.Equal("at seven", (await jennys.NextAsync()).GetProperty("text").GetString()); // and nothing before it
        Options.DelaySeconds = 60;
        var seen = await SayAsync(tom, Jenny.Id, "seen elsewhere");
        Assert.IsType<AckFrame>(await AskTwoAsync(jenny, "read", $$"""
            "conversation":"{{talk}}","line":{{seen.Line}}
            """));
        Options.DelaySeconds = 0;
        await WhenDoneAsync();
        await SayAsync(tom, Jenny.Id, "the next");
        Assert.Equal("the next", (await jennys.NextAsync()).GetProperty("text").GetString());
    }

    [Fact]
    public async Task Nobody_is_told_of_what_they_may_not_read_or_do_not_want_to_hear()
    {
        var (jennys, tom, jenny, eve) = (await SubscribeAsync(Jenny), await OpenTwoAsync(Tom), await OpenTwoAsync(Jenny), await OpenTwoAsync(Eve));
        await BefriendAsync(jenny, Tom);
        var room = (await Tom.Browser.PostAsync("/api/rooms", new { title = "Tea" })).ShouldBeOk().Json.GetProperty("room").GetProperty("conversation").GetString()!;
        await SayInAsync(tom, room, "for members", Jenny.Id); // she is none
        (await Tom.Browser.PostAsync($"/api/rooms/{room}/invitations", new { nickname = Jenny.Nickname })).ShouldBeOk();
        await SayInAsync(tom, room, "for members still", Jenny.Id);
        await WhenDoneAsync();
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/join")).ShouldBeOk();
        await SayInAsync(tom, room, "not about her");
        await SayInAsync(tom, room, "about her", Jenny.Id);
        var told = await jennys.NextAsync();
        Assert.Equal(("about her", "room", "Tea", true), (told.GetProperty("text").GetString(), told.GetProperty("kind").GetString(), told.GetProperty("title").GetString(), told.GetProperty("mention").GetBoolean()));
        await SetAsync(Jenny, room, new { notify = "all" });
        await SayInAsync(tom, room, "whatever");
        Assert.Equal("whatever", (await jennys.NextAsync()).GetProperty("text").GetString());
        await SetAsync(Jenny, room, new { notify = "nothing" });
        await SayInAsync(tom, room, "in vain", Jenny.Id);
        await SayInAsync(tom, "lobby", "the lobby, not about her");
        await WhenDoneAsync();
        await SetAsync(Jenny, room, new { notify = "default" });
        // Whom she has blocked does not reach her by naming her, nor by a message.
        await SayAsync(eve, Jenny.Id, "a stranger");
        Assert.Equal(Eve.Nickname, (await jennys.NextAsync()).GetProperty("from").GetProperty("nickname").GetString());
        (await Jenny.Browser.PutAsync($"/api/me/blocks/{Eve.Id}", null)).ShouldBeOk(204);
        await SayInAsync(eve, "lobby", "look here", Jenny.Id);
        await WhenDoneAsync();
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/leave")).ShouldBeOk(204);
        await SayInAsync(tom, room, "behind her back", Jenny.Id);
        await WhenDoneAsync();
        await SayInAsync(tom, "lobby", "the end", Jenny.Id);
        Assert.Equal("the end", (await jennys.NextAsync()).GetProperty("text").GetString()); // and nothing before it
    }

    [Fact]
    public async Task What_is_said_after_the_first_subscription_is_pushed_also_where_the_worker_has_not_seen_that_there_is_one()
    {
        var (tom, jenny) = (await OpenTwoAsync(Tom), await OpenTwoAsync(Jenny));
        await BefriendAsync(jenny, Tom);
        await Chat.Database.ScalarAsync<int>("DELETE FROM push_subscriptions");
        await using var held = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Chat.Database.ConnectionString) { Pooling = false }.ConnectionString);
        await held.OpenAsync();
        await using (var command = new NpgsqlCommand("SELECT pg_advisory_lock($1)", held) { Parameters = { new() { Value = PushQueue.Lock } } })
            await command.ExecuteNonQueryAsync();
        await Chat.Database.ScalarAsync<int>("UPDATE installation SET push_mark = NULL");
        var jennys = await SubscribeAsync(Jenny);
        await SayAsync(tom, Jenny.Id, "the first");
        await held.CloseAsync();
        Assert.Equal("the first", (await jennys.NextAsync()).GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_subscription_is_its_sessions_and_ends_with_it()
    {
        var (jennys, tom, jenny) = (await SubscribeAsync(Jenny), await OpenTwoAsync(Tom), await OpenTwoAsync(Jenny));
        await BefriendAsync(jenny, Tom);
        // Eve has learnt the address: she can neither take it over nor end it.
        var keys = JsonSerializer.SerializeToElement(_service.NewBrowser().Subscription).GetProperty("keys");
        (await Eve.Browser.PutAsync("/api/push/subscription", new { endpoint = jennys.Endpoint, keys })).ShouldBe(403, "forbidden");
        (await Eve.Browser.DeleteAsync("/api/push/subscription")).ShouldBeOk(204);
        await SayAsync(tom, Jenny.Id, "still hers");
        Assert.Equal("still hers", (await jennys.NextAsync()).GetProperty("text").GetString());
        // The same browser, of which somebody else is the user now: from then on it is theirs alone.
        var browser = await SubscribeAsync(Jenny, await NewBrowserAsync(Jenny));
        (await Eve.Browser.PutAsync("/api/push/subscription", browser.Subscription)).ShouldBeOk(204);
        (await Eve.Browser.PostAsync("/api/logout")).ShouldBeOk(204);
        Assert.Equal(0L, await CountAsync(Eve));
        // Signed out from another device; and one whose session is simply not there any more.
        var (away, device) = (await NewBrowserAsync(Jenny), _service.NewBrowser());
        await SubscribeAsync(Jenny, away, device);
        var session = await Chat.Services.GetRequiredService<ISessionManager>().FindAsync(away.Token!);
        (await Jenny.Browser.DeleteAsync($"/api/sessions/{session!.Id}")).ShouldBeOk();
        await SayAsync(tom, Jenny.Id, "signed out there");
        Assert.Equal("signed out there", (await jennys.NextAsync()).GetProperty("text").GetString());
        Assert.Equal(1L, await CountAsync(Jenny));
        (await Jenny.Browser.PostAsync("/api/logout")).ShouldBeOk(204);
        Assert.Equal(0L, await CountAsync(Jenny));
        await WhenDoneAsync();
        Assert.Empty(device.Pending);
        Assert.Empty(browser.Pending);
        Assert.Empty(jennys.Pending);
    }

    [Fact]
    public async Task A_push_service_that_redirects_fails_or_forgets_costs_little()
    {
        var (jennys, toms, tom, jenny) = (await SubscribeAsync(Jenny), await SubscribeAsync(Tom), await OpenTwoAsync(Tom), await OpenTwoAsync(Jenny));
        await BefriendAsync(jenny, Tom);
        jennys.Statuses.Enqueue(307);
        await SayAsync(tom, Jenny.Id, "go elsewhere");
        Assert.Equal(307, (await jennys.NextRequestAsync()).Status);
        await SayAsync(tom, Jenny.Id, "still there");
        Assert.Equal("still there", (await jennys.NextAsync()).GetProperty("text").GetString());
        Assert.Empty(_service.Strays);
        jennys.Statuses.Enqueue(410);
        await SayAsync(tom, Jenny.Id, "gone");
        Assert.Equal(410, (await jennys.NextRequestAsync()).Status);
        await Eventually.TrueAsync(async () => await CountAsync(Jenny) == 0);
        // As many as there may be: the newest 20.
        var browsers = new List<PushBrowser>();
        for (var i = 0; i <= NotificationLimits.MaxSubscriptions; i++)
            browsers.Add(await SubscribeAsync(Eve, await NewBrowserAsync(Eve)));
        Assert.Equal(NotificationLimits.MaxSubscriptions, await CountAsync(Eve));
        Assert.Equal(0L, await Chat.Database.ScalarAsync<long>("SELECT count(*) FROM push_subscriptions WHERE endpoint = $1", browsers[0].Endpoint));
        // A flood is told of so many times, however many lines it has.
        await Eve.Browser.PostAsync("/api/logout");
        for (var i = 0; i < 8; i++)
        {
            await SayInAsync(jenny, "lobby", $"flood {i}", Tom.Id);
            await WhenDoneAsync();
        }
        Assert.InRange(toms.Pending.Count, 1, 6);
    }

    [Fact]
    public async Task What_is_set_is_ones_own_and_is_taken_along_and_erased()
    {
        var (jennys, jenny) = (await SubscribeAsync(Jenny), await OpenTwoAsync(Jenny));
        await BefriendAsync(jenny, Tom);
        var talk = $"{ConversationId.Direct(Jenny.Id, Tom.Id)}";
        using var guest = Chat.NewBrowser();
        await guest.GetAsync("/api/me");
        foreach (var path in new[] { "/api/me/notifications", "/api/push/key" })
            (await guest.GetAsync(path)).ShouldBe(401, "not_logged_in");
        (await guest.PutAsync("/api/me/conversations/lobby", new { notify = "all" })).ShouldBe(401, "not_logged_in");
        (await guest.PutAsync("/api/push/subscription", jennys.Subscription)).ShouldBe(401, "not_logged_in");
        using (var foreign = Web.Browser.Request(HttpMethod.Put, "/api/push/subscription", _service.NewBrowser().Subscription))
        {
            foreign.Headers.Add("Origin", "https://evil.example");
            (await Eve.Browser.SendAsync(foreign)).ShouldBe(403, "cross_site");
        }
        foreach (var conversation in new[] { talk, $"{Guid.NewGuid()}", "nonsense" })
            (await Eve.Browser.PutAsync($"/api/me/conversations/{conversation}", new { notify = "all" })).ShouldBe(404, "not_found");
        (await Jenny.Browser.PutAsync($"/api/me/conversations/{talk}", new { notify = "loud" })).ShouldBe(400, "bad_request");

        // On another device, live; and in the list, first.
        var other = await OpenTwoAsync(Jenny);
        await SetAsync(Jenny, talk, new { notify = "nothing", pinned = true });
        var frame = await NextAsync<SettingsFrame>(other);
        Assert.Equal((talk, NotifyLevels.Nothing, true), ($"{frame.Conversation}", frame.Notify, frame.Pinned));
        for (var i = 0; i < 2; i++)
            await SayAsync(jenny, (await JoinAsync()).Id, "newer");
        var tom = await OpenTwoAsync(Tom);
        await SayAsync(tom, Jenny.Id, "muted");
        var list = await ListAsync(other);
        var first = list.Conversations[0];
        Assert.Equal((talk, NotifyLevels.Nothing, true, 1L), ($"{first.Conversation}", first.Notify, first.Pinned, first.Unread));
        Assert.Equal(list.Conversations.Where(each => each.Notify != NotifyLevels.Nothing).Sum(each => each.Unread), list.Unread);

        var rooms = new List<string>();
        for (var i = 0; i < NotificationLimits.MaxPinned; i++)
            rooms.Add((await Jenny.Browser.PostAsync("/api/rooms", new { title = $"{i}" })).ShouldBeOk().Json.GetProperty("room").GetProperty("conversation").GetString()!);
        foreach (var room in rooms[1..])
            await SetAsync(Jenny, room, new { pinned = true });
        (await Jenny.Browser.PutAsync($"/api/me/conversations/{rooms[0]}", new { pinned = true })).ShouldBe(409, "too_many");
        await SetAsync(Jenny, rooms[1], new { pinned = true }); // it is already
        await SetAsync(Jenny, rooms[1], new { pinned = false });
        await SetAsync(Jenny, rooms[0], new { pinned = true, notify = "all" });

        (await Jenny.Browser.PutAsync("/api/me/notifications", new { text = false, quiet = new { from = "22:00", until = "07:00", zone = "Europe/Berlin" } })).ShouldBeOk();
        var export = (await Jenny.Browser.GetAsync("/api/me/export")).ShouldBeOk().Json;
        Assert.Equal((false, "Europe/Berlin", jennys.Endpoint), (export.GetProperty("notifications").GetProperty("text").GetBoolean(), export.GetProperty("notifications").GetProperty("quiet").GetProperty("zone").GetString(), export.GetProperty("pushedTo")[0].GetString()));
        Assert.Contains(export.GetProperty("conversations").EnumerateArray(), each => each.GetProperty("conversation").GetString() == talk && each.GetProperty("notify").GetString() == "nothing" && each.GetProperty("pinned").GetBoolean());
        (await Jenny.Browser.DeleteAsync("/api/me", new { password = "correct horse" })).ShouldBeOk();
        Assert.Equal(0L, await Chat.Database.ScalarAsync<long>(
            """
            SELECT (SELECT count(*) FROM push_subscriptions WHERE user_id = $1) + (SELECT count(*) FROM notification_settings WHERE user_id = $1)
                 + (SELECT count(notify) + count(pinned_at) FROM members WHERE user_id = $1)
            """, Jenny.Id));
    }

    private static PushSubscriptionRequest Request(string endpoint) =>
        new(endpoint, new("BDd3_hVL9fZi9Ybo2UUzA284WG5FZR30_95YeZJsiApwXKpNcF1rRPF3foIiBHXRdJI2Qhumhf6_LFTeZaNndIo", "AAAAAAAAAAAAAAAAAAAAAA"));

    private async Task<PushBrowser> SubscribeAsync(Person person, Web.Browser? session = null, PushBrowser? browser = null)
    {
        browser ??= _service.NewBrowser();
        (await (session ?? person.Browser).PutAsync("/api/push/subscription", browser.Subscription)).ShouldBeOk(204);
        return browser;
    }

    /// <summary>Another session of the same user.</summary>
    private async Task<Web.Browser> NewBrowserAsync(Person person)
    {
        var browser = Chat.NewBrowser();
        browser.Token = (await Chat.Services.GetRequiredService<ISessionManager>().LoginAsync(null, person.Id, new("a browser", "127.0.0.1"))).Token;
        return browser;
    }

    private Task<long> CountAsync(Person person) => Chat.Database.ScalarAsync<long>("SELECT count(*) FROM push_subscriptions WHERE user_id = $1", person.Id);

    private static async Task SetAsync(Person person, string conversation, object settings) => (await person.Browser.PutAsync($"/api/me/conversations/{conversation}", settings)).ShouldBeOk();

    /// <summary>Who answers is no stranger: what they are told has texts.</summary>
    private static async Task BefriendAsync(RawConnection one, Person other) => await SayAsync(one, other.Id, "hello");

    /// <summary>Everything before this was pushed, or was not to be: a round has begun and ended since.</summary>
    private async Task WhenDoneAsync()
    {
        var worker = Chat.Services.GetServices<IHostedService>().OfType<PushWorker>().Single();
        var before = worker.Rounds;
        await Eventually.TrueAsync(() => Task.FromResult(worker.Rounds >= before + 2), seconds: 60);
    }

    private static async Task<ConversationListFrame> ListAsync(RawConnection connection)
    {
        var id = $"{Guid.NewGuid()}";
        await connection.SendTextAsync($$"""{"type":"conversations","id":"{{id}}"}""");
        return await NextAsync<ConversationListFrame>(connection, list => list.Id == id);
    }

    private async Task<RawConnection> OpenTwoAsync(Person person)
    {
        var connection = await RawConnection.OpenAsync(RawConnection.AddressOf(Chat.Address), $"im_session={person.Token}");
        Keep(connection);
        await NextAsync<ReadyFrame>(connection);
        return connection;
    }

    private static async Task<ServerFrame> AskTwoAsync(RawConnection connection, string type, string fields)
    {
        var id = $"{Guid.NewGuid()}";
        await connection.SendTextAsync($$"""{"type":"{{type}}","id":"{{id}}",{{fields.Trim()}}}""");
        return await NextAsync<ServerFrame>(connection, frame => frame.Id == id && frame is AckFrame or ErrorFrame);
    }

    private static async Task<AckFrame> SayAsync(RawConnection connection, Guid user, string text) => Assert.IsType<AckFrame>(await AskTwoAsync(connection, "post", $$"""
        "user":"{{user}}","kind":"text","content":{"text":"{{text}}"}
        """));

    private static async Task SayInAsync(RawConnection connection, string conversation, string text, params Guid[] mentions) => Assert.IsType<AckFrame>(await AskTwoAsync(connection, "post", $$"""
        "conversation":"{{conversation}}","kind":"text","content":{"text":"{{text}}","mentions":{{JsonSerializer.Serialize(mentions)}}}
        """));

    /// <summary>Pushes to this machine, and few of them to one user.</summary>
    public sealed class Brisk : TwoNodes
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings =>
            [new("Push:AllowLoopback", "true"), new("Push:DelaySeconds", "0"), new("Push:IntervalSeconds", "0.1"), new("Limits:Pushes:Burst", "6"), new("Limits:Pushes:PerSecond", "0.001"), new("Limits:PeopleChanges:Burst", "10000"), new("Limits:Logins:Burst", "10000")];
    }
}
