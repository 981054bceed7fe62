using Im.Client;
using Im.Protocol;
using Im.Tests.Fixtures;
using Im.Tests.Web;

namespace Im.Tests.Attack;

/// <summary>Eve wants to be heard by who has blocked her, to see what she may not of people, to read and flood reports, and to come into Jenny's account by its recovery codes.</summary>
[Trait("Category", "Attack")]
public sealed class PeopleAttacks(PeopleAttacks.Brisk chat) : AttackSuite(chat), IClassFixture<PeopleAttacks.Brisk>
{
    private const string NotFound = "not_found", Forbidden = "forbidden";

    [Fact]
    public async Task Who_is_blocked_reaches_nobody_by_any_way_and_neither_does_who_blocks()
    {
        var (jenny, eve, old) = (await OpenTwoAsync(Jenny, "node-1"), await OpenTwoAsync(Eve, "node-2"), await OpenAsync(Eve.Token, node: "node-2"));
        await SayAsync(eve, Jenny.Id, "before"); // her standing is remembered from here on
        await NextAsync<EventFrame>(jenny, e => e.Text == "before");
        var key = (await Eve.Browser.PostAsync("/api/keys", new { name = "k", scopes = new[] { "publish:direct" }, password = "correct horse" })).ShouldBeOk().Json.GetProperty("key").GetString();
        var room = (await Eve.Browser.PostAsync("/api/rooms", new { title = "Tea" })).ShouldBeOk().Json.GetProperty("room").GetProperty("conversation").GetString();
        (await Jenny.Browser.PutAsync($"/api/me/blocks/{Eve.Id}", null)).ShouldBeOk(204);
        Assert.Equal(PersonFrame.Blocked, (await NextAsync<PersonFrame>(jenny)).What);
        // The nodes hear of it by the bus.
        await Eventually.TrueAsync(async () => await PostAsync(eve, Jenny.Id, "now?") is ErrorFrame { Code: ErrorCodes.Forbidden });
        foreach (var more in new[] { ",\"kind\":\"reaction\",\"target\":1,\"content\":{\"keys\":[\"👍\"]}", ",\"kind\":\"edit\",\"target\":1,\"content\":{\"text\":\"now\"}", ",\"kind\":\"poll\",\"content\":{\"question\":\"?\",\"options\":[\"a\",\"b\"]}" })
            Assert.Equal(ErrorCodes.Forbidden, (await FrameAsync(eve, "post", $"\"conversation\":\"{ConversationId.Direct(Jenny.Id, Eve.Id)}\"{more}")).Code);
        await old.SendTextAsync($$"""{"type":"send","id":"s","user":"{{Jenny.Id}}","text":"by version 1"}""");
        Assert.Equal(ErrorCodes.NotFound, (await NextAsync<ErrorFrame>(old)).Code);
        using (var publish = Web.Browser.Request(HttpMethod.Post, "/api/publish", new { id = "p", text = "by a key", user = Jenny.Id }))
        {
            publish.Headers.Add("Authorization", $"Bearer {key}");
            (await Chat.NewBrowser().SendAsync(publish)).ShouldBe(403, Forbidden);
        }
        (await Eve.Browser.PostAsync($"/api/rooms/{room}/invitations", new { nickname = Jenny.Nickname })).ShouldBe(404, NotFound);
        await eve.SendTextAsync($$"""{"type":"typing","user":"{{Jenny.Id}}"}""");
        await eve.SendTextAsync($$"""{"type":"read","id":"r","user":"{{Jenny.Id}}","line":1}""");
        await NextAsync<AckFrame>(eve, ack => ack.Id == "r");
        Assert.Equal(ErrorCodes.Forbidden, Assert.IsType<ErrorFrame>(await PostAsync(jenny, Eve.Id, "and I?")).Code);
        // One's own words may be taken back; and nothing of the above comes before that.
        await eve.SendTextAsync($$$"""{"type":"post","id":"u","user":"{{{Jenny.Id}}}","kind":"recall","target":1,"content":{}}""");
        await NextAsync<AckFrame>(eve, ack => ack.Id == "u");
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10)))
            while (await jenny.ReceiveAsync(limit.Token) is { } frame and not EventFrame { Kind: "recall" })
                Assert.False(frame is EventFrame { Conversation.IsLobby: false, Text: not "now?" } or TypingFrame or SeenFrame or InvitationFrame, $"{frame}");
        var unblocked = await Jenny.Browser.DeleteAsync($"/api/me/blocks/{Eve.Id}");
        unblocked.ShouldBeOk(204);
        await Eventually.TrueAsync(async () => await PostAsync(eve, Jenny.Id, "again") is AckFrame);
        (await Jenny.Browser.DeleteAsync($"/api/me/blocks/{Eve.Id}")).ShouldBe(404, NotFound);
        (await Jenny.Browser.PutAsync($"/api/me/blocks/{Jenny.Id}", null)).ShouldBe(400, "bad_request");
        (await Jenny.Browser.PutAsync($"/api/me/blocks/{Guid.NewGuid()}", null)).ShouldBe(404, NotFound);
    }

    [Fact]
    public async Task When_somebody_was_here_is_told_to_nobody_who_hides_it_or_was_blocked()
    {
        var gone = await OpenTwoAsync(Jenny, "node-1");
        await gone.DisposeAsync();
        await Eventually.TrueAsync(async () => await SeenAsync(Tom, Jenny) is not null);
        Assert.NotNull(await SeenAsync(Eve, Jenny));
        (await Jenny.Browser.PutAsync($"/api/me/blocks/{Eve.Id}", null)).ShouldBeOk(204);
        Assert.Null(await SeenAsync(Eve, Jenny));
        Assert.NotNull(await SeenAsync(Tom, Jenny));
        (await Tom.Browser.PutAsync("/api/me/settings", new { lastSeen = false })).ShouldBeOk();
        Assert.Null(await SeenAsync(Tom, Jenny)); // who does not show it does not see it
        (await Jenny.Browser.PutAsync("/api/me/settings", new { lastSeen = false })).ShouldBeOk();
        Assert.False((await Jenny.Browser.GetAsync("/api/me/settings")).ShouldBeOk().Json.GetProperty("lastSeen").GetBoolean());
        Assert.Equal(DBNull.Value, await Chat.Database.ScalarAsync<object>("SELECT last_seen_at FROM users WHERE id = $1", Jenny.Id)); // forgotten
        Assert.False((await Eve.Browser.GetAsync($"/api/users/{Jenny.Id}/profile")).ShouldBeOk().Json.TryGetProperty("blocked", out _)); // not told whose
    }

    [Theory, InlineData("/api/directory"), InlineData("/api/me/settings"), InlineData("/api/me/blocks"), InlineData("/api/me/recovery-codes"), InlineData("/api/admin/reports")]
    public async Task A_guest_sees_no_people(string path)
    {
        using var guest = Chat.NewBrowser();
        (await guest.GetAsync(path)).ShouldBe(401, "not_logged_in");
        (await guest.GetAsync($"/api/users/{Jenny.Id}/profile")).ShouldBe(401, "not_logged_in");
    }

    [Fact]
    public async Task The_directory_finds_people_by_words_and_takes_no_search_for_a_pattern_or_a_query()
    {
        var mark = $"{Guid.NewGuid():N}"[..6];
        foreach (var name in new[] { $"Ann {mark}", $"{mark}-Lee", $"王小{mark[..3]}" })
            await Chat.Database.ScalarAsync<object>("UPDATE users SET user_name = $2, normalized_user_name = lower($2) WHERE id = $1", (await JoinAsync()).Id, name);
        Assert.Equal(2, await FindAsync(mark.ToUpperInvariant()));
        Assert.Equal(2, await FindAsync(mark[..4]));
        Assert.Equal(1, await FindAsync($"{mark} an"));
        Assert.Equal(1, await FindAsync($"le {mark}"));
        Assert.Equal(1, await FindAsync($"小{mark[..3]}"));
        Assert.Equal(0, await FindAsync($"{mark[1..]}"));
        Assert.Equal(0, await FindAsync($"小王{mark[..3]}"));
        foreach (var search in new[] { "%", "_", "\\", "' OR 1=1 --", "a:*&b", "!a", "'':*", "& |", "()" })
            (await Eve.Browser.GetAsync($"/api/directory?search={Uri.EscapeDataString(search)}{mark}")).ShouldBeOk().Json.GetProperty("users").EnumerateArray().ToList().ForEach(user => Assert.Contains(mark, user.GetProperty("nickname").GetString(), StringComparison.Ordinal));
        foreach (var query in new[] { "after=x", "after=FF", "search=%00", $"search={new string('x', 65)}", "search=%ED%A0%80" })
            Assert.InRange((int)(await Eve.Browser.GetAsync($"/api/directory?{query}")).Status, 200, 400);

        // Everybody, in pages, once; and of a deleted account nothing.
        (await Tom.Browser.DeleteAsync("/api/me", new { password = "correct horse" })).ShouldBeOk();
        var (all, after) = (new List<Guid>(), "");
        do
        {
            var page = (await Eve.Browser.GetAsync($"/api/directory{after}")).ShouldBeOk().Json;
            all.AddRange(page.GetProperty("users").EnumerateArray().Select(user => user.GetProperty("id").GetGuid()));
            after = page.TryGetProperty("next", out var next) ? $"?after={next.GetString()}" : "";
        }
        while (after.Length > 0);
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Contains(Jenny.Id, all);
        Assert.DoesNotContain(Tom.Id, all);
        (await Eve.Browser.GetAsync($"/api/users/{Tom.Id}/profile")).ShouldBe(404, NotFound);
    }

    [Fact]
    public async Task A_strangers_request_is_not_unread_is_answered_by_its_receiver_alone_and_a_declined_one_comes_back_with_another_line()
    {
        var (jenny, eve) = (await OpenTwoAsync(Jenny, "node-1"), await OpenTwoAsync(Eve, "node-2"));
        await SayAsync(eve, Jenny.Id, "hello");
        var list = await ListAsync(jenny);
        Assert.Equal((0L, 1L, true), (list.Unread, Direct(list)!.Unread, Direct(list)!.Stranger));
        // Nor does Eve learn that it was looked at.
        await ReadAsync(jenny, Eve.Id, 1);
        Assert.Null(ToJenny(await ListAsync(eve)).PeerReadLine);
        (await Eve.Browser.PostAsync($"/api/requests/{Jenny.Id}/accept")).ShouldBe(404, NotFound); // hers it is not
        (await Tom.Browser.PostAsync($"/api/requests/{Eve.Id}/accept")).ShouldBe(404, NotFound);
        (await Jenny.Browser.PostAsync($"/api/requests/{Eve.Id}/decline")).ShouldBeOk(204);
        Assert.Equal(PersonFrame.Declined, (await NextAsync<PersonFrame>(jenny)).What);
        Assert.Null(Direct(await ListAsync(jenny)));
        await SayAsync(eve, Jenny.Id, "are you there?");
        Assert.True(Direct(await ListAsync(jenny))!.Stranger);
        (await Jenny.Browser.PostAsync($"/api/requests/{Eve.Id}/accept")).ShouldBeOk(204);
        list = await ListAsync(jenny);
        Assert.Equal((1L, null), (list.Unread, Direct(list)!.Stranger));
        await ReadAsync(jenny, Eve.Id, 2);
        Assert.Equal(2, (await NextAsync<SeenFrame>(eve)).Line); // the first that she is told
        Assert.Equal(2, ToJenny(await ListAsync(eve)).PeerReadLine);
        (await Jenny.Browser.PostAsync($"/api/requests/{Eve.Id}/decline")).ShouldBe(404, NotFound);

        ConversationInfo? Direct(ConversationListFrame from) => from.Conversations.SingleOrDefault(info => info.Peer?.Id == Eve.Id);

        ConversationInfo ToJenny(ConversationListFrame from) => from.Conversations.Single(info => info.Peer?.Id == Jenny.Id);

        async Task ReadAsync(RawConnection reader, Guid with, long line)
        {
            var id = $"{Guid.NewGuid()}";
            await reader.SendTextAsync($$"""{"type":"read","id":"{{id}}","user":"{{with}}","line":{{line}}}""");
            await NextAsync<AckFrame>(reader, ack => ack.Id == id);
        }
    }

    [Fact]
    public async Task A_report_shows_no_line_that_its_reporter_may_not_read_and_is_the_administrators_alone()
    {
        var (jenny, tom) = (await OpenTwoAsync(Jenny, "node-1"), await OpenTwoAsync(Tom, "node-2"));
        await SayAsync(tom, Jenny.Id, "an unkind word");
        var talk = $"{ConversationId.Direct(Jenny.Id, Tom.Id)}";
        var room = (await Jenny.Browser.PostAsync("/api/rooms", new { title = "Tea" })).ShouldBeOk().Json.GetProperty("room").GetProperty("conversation").GetString();
        foreach (var conversation in new[] { talk, room, $"{Guid.NewGuid()}" })
            (await Eve.Browser.PostAsync("/api/reports", new { reason = "let me see", conversation, line = 1 })).ShouldBe(404, NotFound);
        (await Jenny.Browser.PostAsync("/api/reports", new { reason = "rude", conversation = talk, line = 1 })).ShouldBeOk(204);
        (await Jenny.Browser.PostAsync("/api/reports", new { reason = "again", conversation = talk, line = 2 })).ShouldBe(404, NotFound);
        (await Tom.Browser.PostAsync("/api/reports", new { reason = "myself", conversation = talk, line = 1 })).ShouldBe(404, NotFound);
        (await Jenny.Browser.PostAsync("/api/reports", new { reason = "  ", user = Tom.Id })).ShouldBe(400, "bad_text");
        (await Jenny.Browser.PostAsync("/api/reports", new { reason = "who?", user = Tom.Id, conversation = talk, line = 1 })).ShouldBe(400, "bad_request");

        (await Jenny.Browser.GetAsync("/api/admin/reports")).ShouldBe(403, Forbidden);
        (await Tom.Browser.PutAsync("/api/admin/reports/1", new { closed = true })).ShouldBe(403, Forbidden);
        var admin = await JoinAsync();
        await Chat.Database.ScalarAsync<object>("UPDATE users SET is_admin = true WHERE id = $1", admin.Id);
        var report = (await admin.Browser.GetAsync("/api/admin/reports?closed=false")).ShouldBeOk().Json.EnumerateArray().Single(each => each.GetProperty("reporter").GetProperty("id").GetGuid() == Jenny.Id);
        Assert.Equal(("an unkind word", "rude", Tom.Id), (report.GetProperty("text").GetString(), report.GetProperty("reason").GetString(), report.GetProperty("user").GetProperty("id").GetGuid()));
        var id = report.GetProperty("id").GetInt64();
        (await admin.Browser.PutAsync($"/api/admin/reports/{id}", new { closed = true })).ShouldBeOk(204);
        Assert.DoesNotContain((await admin.Browser.GetAsync("/api/admin/reports?closed=false")).ShouldBeOk().Json.EnumerateArray(), each => each.GetProperty("id").GetInt64() == id);
        Assert.Contains((await admin.Browser.GetAsync("/api/admin/audit")).ShouldBeOk().Json.EnumerateArray(), entry => entry.GetProperty("action").GetString() == "report.close" && entry.GetProperty("target").GetString() == $"report {id}");
        (await admin.Browser.PutAsync($"/api/admin/reports/{long.MaxValue}", new { closed = true })).ShouldBe(404, NotFound);

        // Five at once; also those that are refused.
        for (var i = 0; i < 2; i++)
            (await Eve.Browser.PostAsync("/api/reports", new { reason = "x", user = Jenny.Id })).ShouldBeOk(204);
        Assert.NotNull((await Eve.Browser.PostAsync("/api/reports", new { reason = "x", user = Jenny.Id })).ShouldBe(429, "slow_down").Headers.RetryAfter);
    }

    [Fact]
    public async Task A_recovery_code_sets_a_password_once_and_ends_every_session_and_guesses_count_like_passwords()
    {
        (await Jenny.Browser.PostAsync("/api/me/recovery-codes", new { password = "not hers" })).ShouldBe(401, "wrong_password");
        var codes = await MakeCodesAsync();
        Assert.Equal((10, 10), (codes.Distinct().Count(), (await Jenny.Browser.GetAsync("/api/me/recovery-codes")).ShouldBeOk().Json.GetProperty("left").GetInt32()));
        Assert.Equal(0L, await Chat.Database.ScalarAsync<long>("SELECT count(*) FROM recovery_codes WHERE user_id = $1 AND position($2 in hash) > 0", Jenny.Id, codes[0]));
        var open = await OpenTwoAsync(Jenny, "node-2");
        using var anywhere = Chat.NewBrowser();
        (await Recover(anywhere, Tom, codes[0])).ShouldBe(401, "wrong_code"); // another's
        (await anywhere.PostAsync("/api/recover", new { nickname = "nobody at all", code = codes[0], newPassword = "battery staple" })).ShouldBe(401, "wrong_code");
        (await anywhere.PostAsync("/api/recover", new { nickname = Jenny.Nickname, code = codes[0], newPassword = "x" })).ShouldBe(400, "bad_password");
        (await Recover(anywhere, Jenny, $" {codes[0].ToLowerInvariant().Replace('-', ' ')} ")).ShouldBeOk();
        Assert.Equal(Jenny.Id, (await anywhere.GetAsync("/api/me")).ShouldBeOk().Json.GetProperty("user").GetProperty("id").GetGuid());
        Assert.Equal(CloseCodes.SessionEnded, await ReadCloseAsync(open));
        (await Recover(anywhere, Jenny, codes[0])).ShouldBe(401, "wrong_code");
        (await Chat.NewBrowser().LoginAsync(Jenny.Nickname, "correct horse")).ShouldBe(401, "wrong_password");
        (await Chat.NewBrowser().LoginAsync(Jenny.Nickname, "battery staple")).ShouldBeOk();

        // New ones are made: the old ones are worth nothing.
        var again = (await anywhere.PostAsync("/api/me/recovery-codes", new { password = "battery staple" })).ShouldBeOk().Json.GetProperty("codes").EnumerateArray().Select(code => code.GetString()!).ToList();
        (await Recover(anywhere, Jenny, codes[1])).ShouldBe(401, "wrong_code");
        for (var i = 1; i < 10; i++)
            (await Recover(anywhere, Jenny, $"{again[i][0]}{new string('A', 14)}")).ShouldBe(401, "wrong_code");
        (await Recover(anywhere, Jenny, again[0])).ShouldBe(429, "locked_out");
        (await Chat.NewBrowser().LoginAsync(Jenny.Nickname, "battery staple")).ShouldBe(429, "locked_out"); // one count for both
    }

    [Fact]
    public async Task What_was_decided_about_people_is_taken_along_and_erased()
    {
        await MakeCodesAsync();
        (await Jenny.Browser.PutAsync($"/api/me/blocks/{Eve.Id}", null)).ShouldBeOk(204);
        (await Eve.Browser.PutAsync($"/api/me/blocks/{Jenny.Id}", null)).ShouldBeOk(204);
        (await Jenny.Browser.PostAsync("/api/reports", new { reason = "spam", user = Eve.Id })).ShouldBeOk(204);
        (await Tom.Browser.PostAsync("/api/reports", new { reason = "of Jenny", user = Jenny.Id })).ShouldBeOk(204);
        var export = (await Jenny.Browser.GetAsync("/api/me/export")).ShouldBeOk().Json;
        Assert.Equal(
            (true, Eve.Id, "spam", 10),
            (export.GetProperty("settings").GetProperty("lastSeen").GetBoolean(), export.GetProperty("blocked")[0].GetProperty("id").GetGuid(), export.GetProperty("reports")[0].GetProperty("reason").GetString(), export.GetProperty("recoveryCodes").GetInt32()));
        Assert.Equal(1, export.GetProperty("reports").GetArrayLength()); // not those of others about her
        (await Jenny.Browser.DeleteAsync("/api/me", new { password = "correct horse" })).ShouldBeOk();
        Assert.Equal(0L, await Chat.Database.ScalarAsync<long>(
            """
            SELECT (SELECT count(*) FROM blocks WHERE $1 IN (user_id, blocked_id)) + (SELECT count(*) FROM reports WHERE $1 IN (user_id, reporter_id))
                 + (SELECT count(*) FROM recovery_codes WHERE user_id = $1) + (SELECT count(last_seen_at) FROM users WHERE id = $1)
            """, Jenny.Id));
    }

    private static Task<Answer> Recover(Web.Browser browser, Person person, string code) => browser.PostAsync("/api/recover", new { nickname = person.Nickname, code, newPassword = "battery staple" });

    private async Task<IReadOnlyList<string>> MakeCodesAsync() =>
        [.. (await Jenny.Browser.PostAsync("/api/me/recovery-codes", new { password = "correct horse" })).ShouldBeOk().Json.GetProperty("codes").EnumerateArray().Select(code => code.GetString()!)];

    private async Task<int> FindAsync(string search) => (await Eve.Browser.GetAsync($"/api/directory?search={Uri.EscapeDataString(search)}")).ShouldBeOk().Json.GetProperty("users").GetArrayLength();

    private static async Task<long?> SeenAsync(Person viewer, Person of) =>
        (await viewer.Browser.GetAsync($"/api/users/{of.Id}/profile")).ShouldBeOk().Json.TryGetProperty("lastSeen", out var seen) ? seen.GetInt64() : null;

    private static async Task<ConversationListFrame> ListAsync(RawConnection connection)
    {
        var id = $"{Guid.NewGuid()}";
        await connection.SendTextAsync($$"""{"type":"conversations","id":"{{id}}"}""");
        return await NextAsync<ConversationListFrame>(connection, list => list.Id == id);
    }

    private async Task<RawConnection> OpenTwoAsync(Person person, string node)
    {
        var connection = await RawConnection.OpenAsync(RawConnection.AddressOf(Chat.Address, node), $"im_session={person.Token}");
        Keep(connection);
        await NextAsync<ReadyFrame>(connection);
        return connection;
    }

    private static async Task<ErrorFrame> FrameAsync(RawConnection connection, string type, string fields)
    {
        var id = $"{Guid.NewGuid()}";
        await connection.SendTextAsync($$"""{"type":"{{type}}","id":"{{id}}",{{fields}}}""");
        return await NextAsync<ErrorFrame>(connection, error => error.Id == id);
    }

    private static async Task<ServerFrame> PostAsync(RawConnection connection, Guid user, string text)
    {
        var id = $"{Guid.NewGuid()}";
        await connection.SendTextAsync($$$"""{"type":"post","id":"{{{id}}}","user":"{{{user}}}","kind":"text","content":{"text":"{{{text}}}"}}""");
        return await NextAsync<ServerFrame>(connection, frame => frame.Id == id && frame is AckFrame or ErrorFrame);
    }

    private static async Task SayAsync(RawConnection connection, Guid user, string text) => Assert.IsType<AckFrame>(await PostAsync(connection, user, text));

    /// <summary>Five reports of one person.</summary>
    public sealed class Brisk : TwoNodes
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings =>
            [new("Limits:Reports:Burst", "5"), new("Limits:Reports:PerSecond", "0.001"), new("Limits:Directory:Burst", "10000"), new("Limits:PeopleChanges:Burst", "10000"), new("Limits:Logins:Burst", "10000")];
    }
}
