using System.Net.Http.Headers;
using Im.Client;
using Im.Core.Data;
using Im.Core.Sessions;
using Im.Core.Widgets;
using Im.Protocol;
using Im.Tests.Connect;
using Im.Tests.Fixtures;
using Im.Tests.Web;
using Im.Web.Programs;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Attack;

/// <summary>
/// The widget on other pages, and Eve, who is on one that is allowed, on one that is not, or has what was meant for another. Jenny administers; Tom's keys are the site's, and the room is his.
/// </summary>
[Trait("Category", "Attack")]
[Collection(OpenNodesCollection.Name)]
public sealed class WidgetAttacks(OpenNodes chat) : AttackSuite(chat)
{
    private const string CrossSite = "cross_site", NotLoggedIn = "not_logged_in", NotFound = "not_found", Forbidden = "forbidden", BadRequest = "bad_request";

    private static int _sites;

    private readonly string _from = $"127.0.3.{Interlocked.Increment(ref _sites) % 250 + 1}";
    private readonly string _name = $"shop{Interlocked.Increment(ref _sites)}";

    private string _key = "";
    private Web.Browser _page = null!;
    private Guid _site;
    private ConversationId _room;

    private string Origin => $"https://{_name}.example";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _page = new(Chat.Address, _from);
        await Chat.Database.ScalarAsync<object>("UPDATE users SET is_admin = true WHERE id = $1", Jenny.Id);
        _site = await AllowAsync(Origin, _name, Tom);
        _key = await KeyAsync(Tom, ApiScopes.Widget);
        _room = await RoomAsync(Tom);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _page.Dispose();
        await Chat.Database.ScalarAsync<object>("DELETE FROM widget_sites WHERE owner_id = ANY ($1)", new[] { Tom.Id, Eve.Id });
    }

    [Fact]
    public async Task Somebody_of_an_allowed_site_talks_in_one_room_by_the_gateway_and_straight_at_a_node_without_any_cookie()
    {
        var answer = await ExchangeAsync(await TokenAsync("42", "Ann"));
        Assert.Equal(Origin, answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("Origin", answer.Headers.Vary);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.Null(answer.SetCookie);
        var (bearer, me) = (answer.Json.GetProperty("token").GetString()!, answer.Json.GetProperty("user"));
        Assert.Equal(($"Ann • {_name}", $"{_name}.example", $"{_room}"), (me.GetProperty("nickname").GetString(), me.GetProperty("brief").GetString(), answer.Json.GetProperty("conversation").GetString()));
        (await AskAsync("GET", "/api/me", bearer)).ShouldBeOk();

        var door = (await AskAsync("GET", "/api/connect", bearer)).ShouldBeOk().Json;
        await using var straight = await OpenAsync(new(door.GetProperty("url").GetString()!), door.GetProperty("connectTicket").GetString()!);
        await using var byGateway = await OpenAsync(RawConnection.AddressOf(Chat.Address), await TicketAsync(bearer));
        await using var tom = await RawConnection.OpenAsync(RawConnection.AddressOf(Chat.Address), $"im_session={Tom.Token}");
        await NextAsync<ReadyFrame>(tom);
        await straight.SendTextAsync(Post(_room, "hello"));
        foreach (var each in new[] { straight, byGateway, tom })
            Assert.Equal($"Ann • {_name}", (await NextAsync<EventFrame>(each, e => e.Text == "hello")).From.Nickname);
        await tom.SendTextAsync(Post(_room, "and to you"));
        await NextAsync<EventFrame>(byGateway, e => e.Text == "and to you");
        await byGateway.SendTextAsync("""{"type":"conversations","id":"c"}""");
        Assert.Equal(_room, Assert.Single((await NextAsync<ConversationListFrame>(byGateway)).Conversations).Conversation);
        // The same person again is the same account, and no second member.
        Assert.Equal(me.GetProperty("id").GetString(), (await ExchangeAsync(await TokenAsync("42", "Ann"))).ShouldBeOk().Json.GetProperty("user").GetProperty("id").GetString());
        Assert.Equal(2L, await Chat.Database.ScalarAsync<long>("SELECT count(*) FROM members WHERE conversation_id = $1 AND role IS NOT NULL", _room.Value));
        // Renamed there, renamed here.
        Assert.Equal($"Anna • {_name}", (await AskTokenAsync("42", "Anna")).ShouldBeOk().Json.GetProperty("user").GetProperty("nickname").GetString());
    }

    public static TheoryData<string> Tricks => ["https://evil.example", "null", "https://{0}.example.evil.example", "https://evil{0}.example", "https://{0}.example:444", "https://{0}.example:443", "http://{0}.example", "https://{0}.EXAMPLE", "https://{0}.example/", "https://{0}.example.", "https://x.{0}.example", "https://{0}.example, https://{0}.example"];

    [Theory, MemberData(nameof(Tricks))]
    public async Task A_page_that_is_not_allowed_is_answered_without_permission_and_comes_in_with_nothing_however_like_it_looks(string trick)
    {
        var origin = string.Format(null, trick, _name);
        var (token, session) = (await TokenAsync(), await SessionAsync());
        foreach (var answer in new[]
        {
            await PreflightAsync("POST", "/api/widget/sessions", origin), await AskAsync("POST", "/api/widget/sessions", token, origin), await AskAsync("GET", "/api/me", session, origin),
            await AskAsync("POST", "/api/ticket", session, origin), await AskAsync("GET", "/api/connect", session, origin),
        })
        {
            answer.ShouldBe(403, CrossSite);
            Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        }
        foreach (var door in new[] { Chat.Address, Chat.One })
            await IsRefusedAsync(403, CrossSite, door, await TicketAsync(session), origin);
        var straight = (await AskAsync("GET", "/api/connect?node=node-1", session)).Json.GetProperty("connectTicket").GetString()!;
        await IsRefusedAsync(403, CrossSite, Chat.One, straight, origin);
    }

    [Fact]
    public async Task A_cookie_a_bearer_token_or_a_ticket_of_somebody_who_is_logged_in_is_worth_nothing_on_an_allowed_page()
    {
        foreach (var door in new[] { Chat.Address, Chat.One })
        {
            var byCookie = await RawSocket.OpenAsync(door, _from, Jenny.Token, $"Origin: {Origin}\r\nSec-WebSocket-Protocol: im.v2\r\n");
            Assert.Equal((403, CrossSite), (byCookie.Status, byCookie.Code));
            // With a ticket that is none, the cookie is not looked at either.
            var both = await RawSocket.OpenAsync(door, _from, Jenny.Token, $"Origin: {Origin}\r\nSec-WebSocket-Protocol: im.v2, im.ticket.{new string('A', 43)}\r\n");
            Assert.Equal((401, ErrorCodes.BadTicket), (both.Status, both.Code));
        }
        var ticket = (await Jenny.Browser.PostAsync("/api/ticket")).Json.GetProperty("ticket").GetString()!;
        await IsRefusedAsync(403, CrossSite, Chat.Address, ticket, Origin);
        var straight = (await Jenny.Browser.GetAsync("/api/connect?node=node-1")).Json.GetProperty("connectTicket").GetString()!;
        await IsRefusedAsync(403, CrossSite, Chat.One, straight, Origin);
        foreach (var path in new[] { "/api/me", "/api/connect" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Origin", Origin } } };
            (await Jenny.Browser.SendAsync(request)).ShouldBe(403, CrossSite);
        }
        var sessions = Chat.Services.GetRequiredService<ISessionManager>();
        var bearer = await sessions.CreateBearerAsync((await sessions.FindAsync(Jenny.Token))!.Id);
        (await AskAsync("GET", "/api/me", bearer)).ShouldBe(403, CrossSite);
        (await AskAsync("POST", "/api/ticket", bearer)).ShouldBe(403, CrossSite);
    }

    [Fact]
    public async Task A_token_is_good_once_however_many_try_at_once_and_not_after_its_time_or_made_up()
    {
        var token = await TokenAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ExchangeAsync(token)));
        Assert.Single(answers, answer => (int)answer.Status == 200);
        Assert.All(answers.Where(answer => (int)answer.Status != 200), answer => answer.ShouldBe(401, NotLoggedIn));
        var user = answers.Single(answer => (int)answer.Status == 200).Json.GetProperty("user").GetProperty("id").GetGuid();
        var late = await Chat.Services.GetRequiredService<IWidgetTokens>().CreateAsync(new(await KeyIdAsync(Tom), Tom.Id, _site, Origin, user, _room), TimeSpan.FromMilliseconds(1));
        await Task.Delay(TimeSpan.FromMilliseconds(20)); // its time
        foreach (var none in new[] { late, $"imx_{new string('A', 43)}", "imx_", "imx_*", "imx_../session", _key, Jenny.Token })
            (await ExchangeAsync(none)).ShouldBe(401, NotLoggedIn);
        (await AskTokenAsync(seconds: 3_601)).ShouldBe(400, BadRequest);
        (await AskTokenAsync(seconds: 9)).ShouldBe(400, BadRequest);
        Assert.Equal(300, (await AskTokenAsync()).ShouldBeOk().Json.GetProperty("expiresInSeconds").GetInt32());
    }

    [Fact]
    public async Task A_token_or_session_of_one_allowed_page_is_worth_nothing_on_another_and_the_try_uses_the_token_up()
    {
        var other = $"https://{_name}-2.example";
        await AllowAsync(other, $"{_name}2", Eve);
        var (token, session) = (await TokenAsync(), await SessionAsync());
        (await AskAsync("POST", "/api/widget/sessions", token, other)).ShouldBe(403, CrossSite);
        (await ExchangeAsync(token)).ShouldBe(401, NotLoggedIn);
        (await AskAsync("GET", "/api/connect", session, other)).ShouldBe(403, CrossSite);
        foreach (var door in new[] { Chat.Address, Chat.One })
        {
            await IsRefusedAsync(403, CrossSite, door, await TicketAsync(session), other);
            await IsRefusedAsync(403, CrossSite, door, await TicketAsync(session), $"{door.GetLeftPart(UriPartial.Authority)}"); // nor on the server's own
        }
    }

    [Fact]
    public async Task A_widget_reads_and_writes_nothing_but_its_conversation_and_hears_of_no_other()
    {
        var (other, session) = (await RoomAsync(Tom), await ExchangeAsync(await TokenAsync("7", "Bob")));
        var user = session.ShouldBeOk().Json.GetProperty("user").GetProperty("id").GetGuid();
        (await ExchangeAsync(await TokenAsync("7", "Bob", other))).ShouldBeOk(); // a member there too
        await using var widget = await OpenAsync(RawConnection.AddressOf(Chat.Address), await TicketAsync(session.Json.GetProperty("token").GetString()!));
        await using var tom = await RawConnection.OpenAsync(RawConnection.AddressOf(Chat.Address), $"im_session={Tom.Token}");
        await NextAsync<ReadyFrame>(tom);
        var frames = 0;
        foreach (var where in new[] { "\"conversation\":\"lobby\"", $"\"conversation\":\"{other}\"", $"\"user\":\"{Tom.Id}\"", $"\"conversation\":\"{ConversationId.Direct(user, Tom.Id)}\"" })
            foreach (var frame in new[] { "\"type\":\"lines\"", "\"type\":\"events\",\"after\":0", "\"type\":\"read\",\"line\":1", "\"type\":\"unread\",\"line\":1", "\"type\":\"typing\"", "\"type\":\"post\",\"kind\":\"text\",\"content\":{\"text\":\"out\"}" })
                Assert.Equal(NotFound, await CodeOfAsync(widget, $"{{{frame},{where},\"id\":\"f{++frames}\"}}", $"f{frames}"));
        foreach (var frame in new[] { "\"type\":\"people\"", "\"type\":\"conversations\",\"after\":\"x\"", $"\"type\":\"way\",\"seq\":1,\"conversation\":\"{_room}\"", "\"type\":\"authenticate\",\"ticket\":\"x\"" })
            Assert.Equal(Forbidden, await CodeOfAsync(widget, $"{{{frame},\"id\":\"f{++frames}\"}}", $"f{frames}"));
        await tom.SendTextAsync(Post(ConversationId.Lobby, "in the lobby"));
        await tom.SendTextAsync(Post(other, "in the other room"));
        await tom.SendTextAsync($$$"""{"type":"post","id":"{{{Guid.NewGuid()}}}","user":"{{{user}}}","kind":"text","content":{"text":"in private"}}""");
        await NextAsync<EventFrame>(tom, e => e.Text == "in private");
        await tom.SendTextAsync(Post(_room, "here"));
        var heard = await NextAsync<ServerFrame>(widget, frame => frame is EventFrame or PresenceFrame or TypingFrame or ReadFrame);
        Assert.Equal("here", Assert.IsType<EventFrame>(heard).Text);
    }

    [Fact]
    public async Task A_widgets_session_asks_for_nothing_else_and_no_program_uses_it()
    {
        var session = await SessionAsync();
        foreach (var (method, path) in new[] { ("GET", "/api/conversations"), ("GET", "/api/search?q=tea"), ("GET", "/api/me/export"), ("POST", "/api/rooms"), ("POST", "/api/logout"), ("GET", "/api/sessions"), ("PUT", "/api/me"), ("GET", "/api/nodes"), ("GET", "/api/admin/users") })
        {
            (await AskAsync(method, path, session)).ShouldBe(403, CrossSite); // a browser's page
            (await AskAsync(method, path, session, origin: null)).ShouldBe(403, CrossSite); // a program
        }
        (await AskAsync("GET", "/api/me", session, origin: null)).ShouldBe(403, CrossSite);
        foreach (var door in new[] { Chat.Address, Chat.One })
        {
            var program = await RawSocket.OpenAsync(door, _from, headers: $"Authorization: Bearer {session}\r\nSec-WebSocket-Protocol: im.v2\r\n");
            Assert.Equal((403, CrossSite), (program.Status, program.Code));
            var old = await RawSocket.OpenAsync(door, _from, headers: $"Origin: {Origin}\r\nSec-WebSocket-Protocol: im.v1, im.ticket.{await TicketAsync(session)}\r\n");
            Assert.Equal((400, BadRequest), (old.Status, old.Code));
        }
        // Nor does its ticket make somebody else's open connection the widget's, without its bounds.
        await using var eve = await RawConnection.OpenAsync(RawConnection.AddressOf(Chat.Address), $"im_session={Eve.Token}");
        await NextAsync<ReadyFrame>(eve);
        Assert.Equal(ErrorCodes.BadTicket, await CodeOfAsync(eve, $$"""{"type":"authenticate","id":"a","ticket":"{{await TicketAsync(session)}}"}""", "a"));
    }

    [Fact]
    public async Task Preflights_are_permitted_for_five_requests_alone_and_never_with_credentials()
    {
        foreach (var (method, path) in new[] { ("POST", "/api/widget/sessions"), ("GET", "/api/me"), ("GET", "/api/connect"), ("POST", "/api/ticket"), ("POST", "/api/tokens/renew") })
        {
            var answer = await PreflightAsync(method, path, Origin);
            answer.ShouldBeOk(204);
            Assert.Equal((Origin, method, "authorization, content-type, x-im"), (answer.Headers.GetValues("Access-Control-Allow-Origin").Single(), answer.Headers.GetValues("Access-Control-Allow-Methods").Single(), answer.Headers.GetValues("Access-Control-Allow-Headers").Single()));
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
        }
        foreach (var (method, path) in new[] { ("POST", "/api/login"), ("DELETE", "/api/me"), ("PUT", "/api/me"), ("POST", "/api/widget/tokens"), ("POST", "/api/publish"), ("GET", "/api/conversations"), ("POST", "/api/admin/sites"), ("POST", "/api/tokens"), ("GET", "/api/widget/sessions"), ("POST", "/api/ticket/") })
        {
            var answer = (await PreflightAsync(method, path, Origin)).ShouldBe(403, CrossSite);
            Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task A_key_asks_for_what_is_its_owners_alone_and_a_revoked_ones_tokens_are_worth_nothing()
    {
        (await AskTokenAsync(key: await KeyAsync(Tom, ApiScopes.Lobby))).ShouldBe(403, Forbidden);
        (await AskTokenAsync(key: await KeyAsync(Eve, ApiScopes.Widget))).ShouldBe(403, Forbidden); // the page is Tom's
        (await AskTokenAsync(origin: "https://evil.example")).ShouldBe(403, Forbidden);
        (await AskTokenAsync(key: "imk_none")).ShouldBe(401, NotLoggedIn);
        (await AskTokenAsync(room: await RoomAsync(Eve))).ShouldBe(404, NotFound);
        (await AskTokenAsync(room: ConversationId.Direct(Tom.Id, Jenny.Id))).ShouldBe(404, NotFound);
        var user = (await AskTokenAsync("1", "Cy")).ShouldBeOk().Json.GetProperty("user").GetProperty("id").GetGuid();
        foreach (var path in new[] { $"/api/widget/users/{user}", $"/api/widget/users/{user}/sessions" })
            (await AskAsync("DELETE", path, await KeyAsync(Eve, ApiScopes.Widget), null, new { removeMessages = true })).ShouldBe(404, NotFound);
        foreach (var path in new[] { $"/api/widget/users/{Jenny.Id}", $"/api/widget/users/{Tom.Id}/sessions" }) // nobody's who joined by themselves
            (await AskAsync("DELETE", path, _key, null, new { removeMessages = true })).ShouldBe(404, NotFound);
        var token = await TokenAsync();
        await Chat.Database.ScalarAsync<object>("DELETE FROM api_keys WHERE owner_id = $1", Tom.Id);
        (await ExchangeAsync(token)).ShouldBe(401, NotLoggedIn);
    }

    [Fact]
    public async Task An_origin_that_is_removed_ends_what_came_from_there_and_allowing_it_again_revives_nothing()
    {
        var (token, session) = (await TokenAsync(), await SessionAsync());
        await using var byGateway = await OpenAsync(RawConnection.AddressOf(Chat.Address), await TicketAsync(session));
        await using var straight = await OpenAsync(RawConnection.AddressOf(Chat.Two), await TicketAsync(session));
        (await Jenny.Browser.DeleteAsync($"/api/admin/sites/{_site}")).ShouldBeOk(204);
        Assert.Equal((CloseCodes.SessionEnded, CloseCodes.SessionEnded), (await ReadCloseAsync(byGateway), await ReadCloseAsync(straight)));
        Assert.Equal(EndReasons.Administrator, straight.CloseReason);
        await Eventually.TrueAsync(async () => (int)(await AskAsync("GET", "/api/me", session)).Status == 403);
        await AllowAsync(Origin, _name, Tom);
        await Eventually.TrueAsync(async () => (int)(await AskAsync("GET", "/api/me", session)).Status == 401);
        (await ExchangeAsync(token)).ShouldBe(401, NotLoggedIn);
        Assert.Equal(["site.allow", "site.remove", "site.allow"], (await Jenny.Browser.GetAsync($"/api/admin/audit?target={Tom.Id}")).Json.EnumerateArray().Select(entry => entry.GetProperty("action").GetString()).Where(action => action!.StartsWith("site", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Somebody_who_is_deleted_banned_or_signed_out_is_out_at_once_and_a_token_brings_none_of_the_first_two_back()
    {
        var first = (await AskTokenAsync("9", "Dee")).ShouldBeOk().Json;
        var user = first.GetProperty("user").GetProperty("id").GetGuid();
        await using var open = await OpenAsync(RawConnection.AddressOf(Chat.Address), await TicketAsync((await ExchangeAsync(first.GetProperty("token").GetString()!)).Json.GetProperty("token").GetString()!));
        Assert.Equal(1, (await AskAsync("DELETE", $"/api/widget/users/{user}/sessions", _key, null)).ShouldBeOk().Json.GetProperty("ended").GetInt32());
        Assert.Equal(CloseCodes.SessionEnded, await ReadCloseAsync(open));
        var (later, session) = (await TokenAsync("9", "Dee"), await SessionAsync("9", "Dee"));
        (await Jenny.Browser.PutAsync($"/api/admin/users/{user}/ban", new { minutes = 5 })).ShouldBeOk();
        (await ExchangeAsync(later)).ShouldBe(403, "banned");
        (await AskTokenAsync("9", "Dee")).ShouldBe(403, "banned");
        (await AskAsync("GET", "/api/me", session)).ShouldBe(401, NotLoggedIn);
        (await Jenny.Browser.PutAsync($"/api/admin/users/{user}/ban", new { minutes = 0 })).ShouldBeOk();
        later = await TokenAsync("9", "Dee");
        (await AskAsync("DELETE", $"/api/widget/users/{user}", _key, null, new { removeMessages = true })).ShouldBeOk();
        (await ExchangeAsync(later)).ShouldBe(401, NotLoggedIn);
        Assert.Equal(0L, await Chat.Database.ScalarAsync<long>("SELECT count(*) FROM widget_users WHERE user_id = $1", user));
        Assert.NotEqual(user, (await AskTokenAsync("9", "Dee")).ShouldBeOk().Json.GetProperty("user").GetProperty("id").GetGuid());
        // Banned from the room they do not come in, and the room's owner who is none any more brings nobody.
        var other = (await AskTokenAsync("10", "Flo")).ShouldBeOk().Json.GetProperty("user").GetProperty("id").GetGuid();
        (await Tom.Browser.PutAsync($"/api/rooms/{_room}/bans/{other}", new { })).ShouldBeOk();
        (await ExchangeAsync(await TokenAsync("10", "Flo"))).ShouldBe(403, Forbidden);
        var late = await TokenAsync("11", "Gus");
        (await Tom.Browser.PostAsync($"/api/rooms/{_room}/leave")).ShouldBeOk(204);
        (await ExchangeAsync(late)).ShouldBe(404, NotFound);
    }

    [Fact]
    public async Task Nobody_is_imitated_by_a_name_that_a_site_gives_nor_has_anybody_else_such_a_name()
    {
        var (one, two) = ((await AskTokenAsync("a", Jenny.Nickname)).ShouldBeOk().Json.GetProperty("user"), (await AskTokenAsync("b", Jenny.Nickname)).ShouldBeOk().Json.GetProperty("user"));
        Assert.Equal($"{Jenny.Nickname} • {_name}", one.GetProperty("nickname").GetString());
        Assert.Equal($"{Jenny.Nickname} 2 • {_name}", two.GetProperty("nickname").GetString());
        Assert.NotEqual(Jenny.Id, one.GetProperty("id").GetGuid());
        foreach (var name in new[] { "", " ", "admin", "a\u202Eb", "a\u0000b", "рас\u0061", "a • b", "\u200B" })
            (await AskTokenAsync("c", name)).ShouldBe(400, "bad_nickname");
        foreach (var subject in new[] { "", new string('x', 129), "a\nb" })
            (await AskTokenAsync(subject)).ShouldBe(400, BadRequest);
        Assert.Equal($"<b>hi</b> • {_name}", (await AskTokenAsync("d", "<b>hi</b>")).ShouldBeOk().Json.GetProperty("user").GetProperty("nickname").GetString()); // a name as any other: text
        using var stranger = Chat.NewBrowser();
        (await stranger.LoginAsync($"Someone • {_name}")).ShouldBe(400, "bad_nickname");
        (await AskTokenAsync("e", "Zoe")).ShouldBeOk();
        (await stranger.LoginAsync($"Zoe • {_name}")).ShouldBe(401, "wrong_password"); // nobody logs in to it
        Assert.DoesNotContain((await Tom.Browser.GetAsync($"/api/directory?search={Uri.EscapeDataString(Jenny.Nickname)}")).ShouldBeOk().Text, one.GetProperty("id").GetString());
    }

    [Theory, InlineData("http://shop.example"), InlineData("https://*.example"), InlineData("*"), InlineData("null"), InlineData("https://shop.example/chat"), InlineData("https://tom@shop.example"), InlineData("https://shop.example?a"), InlineData("https://shop.example#a"),
     InlineData("ftp://shop.example"), InlineData("https://"), InlineData("https://a_b.example"), InlineData("https://shop.example\\@evil.example"), InlineData("javascript:alert(1)"), InlineData("")]
    public async Task An_administrator_allows_no_pattern_and_nothing_that_is_read_on_the_way(string origin) =>
        (await Jenny.Browser.PostAsync("/api/admin/sites", new { origin, label = "Some" })).ShouldBe(400, BadRequest);

    [Fact]
    public async Task A_label_is_one_owners_an_origin_is_allowed_once_and_both_are_told_as_browsers_say_them()
    {
        (await Jenny.Browser.PostAsync("/api/admin/sites", new { origin = Origin, label = "Another", owner = Eve.Nickname })).ShouldBe(409, "nickname_taken");
        (await Jenny.Browser.PostAsync("/api/admin/sites", new { origin = "https://eve.example", label = _name.ToUpperInvariant(), owner = Eve.Nickname })).ShouldBe(409, "nickname_taken");
        (await Jenny.Browser.PostAsync("/api/admin/sites", new { origin = "https://eve.example", label = "admin", owner = Eve.Nickname })).ShouldBe(400, "bad_nickname");
        (await Jenny.Browser.PostAsync("/api/admin/sites", new { origin = "https://eve.example", label = "Eve", owner = "nobody here" })).ShouldBe(404, NotFound);
        (await Jenny.Browser.PostAsync("/api/admin/sites", new { origin = Chat.Address.GetLeftPart(UriPartial.Authority), label = "Own" })).ShouldBe(400, BadRequest);
        var added = (await Jenny.Browser.PostAsync("/api/admin/sites", new { origin = $"https://WWW.{_name}.Example:443/", label = _name, owner = Tom.Nickname })).ShouldBeOk().Json;
        Assert.Equal($"https://www.{_name}.example", added.GetProperty("origin").GetString());
        Assert.Equal("http://localhost:5173", (await Jenny.Browser.PostAsync("/api/admin/sites", new { origin = "http://localhost:5173", label = _name, owner = Tom.Nickname })).ShouldBeOk().Json.GetProperty("origin").GetString());
        var export = (await Tom.Browser.GetAsync("/api/me/export")).ShouldBeOk().Json;
        Assert.Equal(3, export.GetProperty("sites").GetArrayLength());
        Assert.Equal(0, export.GetProperty("siteUsers").GetInt32());
        // With the account its sites go, and nobody comes from there any more.
        var token = await TokenAsync();
        (await Tom.Browser.DeleteAsync("/api/me", new { password = "correct horse" })).ShouldBeOk();
        Assert.Equal(0L, await Chat.Database.ScalarAsync<long>("SELECT (SELECT count(*) FROM widget_sites WHERE owner_id = $1) + (SELECT count(*) FROM widget_users WHERE owner_id = $1)", Tom.Id));
        Assert.Contains((int)(await ExchangeAsync(token)).Status, new[] { 401, 403 });
    }

    private async Task<Guid> AllowAsync(string origin, string label, Person owner) =>
        (await Jenny.Browser.PostAsync("/api/admin/sites", new { origin, label, owner = owner.Nickname })).ShouldBeOk().Json.GetProperty("id").GetGuid();

    private async Task<string> KeyAsync(Person owner, string scope)
    {
        var id = Guid.CreateVersion7();
        var (text, hash) = ApiKeyText.New(id);
        await using var services = Chat.Services.CreateAsyncScope();
        var database = services.ServiceProvider.GetRequiredService<ImDbContext>();
        database.ApiKeys.Add(new() { Id = id, OwnerId = owner.Id, Name = "site", Hash = hash, Scopes = [scope], CreatedAt = DateTimeOffset.UtcNow });
        await database.SaveChangesAsync();
        return text;
    }

    private Task<Guid> KeyIdAsync(Person owner) => Chat.Database.ScalarAsync<Guid>("SELECT id FROM api_keys WHERE owner_id = $1", owner.Id);

    private static async Task<ConversationId> RoomAsync(Person owner) =>
        ConversationId.TryParse((await owner.Browser.PostAsync("/api/rooms", new { title = "Help" })).ShouldBeOk().Json.GetProperty("room").GetProperty("conversation").GetString(), out var id) ? id : throw new InvalidOperationException();

    private Task<Answer> AskTokenAsync(string subject = "1", string name = "Ann", ConversationId? room = null, string? origin = null, string? key = null, int? seconds = null) => AskAsync(
        "POST", "/api/widget/tokens", key ?? _key, null, new { origin = origin ?? Origin, user = new { id = subject, name }, conversation = $"{room ?? _room}", expiresInSeconds = seconds });

    private async Task<string> TokenAsync(string subject = "1", string name = "Ann", ConversationId? room = null) =>
        (await AskTokenAsync(subject, name, room)).ShouldBeOk().Json.GetProperty("token").GetString()!;

    private Task<Answer> ExchangeAsync(string token) => AskAsync("POST", "/api/widget/sessions", token);

    private async Task<string> SessionAsync(string subject = "1", string name = "Ann") => (await ExchangeAsync(await TokenAsync(subject, name))).ShouldBeOk().Json.GetProperty("token").GetString()!;

    private async Task<string> TicketAsync(string session) => (await AskAsync("POST", "/api/ticket", session)).ShouldBeOk().Json.GetProperty("ticket").GetString()!;

    private Task<Answer> AskAsync(string method, string path, string bearer) => AskAsync(method, path, bearer, Origin);

    private async Task<Answer> AskAsync(string method, string path, string bearer, string? origin, object? body = null)
    {
        using var request = Web.Browser.Request(new(method), path, body ?? (method is "POST" or "PUT" ? new { } : null));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        if (origin is not null)
            request.Headers.TryAddWithoutValidation("Origin", origin);
        return await _page.SendAsync(request);
    }

    private async Task<Answer> PreflightAsync(string method, string path, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path) { Headers = { { "Access-Control-Request-Method", method }, { "Access-Control-Request-Headers", "authorization" } } };
        request.Headers.TryAddWithoutValidation("Origin", origin);
        return await _page.SendAsync(request);
    }

    private Task<RawConnection> OpenAsync(Uri address, string ticket) => OpenReadyAsync(address, ticket, Origin);

    private static async Task<RawConnection> OpenReadyAsync(Uri address, string ticket, string origin)
    {
        var connection = await RawConnection.OpenAsync(address, configure: options =>
        {
            options.SetRequestHeader("Origin", origin);
            options.AddSubProtocol($"im.ticket.{ticket}");
        });
        await NextAsync<ReadyFrame>(connection);
        return connection;
    }

    private async Task IsRefusedAsync(int status, string code, Uri door, string ticket, string origin)
    {
        using var socket = await RawSocket.OpenAsync(door, _from, headers: $"Origin: {origin}\r\nSec-WebSocket-Protocol: im.v2, im.ticket.{ticket}\r\n");
        Assert.Equal((status, code), (socket.Status, socket.Code));
    }

    private static async Task<string> CodeOfAsync(RawConnection connection, string frame, string id)
    {
        await connection.SendTextAsync(frame);
        return (await NextAsync<ErrorFrame>(connection, error => error.Id == id)).Code;
    }

    private static string Post(ConversationId conversation, string text) => $$$"""{"type":"post","id":"{{{Guid.NewGuid()}}}","conversation":"{{{conversation}}}","kind":"text","content":{"text":"{{{text}}}"}}""";
}
