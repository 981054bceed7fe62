using System.Text.Json;
using Im.Client;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Tests.Fixtures;
using Im.Tests.Web;

namespace Im.Tests.Attack;

/// <summary>Eve wants into rooms, to hear what is said there, and to be more in them than she is. Jenny owns them, Tom is a member.</summary>
[Trait("Category", "Attack")]
public sealed class RoomAttacks(RoomAttacks.Brisk chat) : AttackSuite(chat), IClassFixture<RoomAttacks.Brisk>
{
    private const string NotFound = "not_found", Forbidden = "forbidden";

    [Fact]
    public async Task Every_address_answers_for_a_private_room_as_for_one_that_is_not_there()
    {
        var room = await MakeAsync();
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Get, "", null), (HttpMethod.Patch, "", new { title = "mine" }), (HttpMethod.Post, "/join", null), (HttpMethod.Post, "/leave", null), (HttpMethod.Post, "/decline", null),
            (HttpMethod.Get, "/members", null), (HttpMethod.Get, "/bans", null), (HttpMethod.Get, "/invitations", null), (HttpMethod.Get, "/links", null), (HttpMethod.Post, "/links", new { }), (HttpMethod.Delete, $"/links/{Guid.NewGuid()}", null),
            (HttpMethod.Post, "/invitations", new { nickname = Eve.Nickname }), (HttpMethod.Delete, $"/members/{Tom.Id}", null), (HttpMethod.Put, $"/bans/{Tom.Id}", null), (HttpMethod.Delete, $"/bans/{Tom.Id}", null),
            (HttpMethod.Put, $"/members/{Eve.Id}/role", new { role = "owner" }),
        })
        {
            var (there, nowhere) = (await AskAsync(Eve, method, $"/api/rooms/{room}{path}", body), await AskAsync(Eve, method, $"/api/rooms/{Guid.NewGuid()}{path}", body));
            there.ShouldBe(404, NotFound);
            Assert.Equal(Stable(nowhere), Stable(there));
        }
    }

    [Theory, InlineData("lines", ""), InlineData("events", ",\"after\":0"), InlineData("typing", ""), InlineData("read", ",\"line\":1"), InlineData("post", ",\"kind\":\"text\",\"content\":{\"text\":\"hi\"}")]
    public async Task Every_frame_answers_for_a_private_room_as_for_one_that_is_not_there(string type, string more)
    {
        var room = await MakeAsync();
        var eve = await OpenTwoAsync(Eve);
        foreach (var version in new[] { eve, await OpenAsync(Eve.Token) })
            if (version == eve || type is "typing" or "read")
            {
                var fields = version == eve ? more : more.Replace("line", "seq", StringComparison.Ordinal);
                var (there, nowhere) = (await FrameAsync(version, type, $"{room}", fields), await FrameAsync(version, type, $"{Guid.NewGuid()}", fields));
                Assert.Equal((ErrorCodes.NotFound, nowhere.Message), (there.Code, there.Message));
            }
    }

    [Fact]
    public async Task A_rooms_id_that_is_no_rooms_is_not_found_and_breaks_nothing()
    {
        foreach (var id in new[] { "lobby", $"{ConversationId.Direct(Jenny.Id, Tom.Id)}", $"{Guid.Empty}", "'; DROP TABLE rooms; --", "..%2fme", "x" })
        {
            (await Eve.Browser.GetAsync($"/api/rooms/{Uri.EscapeDataString(id)}")).ShouldBe(404, NotFound);
            (await Eve.Browser.PostAsync($"/api/rooms/{Uri.EscapeDataString(id)}/join")).ShouldBe(404, NotFound);
        }
    }

    [Theory, InlineData("/api/rooms"), InlineData("/api/rooms/join"), InlineData("/api/rooms/invitations")]
    public async Task A_guest_has_no_rooms(string path)
    {
        using var guest = Chat.NewBrowser();
        (path.EndsWith("invitations", StringComparison.Ordinal) ? await guest.GetAsync(path) : await guest.PostAsync(path, new { title = "Tea", link = "iml_x" })).ShouldBe(401, "not_logged_in");
    }

    [Fact]
    public async Task A_form_of_another_site_changes_nothing()
    {
        var room = await MakeAsync(isPublic: true);
        var request = Web.Browser.Request(HttpMethod.Post, $"/api/rooms/{room}/join", null);
        request.Headers.Remove("X-Im");
        (await Eve.Browser.SendAsync(request)).ShouldBe(403, "cross_site");
        Assert.Equal(2, (await RoomAsync(Jenny, room)).GetProperty("members").GetInt32());
    }

    [Theory, InlineData("member"), InlineData("title"), InlineData("erasure")]
    public async Task A_client_does_not_say_what_happened_to_a_room(string kind)
    {
        var room = await MakeAsync();
        var tom = await OpenTwoAsync(Tom);
        var error = await FrameAsync(tom, "post", $"{room}", $$$""","kind":"{{{kind}}}","content":{"user":"{{{Tom.Id}}}","nickname":"x","what":"joined","role":"owner","texts":true,"title":"mine"}""");
        Assert.Equal(ErrorCodes.UnknownKind, error.Code);
    }

    [Fact]
    public async Task A_text_that_looks_like_the_event_of_a_removal_removes_nobody_and_one_of_joining_brings_nobody_in()
    {
        var room = await MakeAsync();
        var (jenny, tom, eve) = (await OpenTwoAsync(Jenny, "node-1"), await OpenTwoAsync(Tom, "node-2"), await OpenTwoAsync(Eve, "node-2"));
        foreach (var what in new[] { "removed", "joined" })
            await SayAsync(jenny, room, $$$"""{"kind":"member","content":{"user":"{{{(what == "removed" ? Tom.Id : Eve.Id)}}}","nickname":"x","what":"{{{what}}}"}} ","kind":"member","x":" """);
        await SayAsync(jenny, room, "still here");
        await NextAsync<EventFrame>(tom, e => e.Content?.Utf8.Span.IndexOf("still here"u8) >= 0);
        await HearsNothingAsync(eve, room);
    }

    [Fact]
    public async Task A_member_does_not_make_themselves_more_nor_do_to_those_above_what_those_may()
    {
        var room = await MakeAsync();
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Put, $"/members/{Tom.Id}/role", new { role = "owner" }), (HttpMethod.Put, $"/members/{Tom.Id}/role", new { role = "administrator" }), (HttpMethod.Delete, $"/members/{Jenny.Id}", null),
            (HttpMethod.Put, $"/bans/{Jenny.Id}", null), (HttpMethod.Put, $"/bans/{Eve.Id}", null), (HttpMethod.Patch, "", new { title = "Tom's" }), (HttpMethod.Patch, "", new { archived = true }), (HttpMethod.Post, "/links", new { }),
            (HttpMethod.Post, "/invitations", new { nickname = Eve.Nickname }),
        })
            (await AskAsync(Tom, method, $"/api/rooms/{room}{path}", body)).ShouldBe(403, Forbidden);
        Assert.Equal("member", (await RoomAsync(Tom, room)).GetProperty("role").GetString());
    }

    [Fact]
    public async Task An_administrator_of_a_room_takes_nothing_from_its_owner_and_gives_no_roles()
    {
        var room = await MakeAsync();
        (await Jenny.Browser.PutAsync($"/api/rooms/{room}/members/{Tom.Id}/role", new { role = "administrator" })).ShouldBeOk();
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Delete, $"/members/{Jenny.Id}", null), (HttpMethod.Put, $"/bans/{Jenny.Id}", null), (HttpMethod.Put, $"/members/{Tom.Id}/role", new { role = "owner" }),
            (HttpMethod.Put, $"/members/{Jenny.Id}/role", new { role = "member" }), (HttpMethod.Patch, "", new { archived = true }), (HttpMethod.Put, $"/bans/{Tom.Id}", null),
        })
            (await AskAsync(Tom, method, $"/api/rooms/{room}{path}", body)).ShouldBe(403, Forbidden);
        (await Tom.Browser.PutAsync($"/api/rooms/{room}/members/{Jenny.Id}/role", new { role = "king" })).ShouldBe(400, "bad_request");
    }

    [Theory, InlineData("remove"), InlineData("ban"), InlineData("leave")]
    public async Task Who_was_removed_with_an_open_socket_hears_nothing_more_and_says_nothing_more(string how)
    {
        var room = await MakeAsync();
        var (jenny, tom) = (await OpenTwoAsync(Jenny, "node-1"), await OpenTwoAsync(Tom, "node-2"));
        await SayAsync(jenny, room, "while you are here");
        await NextAsync<EventFrame>(tom, e => e.Kind == KindNames.Text);
        (how switch
        {
            "remove" => await Jenny.Browser.DeleteAsync($"/api/rooms/{room}/members/{Tom.Id}"),
            "ban" => await Jenny.Browser.PutAsync($"/api/rooms/{room}/bans/{Tom.Id}", null),
            _ => await Tom.Browser.PostAsync($"/api/rooms/{room}/leave"),
        }).ShouldBeOk(how == "leave" ? 204 : 200);
        await NextAsync<EventFrame>(tom, e => e.Kind == KindNames.Member && MemberDeeds.Ends(e.ContentAs(ProtocolJson.Wire.MemberContent)!.What)); // the last they hear
        Assert.Equal(ErrorCodes.NotFound, (await FrameAsync(tom, "post", $"{room}", ",\"kind\":\"text\",\"content\":{\"text\":\"I am still here\"}")).Code);
        Assert.Equal(ErrorCodes.NotFound, (await FrameAsync(tom, "read", $"{room}", ",\"line\":100")).Code);
        await SayAsync(jenny, room, "a secret");
        await HearsNothingAsync(tom, room);
        await tom.SendTextAsync($$"""{"type":"events","id":"e","conversation":"{{room}}","after":0}""");
        var events = await NextAsync<EventsFrame>(tom);
        Assert.Equal((KindNames.Member, false), (events.Events[^1].Kind, events.More));
        Assert.DoesNotContain(events.Events, e => e.Text == "a secret");
        await tom.SendTextAsync($$"""{"type":"lines","id":"l","conversation":"{{room}}","around":1000}""");
        Assert.DoesNotContain((await NextAsync<LinesFrame>(tom)).Lines, line => line.Text == "a secret");
    }

    [Fact]
    public async Task Who_is_banned_does_not_come_again_by_whichever_way()
    {
        var room = await MakeAsync(isPublic: true);
        var link = await LinkAsync(room);
        (await Jenny.Browser.PutAsync($"/api/rooms/{room}/bans/{Tom.Id}", null)).ShouldBeOk();
        (await Tom.Browser.PostAsync($"/api/rooms/{room}/join")).ShouldBe(403, Forbidden);
        (await Tom.Browser.PostAsync("/api/rooms/join", new { link })).ShouldBe(404, NotFound);
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/invitations", new { nickname = Tom.Nickname })).ShouldBe(403, Forbidden);
        Assert.Equal(Tom.Id, (await Jenny.Browser.GetAsync($"/api/rooms/{room}/bans")).ShouldBeOk().Json.GetProperty("users")[0].GetProperty("id").GetGuid());
        (await Jenny.Browser.DeleteAsync($"/api/rooms/{room}/bans/{Tom.Id}")).ShouldBeOk();
        (await Tom.Browser.PostAsync($"/api/rooms/{room}/join")).ShouldBeOk();
    }

    [Fact]
    public async Task A_link_that_was_revoked_ran_out_or_was_used_up_opens_nothing_and_all_look_alike()
    {
        var room = await MakeAsync();
        var (revoked, once, old) = (await LinkAsync(room), await LinkAsync(room, maxUses: 1), await LinkAsync(room));
        var links = (await Jenny.Browser.GetAsync($"/api/rooms/{room}/links")).ShouldBeOk();
        Assert.DoesNotContain("iml_", links.Text, StringComparison.Ordinal); // told once
        (await Jenny.Browser.DeleteAsync($"/api/rooms/{room}/links/{links.Json[0].GetProperty("id").GetGuid()}")).ShouldBeOk(204);
        (await (await JoinAsync()).Browser.PostAsync("/api/rooms/join", new { link = once })).ShouldBeOk();
        await Chat.Database.ScalarAsync<object>("UPDATE room_links SET expires_at = now() - interval '1 second' WHERE conversation_id = $1 AND max_uses IS NULL", room.Value);
        var answers = new List<string>();
        foreach (var link in new[] { revoked, once, old, $"iml_{new string('A', 43)}", "iml_", "", new string('x', 10_000) })
            answers.Add(Stable((await Eve.Browser.PostAsync("/api/rooms/join", new { link })).ShouldBe(404, NotFound)));
        Assert.Single(answers.Distinct());

    }

    [Fact]
    public async Task A_member_finds_no_links_and_does_not_revoke_them()
    {
        var room = await MakeAsync();
        await LinkAsync(room);
        var id = (await Jenny.Browser.GetAsync($"/api/rooms/{room}/links")).ShouldBeOk().Json[0].GetProperty("id").GetGuid();
        (await Tom.Browser.GetAsync($"/api/rooms/{room}/links")).ShouldBe(404, NotFound);
        (await Tom.Browser.DeleteAsync($"/api/rooms/{room}/links/{id}")).ShouldBe(404, NotFound);
        var other = await MakeAsync(owner: Eve);
        (await Eve.Browser.DeleteAsync($"/api/rooms/{other}/links/{id}")).ShouldBe(404, NotFound); // another room's, by its owner
        Assert.Equal(1, (await Jenny.Browser.GetAsync($"/api/rooms/{room}/links")).ShouldBeOk().Json.GetArrayLength());
    }

    [Theory, InlineData(1, null), InlineData(99_999_999, null), InlineData(3_600, 0), InlineData(3_600, 99_999_999)]
    public async Task A_link_is_not_made_for_longer_or_more_than_it_may(int seconds, int? uses)
    {
        var room = await MakeAsync();
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/links", new { expiresInSeconds = seconds, maxUses = uses })).ShouldBe(400, "bad_request");
    }

    [Fact]
    public async Task An_invitation_is_its_own_and_nothing_is_read_before_it_is_taken()
    {
        var room = await MakeAsync();
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/invitations", new { nickname = Eve.Nickname })).ShouldBeOk();
        var eve = await OpenTwoAsync(Eve);
        Assert.Equal(ErrorCodes.NotFound, (await FrameAsync(eve, "lines", $"{room}", "")).Code);
        (await Eve.Browser.GetAsync($"/api/rooms/{room}/members")).ShouldBe(404, NotFound);
        (await Tom.Browser.PostAsync($"/api/rooms/{room}/decline")).ShouldBe(404, NotFound);
        (await (await JoinAsync()).Browser.PostAsync($"/api/rooms/{room}/join")).ShouldBe(404, NotFound);
        (await Jenny.Browser.DeleteAsync($"/api/rooms/{room}/members/{Eve.Id}")).ShouldBeOk(); // taken back
        (await Eve.Browser.PostAsync($"/api/rooms/{room}/join")).ShouldBe(404, NotFound);
        Assert.Equal(0, (await Eve.Browser.GetAsync("/api/rooms/invitations")).ShouldBeOk().Json.GetArrayLength());
    }

    [Fact]
    public async Task A_stranger_does_not_learn_from_an_invitation_whether_there_is_such_a_nickname()
    {
        var room = await MakeAsync();
        Assert.Equal(
            Stable(await Eve.Browser.PostAsync($"/api/rooms/{room}/invitations", new { nickname = Tom.Nickname })),
            Stable(await Eve.Browser.PostAsync($"/api/rooms/{room}/invitations", new { nickname = "nobody at all" })));
    }

    [Fact]
    public async Task A_mention_of_who_is_not_in_the_room_reaches_nobody_and_at_all_is_for_its_administrators()
    {
        var room = await MakeAsync();
        var (jenny, tom, eve) = (await OpenTwoAsync(Jenny, "node-1"), await OpenTwoAsync(Tom, "node-2"), await OpenTwoAsync(Eve, "node-2"));
        Assert.Equal(ErrorCodes.Forbidden, (await FrameAsync(tom, "post", $"{room}", ",\"kind\":\"text\",\"content\":{\"text\":\"@all\",\"all\":true}")).Code);
        await jenny.SendTextAsync($$$"""{"type":"post","id":"all","conversation":"{{{room}}}","kind":"text","content":{"text":"@all","all":true,"mentions":["{{{Eve.Id}}}"]}}""");
        await NextAsync<AckFrame>(jenny, ack => ack.Id == "all");
        await HearsNothingAsync(eve, room);
        await eve.SendTextAsync("""{"type":"conversations","id":"c"}""");
        Assert.DoesNotContain((await NextAsync<ConversationListFrame>(eve)).Conversations, info => info.Conversation == room || info.Mentions > 0 && !info.Conversation.IsLobby);
        await tom.SendTextAsync("""{"type":"conversations","id":"c"}""");
        Assert.Equal(1, (await NextAsync<ConversationListFrame>(tom)).Conversations.Single(info => info.Conversation == room).Mentions);
    }

    [Fact]
    public async Task Version_1_has_no_rooms_and_no_hole_where_there_is_one()
    {
        var room = await MakeAsync();
        var (jenny, old) = (await OpenTwoAsync(Jenny, "node-1"), await OpenAsync(Tom.Token, node: "node-2"));
        await SayAsync(jenny, room, "for version 2");
        await old.SendTextAsync($$"""{"type":"history","id":"h","conversation":"{{room}}"}""");
        Assert.Equal(ErrorCodes.NotFound, (await NextAsync<ErrorFrame>(old)).Code);
        await old.SendTextAsync($$"""{"type":"send","id":"s","conversation":"{{room}}","text":"hi"}""");
        Assert.Equal(ErrorCodes.NotFound, (await NextAsync<ErrorFrame>(old)).Code);
        await old.SendTextAsync("""{"type":"conversations","id":"c"}""");
        var list = await NextAsync<ConversationsFrame>(old);
        Assert.Equal((list.Conversations.Single().Unread, true), (list.Unread!.Value, list.Conversations[0].Conversation.IsLobby));
        Assert.DoesNotContain($"{room}", (await Tom.Browser.GetAsync("/api/conversations")).ShouldBeOk().Text, StringComparison.Ordinal);
        (await Tom.Browser.GetAsync($"/api/conversations/{room}/messages")).ShouldBe(404, NotFound);
    }

    [Fact]
    public async Task A_logged_out_socket_is_in_no_room_any_more()
    {
        var room = await MakeAsync();
        var (jenny, tom) = (await OpenTwoAsync(Jenny, "node-1"), await OpenTwoAsync(Tom, "node-2"));
        (await Tom.Browser.PostAsync("/api/logout")).ShouldBeOk(204);
        await NextAsync<SessionFrame>(tom, frame => frame.Reason == SessionFrame.Logout);
        await SayAsync(jenny, room, "a secret");
        await HearsNothingAsync(tom, room);
    }

    [Theory, InlineData("<script>alert(1)</script>", 200), InlineData("   ", 400), InlineData("\u200b\u200b", 400), InlineData("line\nbreak", 400), InlineData("\0", 400)]
    public async Task A_title_is_a_text_with_something_visible_on_one_line(string title, int status)
    {
        var answer = await Jenny.Browser.PostAsync("/api/rooms", new { title });
        Assert.Equal(status, (int)answer.Status);
        Assert.Equal("application/json", status == 200 ? answer.ContentHeaders.ContentType!.MediaType : "application/json");
        (await Jenny.Browser.PostAsync("/api/rooms", new { title = new string('x', RoomLimits.MaxTitleChars + 1) })).ShouldBe(400, "bad_name");
        (await Jenny.Browser.PostAsync("/api/rooms", new { title = "x", topic = new string('x', RoomLimits.MaxTopicChars + 1) })).ShouldBe(400, "bad_text");
        (await Jenny.Browser.PostAsync("/api/rooms", new { title = "x", history = "all" })).ShouldBe(400, "bad_request");
    }

    [Theory, InlineData("after=x"), InlineData("after=00-zz"), InlineData("search=%00"), InlineData("after=C3-00000000000000000000000000000001")]
    public async Task A_cursor_or_a_search_that_is_none_breaks_nothing(string query) => Assert.InRange((int)(await Eve.Browser.GetAsync($"/api/rooms?{query}")).Status, 200, 400);

    [Fact]
    public async Task A_search_is_a_text_and_no_pattern()
    {
        await MakeAsync(isPublic: true);
        foreach (var search in new[] { "%", "_", "\\", "' OR 1=1 --" })
            Assert.Equal(0, (await Eve.Browser.GetAsync($"/api/rooms?search={Uri.EscapeDataString(search)}")).ShouldBeOk().Json.GetProperty("rooms").GetArrayLength());
    }

    private static string Stable(Answer answer)
    {
        var problem = answer.Json;
        return $"{answer.Status} {problem.GetProperty("code")} {problem.GetProperty("title")} {(problem.TryGetProperty("detail", out var detail) ? detail : default)}";
    }

    private async Task<ConversationId> MakeAsync(bool isPublic = false, Person? owner = null)
    {
        owner ??= Jenny;
        var room = (await owner.Browser.PostAsync("/api/rooms", new { title = "Tea", @public = isPublic })).ShouldBeOk().Json.GetProperty("room").GetProperty("conversation").GetString();
        if (owner == Jenny)
        {
            (await Jenny.Browser.PostAsync($"/api/rooms/{room}/invitations", new { nickname = Tom.Nickname })).ShouldBeOk();
            (await Tom.Browser.PostAsync($"/api/rooms/{room}/join")).ShouldBeOk();
        }
        return ConversationId.TryParse(room, out var id) ? id : throw new InvalidOperationException(room);
    }

    private async Task<string> LinkAsync(ConversationId room, int? maxUses = null) =>
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/links", new { expiresInSeconds = 3_600, maxUses })).ShouldBeOk().Json.GetProperty("link").GetString()!;

    private static async Task<JsonElement> RoomAsync(Person person, ConversationId room) => (await person.Browser.GetAsync($"/api/rooms/{room}")).ShouldBeOk().Json;

    private static Task<Answer> AskAsync(Person person, HttpMethod method, string path, object? body) => person.Browser.SendAsync(Web.Browser.Request(method, path, body));

    private async Task<RawConnection> OpenTwoAsync(Person person, string? node = null)
    {
        var connection = await RawConnection.OpenAsync(RawConnection.AddressOf(Chat.Address, node), $"im_session={person.Token}");
        Keep(connection);
        await NextAsync<ReadyFrame>(connection);
        return connection;
    }

    private static async Task<ErrorFrame> FrameAsync(RawConnection connection, string type, string conversation, string more)
    {
        var id = $"{Guid.NewGuid()}";
        await connection.SendTextAsync($$"""{"type":"{{type}}","id":"{{id}}","conversation":"{{conversation}}"{{more}}}""");
        return await NextAsync<ErrorFrame>(connection, error => error.Id == id);
    }

    private static async Task SayAsync(RawConnection connection, ConversationId room, string text)
    {
        var id = $"{Guid.NewGuid()}";
        await connection.SendAsync(new PostFrame { Id = id, Conversation = room, Kind = KindNames.Text, Content = Messages.Texts.ContentOf(text) });
        await NextAsync<AckFrame>(connection, ack => ack.Id == id);
    }

    // A member beside it on its node has heard the room's newest by then; and what comes next in the lobby, which everybody hears, comes after it.
    private async Task HearsNothingAsync(RawConnection connection, ConversationId room)
    {
        var (jenny, beside, mark) = (await OpenTwoAsync(Jenny, "node-1"), await OpenTwoAsync(Jenny, "node-2"), $"{Guid.NewGuid()}");
        await SayAsync(jenny, room, mark);
        await NextAsync<EventFrame>(beside, e => e.Conversation == room && e.Text == mark);
        await SayAsync(jenny, ConversationId.Lobby, mark);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await connection.ReceiveAsync(limit.Token) is { } frame)
        {
            Assert.False(frame is EventFrame leaked && leaked.Conversation == room, $"{frame}");
            if (frame is EventFrame { Text: { } text, Conversation.IsLobby: true } && text == mark)
                return;
        }
        throw new Xunit.Sdk.XunitException($"Closed with {connection.CloseCode}.");
    }

    /// <summary>Many rooms from one hand.</summary>
    public sealed class Brisk : TwoNodes
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Limits:Rooms:Burst", "10000"), new("Limits:RoomChanges:Burst", "10000")];
    }
}

