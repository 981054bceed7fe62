using System.Text.Json;
using Im.Core.Accounts;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Tests.Fixtures;
using Im.Tests.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Attack;

/// <summary>Eve wants what administrators have, and administrators more than is theirs. Jenny is one; Tom may become another.</summary>
[Trait("Category", "Attack")]
public sealed class AdministrationAttacks(AdministrationAttacks.Brisk chat) : AttackSuite(chat), IClassFixture<AdministrationAttacks.Brisk>
{
    private const string Forbidden = "forbidden", NotFound = "not_found", Some = "01890000-0000-7000-8000-000000000001";

    public static TheoryData<string, string, string?> Addresses => new()
    {
        { "GET", "/users", null }, { "GET", "/users/$", null }, { "DELETE", "/users/$", "{}" }, { "DELETE", "/users/$/sessions", null }, { "DELETE", $"/users/$/sessions/{Some}", null },
        { "PUT", "/users/$/mute", """{"minutes":60}""" }, { "PUT", "/users/$/ban", """{"minutes":60}""" }, { "PUT", "/users/$/admin", """{"admin":true}""" },
        { "GET", "/rooms", null }, { "GET", "/rooms/$", null }, { "GET", "/rooms/$/members", null }, { "PUT", "/rooms/$/archived", """{"archived":true}""" },
        { "GET", "/reports", null }, { "PUT", "/reports/1", """{"closed":true}""" }, { "GET", "/keys", null }, { "DELETE", "/keys/$", null }, { "GET", "/audit", null }, { "GET", "/nodes", null },
        { "DELETE", "/conversations/lobby/messages/1", null }, { "POST", "/announcements", """{"text":"hello"}""" },
        { "GET", "/sites", null }, { "POST", "/sites", """{"origin":"https://evil.example","label":"Evil"}""" }, { "DELETE", "/sites/$", null },
    };

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Chat.Database.ScalarAsync<object>("UPDATE users SET is_admin = (id = $1)", Jenny.Id);
    }

    [Theory, MemberData(nameof(Addresses))]
    public async Task Who_is_no_administrator_learns_nothing_from_an_address_and_does_nothing_by_it(string method, string path, string? body)
    {
        Answer? nowhere = null;
        foreach (var id in new[] { Some, $"{Tom.Id}", $"{Eve.Id}" })
        {
            var answer = (await AskAsync(Eve.Browser, method, path.Replace("$", id, StringComparison.Ordinal), body)).ShouldBe(403, Forbidden);
            Assert.Equal(Stable(nowhere ??= answer), Stable(answer)); // whether there is such a one is not told
        }
        using var guest = Chat.NewBrowser();
        (await AskAsync(guest, method, path.Replace("$", Some, StringComparison.Ordinal), body)).ShouldBe(401, "not_logged_in");
        Assert.Equal((false, null, null, 0L), await StateAsync(Tom));
        Assert.Equal(0L, await Chat.Database.ScalarAsync<long>("SELECT count(*) FROM audit WHERE actor_id = $1", Eve.Id));
    }

    [Theory, InlineData("no X-Im"), InlineData("http://evil.example"), InlineData("null")]
    public async Task A_page_of_another_site_does_nothing_with_an_administrators_cookie(string how)
    {
        foreach (var (method, path, body) in new (HttpMethod, string, object)[]
        {
            (HttpMethod.Put, $"users/{Eve.Id}/admin", new { admin = true }), (HttpMethod.Delete, $"users/{Tom.Id}", new { removeMessages = true }), (HttpMethod.Put, $"users/{Tom.Id}/ban", new { minutes = 5 }),
        })
        {
            using var request = Web.Browser.Request(method, $"/api/admin/{path}", body);
            if (how == "no X-Im")
                request.Headers.Remove("X-Im");
            else
                request.Headers.Add("Origin", how);
            (await Jenny.Browser.SendAsync(request)).ShouldBe(403, "cross_site");
        }
        Assert.Equal((false, null, null, 0L), await StateAsync(Eve));
        Assert.Equal((false, null, null, 0L), await StateAsync(Tom));
    }

    [Fact]
    public async Task A_suspended_administrator_is_none_by_cookie_token_or_a_request_under_way()
    {
        await MakeAdminAsync(Tom);
        var token = (await Tom.Browser.PostAsync("/api/tokens", new { nickname = Tom.Nickname, password = "correct horse" })).ShouldBeOk().Json.GetProperty("token").GetString()!;
        (await ByTokenAsync(token)).ShouldBeOk();
        var tab = await OpenAsync(Tom.Token);
        (await Jenny.Browser.PutAsync($"/api/admin/users/{Tom.Id}/ban", new { minutes = 60 })).ShouldBeOk();
        Assert.Equal(CloseCodes.SessionEnded, await ReadCloseAsync(tab));
        (await Tom.Browser.GetAsync("/api/admin/users")).ShouldBe(401, "not_logged_in");
        (await ByTokenAsync(token)).ShouldBe(401, "not_logged_in");
        // A session that a request had found a moment before.
        Tom.Browser.Token = (await Chat.Services.GetRequiredService<ISessionManager>().LoginAsync(null, Tom.Id, new("a browser", "127.0.0.1"))).Token;
        (await Tom.Browser.PutAsync($"/api/admin/users/{Tom.Id}/ban", new { minutes = 0 })).ShouldBe(403, Forbidden);
    }

    [Fact]
    public async Task An_administrators_session_that_has_ended_is_worth_nothing()
    {
        var session = (await Jenny.Browser.GetAsync("/api/me")).ShouldBeOk().Json.GetProperty("session").GetString()!;
        (await Jenny.Browser.DeleteAsync($"/api/admin/users/{Jenny.Id}/sessions/{session}")).ShouldBeOk(204);
        (await Jenny.Browser.GetAsync("/api/admin/users")).ShouldBe(401, "not_logged_in");
        (await Jenny.Browser.PutAsync($"/api/admin/users/{Jenny.Id}/admin", new { admin = true })).ShouldBe(401, "not_logged_in");
    }

    [Fact]
    public async Task Who_was_an_administrator_is_none_from_the_answer_on()
    {
        await MakeAdminAsync(Tom);
        (await Tom.Browser.GetAsync("/api/admin/users")).ShouldBeOk(); // remembered from here on
        (await Jenny.Browser.PutAsync($"/api/admin/users/{Tom.Id}/admin", new { admin = false })).ShouldBeOk();
        (await Tom.Browser.GetAsync("/api/admin/users")).ShouldBe(403, Forbidden);
        (await Tom.Browser.PutAsync($"/api/admin/users/{Tom.Id}/admin", new { admin = true })).ShouldBe(403, Forbidden);
    }

    [Fact]
    public async Task The_last_administrator_stays_one()
    {
        (await Jenny.Browser.PutAsync($"/api/admin/users/{Jenny.Id}/admin", new { admin = false })).ShouldBe(409, "last_administrator");
        (await Jenny.Browser.PutAsync($"/api/admin/users/{Jenny.Id}/ban", new { minutes = 60 })).ShouldBe(409, "last_administrator");
        (await Jenny.Browser.DeleteAsync($"/api/admin/users/{Jenny.Id}", new { })).ShouldBe(403, Forbidden); // one's own needs the password
        // One who is suspended is nobody to leave it to.
        await MakeAdminAsync(Tom);
        (await Jenny.Browser.PutAsync($"/api/admin/users/{Tom.Id}/ban", new { minutes = 60 })).ShouldBeOk();
        (await Jenny.Browser.PutAsync($"/api/admin/users/{Jenny.Id}/admin", new { admin = false })).ShouldBe(409, "last_administrator");
        (await Jenny.Browser.GetAsync("/api/admin/users?filter=administrators")).ShouldBeOk();
        Assert.Equal(0L, await Chat.Database.ScalarAsync<long>("SELECT count(*) FROM audit WHERE actor_id = $1 AND action = 'user.admin' AND detail = 'taken'", Jenny.Id));
    }

    [Theory, InlineData("admin"), InlineData("ban"), InlineData("erase")]
    public async Task Of_two_administrators_who_take_it_from_each_other_at_once_one_stays(string how)
    {
        await MakeAdminAsync(Tom);
        Task<Answer> Take(Person by, Person from) => how switch
        {
            "admin" => by.Browser.PutAsync($"/api/admin/users/{from.Id}/admin", new { admin = false }),
            "ban" => by.Browser.PutAsync($"/api/admin/users/{from.Id}/ban", new { minutes = 60 }),
            _ => by.Browser.DeleteAsync($"/api/admin/users/{from.Id}", new { }),
        };
        await Task.WhenAll(Take(Jenny, Tom), Take(Tom, Jenny));
        Assert.Equal(1L, await Chat.Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE is_admin AND erased_at IS NULL AND coalesce(banned_until <= now(), true)"));
    }

    [Fact]
    public async Task A_session_is_ended_by_the_address_of_its_own_user_alone()
    {
        var session = (await Tom.Browser.GetAsync("/api/me")).ShouldBeOk().Json.GetProperty("session").GetString()!;
        foreach (var (user, id) in new[] { ($"{Eve.Id}", session), ($"{Some}", session), ($"{Tom.Id}", "..%2f..%2fusers"), ($"{Tom.Id}", new string('A', 22)) })
            (await Jenny.Browser.DeleteAsync($"/api/admin/users/{user}/sessions/{id}")).ShouldBe(404, NotFound);
        (await Tom.Browser.GetAsync("/api/sessions")).ShouldBeOk();
    }

    [Theory, InlineData("/users?after=zz"), InlineData("/users?after=ff"), InlineData("/users?filter=owners"), InlineData("/users?search=%00"), InlineData("/rooms?after=1"), InlineData("/rooms?search=%00"), InlineData("/keys?before=x"), InlineData("/audit?before=x"), InlineData("/audit?actor=x"), InlineData("/reports?user=x"), InlineData("/rooms/01890000-0000-7000-8000-000000000001/members?after=x")]
    public async Task What_is_no_page_or_filter_is_refused_and_breaks_nothing(string path) =>
        (await Jenny.Browser.GetAsync($"/api/admin{path}")).ShouldBe(400, "bad_request");

    [Fact]
    public async Task A_search_is_no_pattern_and_no_query()
    {
        foreach (var search in new[] { "%", "_", "\\", "' OR 1=1 --", "a:*&b", "!a", "'':*", "& |", "()" })
        {
            Assert.Empty((await Jenny.Browser.GetAsync($"/api/admin/users?search={Uri.EscapeDataString(search)}")).ShouldBeOk().Json.GetProperty("users").EnumerateArray());
            Assert.Empty((await Jenny.Browser.GetAsync($"/api/admin/rooms?search={Uri.EscapeDataString(search)}")).ShouldBeOk().Json.GetProperty("rooms").EnumerateArray());
            Assert.Empty((await Jenny.Browser.GetAsync($"/api/admin/audit?action={Uri.EscapeDataString(search)}&target={Uri.EscapeDataString(search)}")).ShouldBeOk().Json.EnumerateArray());
        }
    }

    [Fact]
    public async Task What_administrators_see_has_no_secret_and_nothing_of_what_is_said()
    {
        var key = (await Tom.Browser.PostAsync("/api/keys", new { name = "Tom's", scopes = new[] { "publish:lobby" }, password = "correct horse" })).ShouldBeOk().Json;
        var room = (await Tom.Browser.PostAsync("/api/rooms", new { title = "Tom's own", topic = "quiet" })).ShouldBeOk().Json.GetProperty("room").GetProperty("conversation").GetString()!;
        var tom = await Im.Client.RawConnection.OpenAsync(Im.Client.RawConnection.AddressOf(Chat.Address, "node-1"), $"im_session={Tom.Token}");
        Keep(tom);
        await tom.SendTextAsync($$$"""{"type":"post","id":"m","conversation":"{{{room}}}","kind":"text","content":{"text":"what nobody else reads"}}""");
        await NextAsync<AckFrame>(tom, ack => ack.Id == "m");
        foreach (var path in new[] { "/users", $"/users/{Tom.Id}", "/rooms", $"/rooms/{room}", $"/rooms/{room}/members", "/keys", "/audit", "/nodes", "/reports" })
        {
            var text = (await Jenny.Browser.GetAsync($"/api/admin{path}")).ShouldBeOk().Text;
            foreach (var secret in new[] { "what nobody else reads", key.GetProperty("key").GetString()!, Tom.Token, "hash", "stamp" })
                Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase);
        }
        (await Jenny.Browser.GetAsync($"/api/rooms/{room}")).ShouldBe(404, NotFound); // she is no member, here as there
        (await Jenny.Browser.GetAsync($"/api/conversations/{room}/messages")).ShouldBe(404, NotFound);
    }

    [Fact]
    public async Task The_audit_trail_is_not_to_be_changed_and_has_what_was_done_before_it_is_answered()
    {
        foreach (var method in new[] { HttpMethod.Put, HttpMethod.Delete, HttpMethod.Post, HttpMethod.Patch })
            Assert.Equal(405, (int)(await Jenny.Browser.SendAsync(Web.Browser.Request(method, "/api/admin/audit", new { }))).Status);
        var room = (await Tom.Browser.PostAsync("/api/rooms", new { title = "Tea" })).ShouldBeOk().Json.GetProperty("room").GetProperty("conversation").GetString()!;
        var key = (await Tom.Browser.PostAsync("/api/keys", new { name = "k", scopes = new[] { "publish:lobby" }, password = "correct horse" })).ShouldBeOk().Json.GetProperty("id").GetString();
        foreach (var (method, path, body, action) in new (HttpMethod, string, object?, string)[]
        {
            (HttpMethod.Put, $"users/{Tom.Id}/mute", new { minutes = 5, reason = "loud" }, "user.mute"), (HttpMethod.Put, $"users/{Tom.Id}/ban", new { minutes = 0 }, "user.ban"),
            (HttpMethod.Put, $"users/{Tom.Id}/admin", new { admin = true }, "user.admin"), (HttpMethod.Delete, $"users/{Tom.Id}/sessions", null, "user.sign-out"),
            (HttpMethod.Put, $"rooms/{room}/archived", new { archived = true }, "room.archive"), (HttpMethod.Put, $"rooms/{room}/archived", new { archived = false }, "room.unarchive"),
            (HttpMethod.Delete, $"keys/{key}", null, "key.revoke"), (HttpMethod.Delete, $"users/{Tom.Id}", new { }, "user.erase"),
        })
        {
            Assert.True((int)(await Jenny.Browser.SendAsync(Web.Browser.Request(method, $"/api/admin/{path}", body))).Status is 200 or 204, path);
            var entry = (await Jenny.Browser.GetAsync($"/api/admin/audit?actor={Jenny.Id}")).ShouldBeOk().Json[0];
            Assert.Equal((action, Jenny.Nickname), (entry.GetProperty("action").GetString(), entry.GetProperty("actor").GetString()));
        }
    }

    [Fact]
    public async Task A_deleted_account_is_gone_as_if_its_owner_had_done_it()
    {
        var (tom, eve) = (await OpenAsync(Tom.Token), await OpenAsync(Eve.Token));
        await eve.SendTextAsync("""{"type":"send","id":"s","conversation":"lobby","text":"to be erased"}""");
        var seq = (await NextAsync<AckFrame>(eve)).Seq;
        (await Jenny.Browser.DeleteAsync($"/api/admin/users/{Eve.Id}", new { removeMessages = true })).ShouldBeOk();
        Assert.Equal(CloseCodes.SessionEnded, await ReadCloseAsync(eve));
        (await Eve.Browser.LoginAsync(Eve.Nickname, "a new password")).ShouldBeOk(); // the nickname is free: another account
        var page = (await Tom.Browser.GetAsync($"/api/conversations/lobby/messages?after={seq - 1}&limit=1")).ShouldBeOk().Json.GetProperty("messages")[0];
        Assert.Equal(("", IAccountData.ErasedNickname), (page.GetProperty("text").GetString(), page.GetProperty("from").GetProperty("nickname").GetString()));
        (await Jenny.Browser.GetAsync($"/api/admin/users/{Eve.Id}")).ShouldBe(404, NotFound);
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[] { (HttpMethod.Delete, "", new { }), (HttpMethod.Put, "/ban", new { minutes = 5 }), (HttpMethod.Put, "/admin", new { admin = true }), (HttpMethod.Delete, "/sessions", null) })
            (await Jenny.Browser.SendAsync(Web.Browser.Request(method, $"/api/admin/users/{Eve.Id}{path}", body))).ShouldBe(404, NotFound);
        await tom.DisposeAsync();
    }

    [Theory, InlineData("""{"minutes":-1}"""), InlineData("""{"minutes":5256001}"""), InlineData("""{"minutes":"5"}"""), InlineData("""{"minutes":5,"reason":"\u0000"}"""), InlineData("""{}"""), InlineData("[]")]
    public async Task A_penalty_that_is_none_is_refused(string body)
    {
        (await AskAsync(Jenny.Browser, "PUT", $"/users/{Tom.Id}/ban", body)).ShouldBe(400, "bad_request");
        Assert.Equal((false, null, null, 0L), await StateAsync(Tom));
    }

    private async Task MakeAdminAsync(Person person) => (await Jenny.Browser.PutAsync($"/api/admin/users/{person.Id}/admin", new { admin = true })).ShouldBeOk();

    private static Task<Answer> AskAsync(Web.Browser browser, string method, string path, string? body) =>
        browser.SendAsync(Web.Browser.Request(new(method), $"/api/admin{path}", body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json")));

    private async Task<Answer> ByTokenAsync(string token)
    {
        using var program = Chat.NewBrowser();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/admin/users") { Headers = { { "Authorization", $"Bearer {token}" } } };
        return await program.SendAsync(request);
    }

    // Without what is another in each answer.
    private static string Stable(Answer answer) => string.Join(' ', answer.Json.EnumerateObject().Where(each => each.Name != "traceId").Select(each => $"{each.Name}={each.Value}"));

    private async Task<(bool IsAdmin, DateTime? Muted, DateTime? Banned, long Erased)> StateAsync(Person person)
    {
        var state = JsonSerializer.Deserialize<JsonElement>((await Chat.Database.ScalarAsync<string>(
            "SELECT json_build_object('admin', is_admin, 'muted', muted_until, 'banned', banned_until, 'erased', (erasing_at IS NOT NULL)::int)::text FROM users WHERE id = $1", person.Id))!);
        DateTime? At(string name) => state.GetProperty(name) is { ValueKind: JsonValueKind.String } moment ? moment.GetDateTime() : null;
        return (state.GetProperty("admin").GetBoolean(), At("muted"), At("banned"), state.GetProperty("erased").GetInt64());
    }

    public sealed class Brisk : TwoNodes
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Limits:Logins:Burst", "10000"), new("Limits:Requests:Burst", "100000"), new("Limits:RoomChanges:Burst", "10000")];
    }
}
