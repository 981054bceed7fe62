using Im.Client;
using Im.Core.Data;
using Im.Protocol;
using Im.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Web;

/// <summary>What administrators do, felt on another node, and written down.</summary>
[Trait("Category", "Sessions")]
public sealed class AdministrationTests(TwoNodes system, Xunit.Abstractions.ITestOutputHelper output) : IClassFixture<TwoNodes>, IAsyncLifetime
{
    private readonly Browser _admin = system.NewBrowser(), _user = system.NewBrowser();
    private readonly string _adminName = WebCollection.NewNickname(), _userName = WebCollection.NewNickname();
    private Guid _userId;
    private RawConnection _tab = null!;

    public async Task InitializeAsync()
    {
        var adminId = IdOf(await _admin.LoginAsync(_adminName));
        _userId = IdOf(await _user.LoginAsync(_userName));
        await using var scope = system.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ImDbContext>().Users.Where(user => user.Id == adminId).ExecuteUpdateAsync(row => row.SetProperty(user => user.IsAdmin, true));
        _tab = await RawConnection.OpenAsync(RawConnection.AddressOf(system.Address, "node-2"), $"im_session={_user.Token}", version: 1);
        await NextAsync<ReadyFrame>();
    }

    public async Task DisposeAsync()
    {
        await _tab.DisposeAsync();
        _admin.Dispose();
        _user.Dispose();
    }