/// <summary>Somebody who makes rooms without end, and goes in and out. Three may be made at once, and ten things done to rooms.</summary>
[Trait("Category", "Attack")]
public sealed class RoomFloodAttacks(RoomFloodAttacks.Tight chat) : AttackSuite(chat), IClassFixture<RoomFloodAttacks.Tight>
{
    [Fact]
    public async Task Rooms_that_one_makes_are_counted_apart_from_what_one_does_to_them()
    {
        var rooms = new List<string>();
        for (var i = 0; i < 3; i++)
            rooms.Add((await Eve.Browser.PostAsync("/api/rooms", new { title = "x", @public = true })).ShouldBeOk().Json.GetProperty("room").GetProperty("conversation").GetString()!);
        Assert.NotNull((await Eve.Browser.PostAsync("/api/rooms", new { title = "x" })).ShouldBe(429, "slow_down").Headers.RetryAfter);
        (await Tom.Browser.PostAsync("/api/rooms", new { title = "x" })).ShouldBeOk();
        for (var i = 0; i < 5; i++)
        {
            (await Tom.Browser.PostAsync($"/api/rooms/{rooms[0]}/join")).ShouldBeOk();
            (await Tom.Browser.PostAsync($"/api/rooms/{rooms[0]}/leave")).ShouldBeOk(204);
        }
        (await Tom.Browser.PostAsync($"/api/rooms/{rooms[0]}/join")).ShouldBe(429, "slow_down");
        (await Jenny.Browser.PostAsync($"/api/rooms/{rooms[0]}/join")).ShouldBeOk();
    }

    [Fact]
    public async Task Guessing_ids_and_links_is_as_slow_as_changing_something()
    {
        for (var i = 0; i < 10; i++)
            (await (i % 2 == 0 ? Eve.Browser.PostAsync($"/api/rooms/{Guid.NewGuid()}/join") : Eve.Browser.PostAsync("/api/rooms/join", new { link = $"iml_{new string('A', 43)}" }))).ShouldBe(404, "not_found");
        (await Eve.Browser.PostAsync($"/api/rooms/{Guid.NewGuid()}/join")).ShouldBe(429, "slow_down");
    }

    public sealed class Tight : TwoNodes
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings =>
            [new("Limits:Rooms:Burst", "3"), new("Limits:Rooms:PerSecond", "0.01"), new("Limits:RoomChanges:Burst", "10"), new("Limits:RoomChanges:PerSecond", "0.01")];
    }
}