    [Fact]
    public async Task Somebody_muted_reads_and_does_not_write_from_that_moment_and_may_again_when_it_is_lifted()
    {
        Assert.IsType<AckFrame>(await SayAsync("before"));
        var muted = (await _admin.PutAsync($"/api/admin/users/{_userId}/mute", new { minutes = 60, reason = "flooding" })).ShouldBeOk().Json;
        Assert.True(muted.GetProperty("mutedUntil").GetInt64() > DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        await Eventually.TrueAsync(async () => await SayAsync("muted?") is ErrorFrame { Code: ErrorCodes.Muted });
        await _tab.SendAsync(new HistoryRequest { Conversation = ConversationId.Lobby });
        await NextAsync<HistoryFrame>();
        (await _admin.PutAsync($"/api/admin/users/{_userId}/mute", new { minutes = 0 })).ShouldBeOk();
        await Eventually.TrueAsync(async () => await SayAsync("again") is AckFrame);
    }

    [Fact]
    public async Task Somebody_banned_is_out_everywhere_and_cannot_come_back_until_it_is_lifted()
    {
        (await _admin.PutAsync($"/api/admin/users/{_userId}/ban", new { minutes = 5 })).ShouldBeOk();
        await EndAsync();
        Assert.Equal(CloseCodes.SessionEnded, _tab.CloseCode);
        (await _user.GetAsync("/api/sessions")).ShouldBe(401, "not_logged_in");
        (await _user.LoginAsync(_userName)).ShouldBe(403, "banned");
        (await _user.PostAsync("/api/tokens", new { nickname = _userName, password = "correct horse" })).ShouldBe(403, "banned");
        (await _user.LoginAsync(_userName, "wrong horse")).ShouldBe(401, "wrong_password"); // only its owner learns of it
        (await _admin.PutAsync($"/api/admin/users/{_userId}/ban", new { minutes = 0 })).ShouldBeOk();
        (await _user.LoginAsync(_userName)).ShouldBeOk();
    }

    [Fact]
    public async Task A_message_removed_keeps_its_place_without_its_text_and_everybody_is_told()
    {
        var ack = Assert.IsType<AckFrame>(await SayAsync("something foul"));
        (await _admin.DeleteAsync($"/api/admin/conversations/lobby/messages/{ack.Seq}")).ShouldBeOk(204);
        var removed = await NextAsync<RemovedFrame>();
        Assert.Equal((ConversationId.Lobby, ack.Seq), (removed.Conversation, removed.Seq));
        var page = (await _user.GetAsync($"/api/conversations/lobby/messages?after={ack.Seq - 1}&limit=1")).ShouldBeOk().Json.GetProperty("messages")[0];
        Assert.Equal((ack.Seq, ""), (page.GetProperty("seq").GetInt64(), page.GetProperty("text").GetString()));
        (await _admin.DeleteAsync("/api/admin/conversations/lobby/messages/999999")).ShouldBe(404, "not_found");
    }

    [Fact]
    public async Task An_announcement_reaches_everybody_who_is_connected()
    {
        (await _admin.PostAsync("/api/admin/announcements", new { text = "\u200B\u3164" })).ShouldBe(400, "bad_text");
        (await _admin.PostAsync("/api/admin/announcements", new { text = "We restart at 18:00." })).ShouldBeOk(204);
        Assert.Equal("We restart at 18:00.", (await NextAsync<AnnouncementFrame>()).Text);
    }

    [Fact]
    public async Task Sessions_are_seen_and_ended_and_every_deed_is_in_the_audit_trail()
    {
        var seen = (await _admin.GetAsync($"/api/admin/users/{_userName}")).ShouldBeOk().Json;
        Assert.Equal(_userId, seen.GetProperty("user").GetProperty("id").GetGuid());
        Assert.Equal(1, seen.GetProperty("sessions").GetArrayLength());
        Assert.Equal(1, (await _admin.DeleteAsync($"/api/admin/users/{_userId}/sessions")).ShouldBeOk().Json.GetProperty("ended").GetInt32());
        await EndAsync();
        Assert.Equal(CloseCodes.SessionEnded, _tab.CloseCode);
        var entry = (await _admin.GetAsync("/api/admin/audit")).ShouldBeOk().Json[0];
        Assert.Equal((_adminName, "user.sign-out", $"{_userId}"), (entry.GetProperty("actor").GetString(), entry.GetProperty("action").GetString(), entry.GetProperty("target").GetString()));
    }

    [Fact]
    public async Task An_administrator_makes_another_and_takes_it_back()
    {
        (await _user.GetAsync("/api/admin/audit")).ShouldBe(403, "forbidden");
        (await _admin.PutAsync($"/api/admin/users/{_userId}/admin", new { admin = true })).ShouldBeOk();
        (await _user.GetAsync("/api/admin/audit")).ShouldBeOk();
        (await _admin.PutAsync($"/api/admin/users/{_userId}/admin", new { admin = false })).ShouldBeOk();
        (await _user.GetAsync("/api/admin/audit")).ShouldBe(403, "forbidden");
    }

    [Fact]
    public async Task Five_thousand_people_are_listed_in_pages_found_by_a_word_and_by_what_they_may()
    {
        await system.Database.ScalarAsync<object>("""
            INSERT INTO users (id, user_name, normalized_user_name, lockout_enabled, access_failed_count, brief, created_at, is_admin, banned_until)
            SELECT gen_random_uuid(), 'Crowd ' || n, 'crowd ' || lpad(n::text, 5, '0'), false, 0, '', now(), n = 4242, CASE WHEN n % 1000 = 7 THEN now() + interval '1 day' END FROM generate_series(1, 5000) n
            """);
        var (names, after, times) = (new List<string>(), "", new List<double>());
        for (var pages = 0; pages < 110 && after is not null; pages++)
        {
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            var page = (await _admin.GetAsync($"/api/admin/users{(after == "" ? "" : $"?after={after}")}")).ShouldBeOk().Json;
            times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            names.AddRange(page.GetProperty("users").EnumerateArray().Select(each => each.GetProperty("nickname").GetString()!).Where(name => name.StartsWith("Crowd", StringComparison.Ordinal)));
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        Assert.Equal(Enumerable.Range(1, 5_000).Select(n => $"Crowd {n}"), names);
        output.WriteLine($"A page of 5,000 people: p95 {times.Order().ElementAt(times.Count * 95 / 100):0.0} ms");
        Assert.Equal("Crowd 777", Assert.Single((await UsersAsync("?search=CROWD%2000777"))).GetProperty("nickname").GetString());
        var admins = await UsersAsync("?filter=administrators");
        Assert.Contains(admins, each => each.GetProperty("nickname").GetString() == "Crowd 4242");
        Assert.All(admins, each => Assert.True(each.GetProperty("admin").GetBoolean()));
        Assert.Equal(["Crowd 7", "Crowd 1007", "Crowd 2007", "Crowd 3007", "Crowd 4007"], (await UsersAsync("?filter=banned&search=crowd")).Select(each => each.GetProperty("nickname").GetString()!));
        // By indexes, also for those few.
        foreach (var filter in new[] { "", " AND is_admin", " AND banned_until > now()" })
            Assert.DoesNotContain("Seq Scan", await PlanAsync($"SELECT id FROM users WHERE erased_at IS NULL AND normalized_user_name > 'crowd'{filter} ORDER BY normalized_user_name LIMIT 51"), StringComparison.Ordinal);
        await system.Database.ScalarAsync<object>("DELETE FROM users WHERE user_name LIKE 'Crowd %'");
    }

    [Fact]
    public async Task A_room_is_found_whoever_it_is_open_to_and_archived_with_its_members_told()
    {
        var room = (await _user.PostAsync("/api/rooms", new { title = $"Tea {_userName}", topic = "茶" })).ShouldBeOk().Json.GetProperty("room").GetProperty("conversation").GetString()!;
        var found = Assert.Single((await _admin.GetAsync($"/api/admin/rooms?search=TEA%20{_userName}")).ShouldBeOk().Json.GetProperty("rooms").EnumerateArray());
        Assert.Equal((room, false, 1, 1L, 0L, _userId), (found.GetProperty("conversation").GetString(), found.GetProperty("public").GetBoolean(), found.GetProperty("members").GetInt32(),
            found.GetProperty("lines").GetInt64(), found.GetProperty("fileBytes").GetInt64(), found.GetProperty("owner").GetProperty("id").GetGuid()));
        Assert.Equal(_userName, (await _admin.GetAsync($"/api/admin/rooms/{room}/members")).ShouldBeOk().Json.GetProperty("members")[0].GetProperty("nickname").GetString());
        Assert.True((await _admin.PutAsync($"/api/admin/rooms/{room}/archived", new { archived = true })).ShouldBeOk().Json.GetProperty("archived").GetBoolean());
        Assert.True((await _user.GetAsync($"/api/rooms/{room}")).ShouldBeOk().Json.GetProperty("archived").GetBoolean());
        Assert.Equal("title", await system.Database.ScalarAsync<string>("SELECT CASE kind WHEN 9 THEN 'title' END FROM events WHERE conversation_id = $1 AND seq = 2 AND sender_nickname = $2", Guid.Parse(room), _adminName));
        Assert.False((await _admin.PutAsync($"/api/admin/rooms/{room}/archived", new { archived = false })).ShouldBeOk().Json.TryGetProperty("archived", out _));
        (await _admin.PutAsync($"/api/admin/rooms/{Guid.NewGuid()}/archived", new { archived = true })).ShouldBe(404, "not_found");
        var entries = (await _admin.GetAsync($"/api/admin/audit?target={room}")).ShouldBeOk().Json.EnumerateArray().ToArray();
        Assert.Equal(["room.unarchive", "room.archive"], entries.Select(entry => entry.GetProperty("action").GetString()!));
        Assert.Equal($"Tea {_userName}", entries[0].GetProperty("targetName").GetString());
    }

    [Fact]
    public async Task A_key_of_anybodys_is_seen_and_revoked_and_one_device_is_signed_out()
    {
        var key = (await _user.PostAsync("/api/keys", new { name = "build server", scopes = new[] { "publish:lobby" }, password = "correct horse" })).ShouldBeOk().Json;
        var listed = Assert.Single((await _admin.GetAsync($"/api/admin/keys?owner={_userId}")).ShouldBeOk().Json.GetProperty("keys").EnumerateArray());
        Assert.Equal((key.GetProperty("id").GetString(), _userName), (listed.GetProperty("id").GetString(), listed.GetProperty("owner").GetProperty("nickname").GetString()));
        Assert.Equal(1, (await _admin.GetAsync($"/api/admin/users/{_userId}")).ShouldBeOk().Json.GetProperty("keys").GetInt32());
        (await _admin.DeleteAsync($"/api/admin/keys/{key.GetProperty("id").GetString()}")).ShouldBeOk(204);
        (await _admin.DeleteAsync($"/api/admin/keys/{key.GetProperty("id").GetString()}")).ShouldBe(404, "not_found");
        using var publish = Browser.Request(HttpMethod.Post, "/api/publish", new { id = "p", text = "still here?", conversation = "lobby" });
        publish.Headers.Add("Authorization", $"Bearer {key.GetProperty("key").GetString()}");
        (await system.NewBrowser().SendAsync(publish)).ShouldBe(401, "not_logged_in");

        using var other = system.NewBrowser();
        (await other.LoginAsync(_userName)).ShouldBeOk();
        var session = (await other.GetAsync("/api/me")).ShouldBeOk().Json.GetProperty("session").GetString();
        (await _admin.DeleteAsync($"/api/admin/users/{_userId}/sessions/{session}")).ShouldBeOk(204);
        (await other.GetAsync("/api/sessions")).ShouldBe(401, "not_logged_in");
        (await _user.GetAsync("/api/sessions")).ShouldBeOk();
    }

    [Fact]
    public async Task Nodes_are_listed_with_what_they_carry_and_reports_with_who_decided_what()
    {
        var nodes = (await _admin.GetAsync("/api/admin/nodes")).ShouldBeOk().Json.EnumerateArray().ToArray();
        Assert.Equal(["node-1", "node-2"], nodes.Select(node => node.GetProperty("name").GetString()!));
        Assert.All(nodes, node => Assert.True(node.GetProperty("leaseMs").GetInt64() > 0 && node.GetProperty("started").GetInt64() > 0 && node.GetProperty("version").GetString()!.Length > 0 && !node.GetProperty("draining").GetBoolean()));
        await Eventually.TrueAsync(async () => (await _admin.GetAsync("/api/admin/nodes")).ShouldBeOk().Json[1] is var two && two.GetProperty("people").GetInt32() >= 1 && two.GetProperty("connections").GetInt32() >= 1);

        (await _user.PostAsync("/api/reports", new { reason = "loud", user = IdOf(await _admin.LoginAsync(_adminName)) })).ShouldBeOk(204);
        var mine = $"?user={(await _admin.GetAsync("/api/me")).Json.GetProperty("user").GetProperty("id").GetGuid()}";
        var report = Assert.Single((await _admin.GetAsync($"/api/admin/reports{mine}&closed=false")).ShouldBeOk().Json.EnumerateArray());
        var path = $"/api/admin/reports/{report.GetProperty("id").GetInt64()}";
        (await _admin.PutAsync(path, new { closed = true, decision = "praised" })).ShouldBe(400, "bad_request");
        (await _admin.PutAsync(path, new { closed = false, decision = "muted" })).ShouldBe(400, "bad_request");
        (await _admin.PutAsync(path, new { closed = true, decision = "dismissed" })).ShouldBeOk(204);
        var closed = Assert.Single((await _admin.GetAsync($"/api/admin/reports{mine}&closed=true")).ShouldBeOk().Json.EnumerateArray());
        Assert.Equal(("dismissed", _adminName), (closed.GetProperty("decision").GetString(), closed.GetProperty("closedBy").GetProperty("nickname").GetString()));
        (await _admin.PutAsync(path, new { closed = false })).ShouldBeOk(204);
        Assert.False((await _admin.GetAsync($"/api/admin/reports{mine}")).ShouldBeOk().Json[0].TryGetProperty("closedBy", out _));
    }

    private async Task<System.Text.Json.JsonElement[]> UsersAsync(string query) => [.. (await _admin.GetAsync($"/api/admin/users{query}")).ShouldBeOk().Json.GetProperty("users").EnumerateArray()];

    private async Task<string> PlanAsync(string sql)
    {
        await system.Database.ScalarAsync<object>("ANALYZE users");
        return await system.Database.ScalarAsync<string>($"EXPLAIN (FORMAT JSON) {sql}") ?? "";
    }

    private async Task<ServerFrame> SayAsync(string text)
    {
        var id = $"{Guid.NewGuid()}";
        await _tab.SendAsync(new SendFrame { Id = id, Conversation = ConversationId.Lobby, Text = text });
        return await NextAsync<ServerFrame>(frame => frame.Id == id && frame is AckFrame or ErrorFrame);
    }

    private async Task<T> NextAsync<T>(Func<T, bool>? wanted = null) where T : ServerFrame
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await _tab.ReceiveAsync(limit.Token) is { } frame)
            if (frame is T typed && wanted?.Invoke(typed) != false)
                return typed;
        throw new Xunit.Sdk.XunitException($"Closed with {_tab.CloseCode} before a {typeof(T).Name} came.");
    }

    private async Task EndAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await _tab.ReceiveAsync(limit.Token) is not null)
        {
        }
    }

    private static Guid IdOf(Answer login) => login.ShouldBeOk().Json.GetProperty("user").GetProperty("id").GetGuid();
}

/// <summary>The setting that makes the first administrator.</summary>
[Trait("Category", "Sessions")]
public sealed class FirstAdminTests
{
    private const string Nickname = "the first";

    [Fact]
    public async Task The_setting_makes_an_account_that_exists_an_administrator_and_nobody_who_takes_the_nickname_later()
    {
        var server = new Server();
        await server.InitializeAsync();
        try
        {
            using var browser = server.NewBrowser();
            (await browser.LoginAsync(Nickname)).ShouldBeOk();
            (await browser.GetAsync("/api/admin/audit")).ShouldBe(403, "forbidden");
            await server.RestartAsync();
            using var again = server.NewBrowser();
            (await again.LoginAsync(Nickname)).ShouldBeOk();
            await Eventually.TrueAsync(async () => (int)(await again.GetAsync("/api/admin/audit")).Status == 200);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private sealed class Server : WebServer
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Admin", Nickname)];
    }
}
