using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Im.Client;
using Im.Core.Outbound;
using Im.Core.Webhooks;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Tests.Fixtures;
using Im.Tests.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Im.Tests.Attack;

/// <summary>Webhooks as they are meant, and Eve, who would make the server ask what only it reaches, write as somebody else, and read on. Jenny owns the rooms, Tom is a member.</summary>
[Trait("Category", "Attack")]
public sealed class WebhookAttacks(WebhookAttacks.Quick chat) : AttackSuite(chat), IClassFixture<WebhookAttacks.Quick>
{
    private const string NotFound = "not_found", Forbidden = "forbidden", BadRequest = "bad_request";

    private HookReceiver _receiver = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Keep(_receiver = await HookReceiver.StartAsync());
    }

    [Fact]
    public async Task What_happens_in_a_room_from_then_on_is_sent_in_order_signed_and_again_until_it_is_taken()
    {
        var (room, refused) = (await MakeAsync(), 2);
        var (one, two) = (await OpenTwoAsync(Jenny, "node-1"), await OpenTwoAsync(Tom, "node-2"));
        await SayAsync(one, room, "before");
        _receiver.Answer = (request, context) => Task.FromResult(context.Response.StatusCode = request.Text == "from one" && refused-- > 0 ? 503 : 204);
        var (id, secret) = await HookAsync(room, "/hook?team=7");
        await SayAsync(one, room, "from one");
        await SayAsync(two, room, "from two");
        await _receiver.WaitForAsync(request => request.Text == "from two", "the second line");
        await PostAsync(one, room, KindNames.Recall, "{}", target: await LineOfAsync(one, room, "from one"));
        var last = await _receiver.WaitForAsync(request => request.Event.Kind == KindNames.Recall, "the recall");

        var came = _receiver.Came.All;
        var first = came.Where(request => request.Event.Kind == KindNames.Text && request.Event.From.Id == Jenny.Id).ToList();
        Assert.Equal(3, first.Count); // twice refused
        Assert.Single(first.Select(request => request.Id).Distinct());
        Assert.Equal(("from one", "from one", "from one", "from two"), (came[^5].Text, came[^4].Text, came[^3].Text, came[^2].Text));
        Assert.Equal(came.Select(request => request.Event.Seq), came.Select(request => request.Event.Seq).Order());
        Assert.Equal($"{id:N}-{last.Event.Seq}", last.Id);
        Assert.All(came, request => Assert.True(IsOurs(secret, request)));
        Assert.All(came, request => Assert.Equal("/hook?team=7", request.Path));
        Assert.DoesNotContain(came, request => request.Text == "before");

        await Eventually.TrueAsync(async () => (await FindAsync(room, id)).GetProperty("waiting").GetInt64() == 0);
        var info = await FindAsync(room, id);
        Assert.Equal(("503", true, false), (info.GetProperty("failure").GetString(), info.TryGetProperty("delivered", out _), info.TryGetProperty("off", out _)));
        Assert.False(info.TryGetProperty("secret", out _));
    }

    [Fact]
    public async Task What_was_recalled_while_a_receiver_was_away_is_sent_to_it_without_its_text()
    {
        var room = await MakeAsync();
        var jenny = await OpenTwoAsync(Jenny);
        _receiver.Answer = (_, context) => Task.FromResult(context.Response.StatusCode = 500);
        await HookAsync(room);
        await SayAsync(jenny, room, "a slip");
        await _receiver.WaitForAsync(request => request.Text == "a slip", "the first attempt");
        await PostAsync(jenny, room, KindNames.Recall, "{}", target: await LineOfAsync(jenny, room, "a slip"));
        var before = _receiver.Came.All.Count;
        _receiver.Answer = (_, _) => Task.CompletedTask;
        await _receiver.WaitForAsync(request => request.Event.Kind == KindNames.Recall, "the recall");
        Assert.DoesNotContain(_receiver.Came.All.Skip(before + 1), request => request.Text is not null); // one may have been under way
    }

    [Fact]
    public async Task One_that_fails_for_long_or_is_told_to_go_is_switched_off_and_goes_on_with_another_secret_while_the_former_one_signs_too()
    {
        var room = await MakeAsync();
        var jenny = await OpenTwoAsync(Jenny);
        _receiver.Answer = (_, context) => Task.FromResult(context.Response.StatusCode = 500);
        var (id, secret) = await HookAsync(room);
        await SayAsync(jenny, room, "nobody takes this");
        await Eventually.TrueAsync(async () => await OffAsync(room, id) == WebhookEnds.Failing, seconds: 30);
        Assert.Equal(Quick.MaxAttempts, _receiver.Came.All.Count);

        _receiver.Answer = (_, _) => Task.CompletedTask;
        var renewed = (await Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks/{id}/secret")).ShouldBeOk().Json.GetProperty("secret").GetString()!;
        await Eventually.TrueAsync(async () => (await FindAsync(room, id)).GetProperty("waiting").GetInt64() == 0, seconds: 30);
        var taken = _receiver.Came.All[^1];
        Assert.Equal(("nobody takes this", true, true), (taken.Text, IsOurs(secret, taken), IsOurs(renewed, taken)));

        _receiver.Answer = (_, context) => Task.FromResult(context.Response.StatusCode = 410);
        await SayAsync(jenny, room, "no more");
        await Eventually.TrueAsync(async () => await OffAsync(room, id) == WebhookEnds.Gone, seconds: 30);
    }

    [Fact]
    public async Task A_receiver_that_hangs_or_answers_without_end_holds_up_no_other()
    {
        var room = await MakeAsync();
        var jenny = await OpenTwoAsync(Jenny);
        await using var slow = await HookReceiver.StartAsync();
        await using var endless = await HookReceiver.StartAsync();
        slow.Answer = (_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        endless.Answer = async (_, context) =>
        {
            for (var bytes = new byte[64 * 1024]; !context.RequestAborted.IsCancellationRequested;)
                await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        };
        var (hung, _) = await HookAsync(room, at: slow);
        var (drowned, _) = await HookAsync(room, at: endless);
        await HookAsync(room);
        for (var i = 0; i < 3; i++)
            await SayAsync(jenny, room, $"line {i}");
        await _receiver.WaitForAsync(request => request.Text == "line 2", "the last line");
        await endless.WaitForAsync(request => request.Text == "line 2", "the last line, by its status alone");
        await Eventually.TrueAsync(async () => (await FindAsync(room, hung)).TryGetProperty("failure", out var why) && why.GetString() == WebhookFailures.Timeout, seconds: 30);
        Assert.False((await FindAsync(room, drowned)).TryGetProperty("failure", out _));
        Assert.All(slow.Came.All, request => Assert.Equal("line 0", request.Text));
    }

    [Fact]
    public async Task When_the_node_that_sends_loses_its_place_whichever_has_it_next_goes_on_from_the_mark()
    {
        const string LoseSql = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        var room = await MakeAsync();
        var jenny = await OpenTwoAsync(Jenny);
        var taken = new TaskCompletionSource();
        _receiver.Answer = (request, _) => request.Text == "line 1" ? taken.Task : Task.CompletedTask;
        var (id, _) = await HookAsync(room);
        for (var i = 0; i < 4; i++)
            await SayAsync(jenny, room, $"line {i}");
        await _receiver.WaitForAsync(request => request.Text == "line 1", "the one that hangs");
        Assert.NotEqual(0, await Chat.Database.ScalarAsync<long>(LoseSql));
        taken.SetResult();
        await _receiver.WaitForAsync(request => request.Text == "line 3", "the last line");
        await Eventually.TrueAsync(async () => (await FindAsync(room, id)).GetProperty("waiting").GetInt64() == 0, seconds: 30);
        Assert.Equal(["line 0", "line 1", "line 2", "line 3"], _receiver.Came.All.Select(request => request.Text).Distinct()); // in order, once at least
    }

    [Fact]
    public async Task A_program_posts_under_a_name_of_its_own_once_for_each_key_and_its_address_alone_is_enough()
    {
        var room = await MakeAsync();
        var tom = await OpenTwoAsync(Tom, "node-2");
        var name = WebCollection.NewNickname();
        var hook = (await Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name })).ShouldBeOk().Json;
        var address = AddressOf(hook);
        using var program = new HttpClient { BaseAddress = Chat.Address };
        using var first = await program.SendAsync(PostTo(address, "Build 8 is green.", "build-8"));
        using var second = await program.SendAsync(PostTo(address, "Build 8 is green.", "build-8"));
        var (stored, again) = (JsonElement.Parse(await first.Content.ReadAsStringAsync()), JsonElement.Parse(await second.Content.ReadAsStringAsync()));
        Assert.Equal((200, 200, false, true), ((int)first.StatusCode, (int)second.StatusCode, stored.GetProperty("duplicate").GetBoolean(), again.GetProperty("duplicate").GetBoolean()));
        Assert.Equal(stored.GetProperty("line").GetInt64(), again.GetProperty("line").GetInt64());
        var heard = await NextAsync<EventFrame>(tom, e => e.Conversation == room && e.Text == "Build 8 is green.");
        Assert.Equal((name, hook.GetProperty("user").GetGuid(), stored.GetProperty("seq").GetInt64()), (heard.From.Nickname, heard.From.Id, heard.Seq));

        // It is nobody who logs in, in no directory, and what is said of it in the room is seen there.
        using var stranger = Chat.NewBrowser();
        (await stranger.LoginAsync(name)).ShouldBe(401, "wrong_password");
        Assert.Equal(0, (await Tom.Browser.GetAsync($"/api/directory?search={name}")).ShouldBeOk().Json.GetProperty("users").GetArrayLength());
        Assert.Contains((await Tom.Browser.GetAsync($"/api/rooms/{room}/members")).ShouldBeOk().Json.GetProperty("members").EnumerateArray(), member => member.GetProperty("nickname").GetString() == name);

        (await Jenny.Browser.DeleteAsync($"/api/rooms/{room}/webhooks/{hook.GetProperty("id").GetGuid()}")).ShouldBeOk(204);
        var gone = await NextAsync<EventFrame>(tom, e => e.Kind == KindNames.Member && e.Conversation == room);
        Assert.Equal((MemberDeeds.Removed, name), (gone.ContentAs(ProtocolJson.Wire.MemberContent)!.What, gone.ContentAs(ProtocolJson.Wire.MemberContent)!.Nickname));
        using var late = await program.SendAsync(PostTo(address, "I am still here", null));
        Assert.Equal(404, (int)late.StatusCode);
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name })).ShouldBeOk(); // the name is free again
    }

    [Theory, InlineData("GET", "/webhooks"), InlineData("POST", "/webhooks"), InlineData("DELETE", "/webhooks/{hook}"), InlineData("POST", "/webhooks/{hook}/secret")]
    public async Task Who_does_not_look_after_a_room_has_none_of_its_webhooks_and_a_stranger_does_not_learn_of_it(string method, string path)
    {
        var (room, body) = (await MakeAsync(), path == "/webhooks" && method == "POST" ? new { name = "mine", address = $"{_receiver.Address}" } : null);
        var (id, _) = await HookAsync(room);
        path = path.Replace("{hook}", $"{id}", StringComparison.Ordinal);
        var (there, nowhere) = (await AskAsync(Eve, method, $"/api/rooms/{room}{path}", body), await AskAsync(Eve, method, $"/api/rooms/{Guid.NewGuid()}{path}", body));
        there.ShouldBe(404, NotFound);
        Assert.Equal(Stable(nowhere), Stable(there));
        var tom = await AskAsync(Tom, method, $"/api/rooms/{room}{path}", body);
        tom.ShouldBe(method == "GET" ? 404 : 403, method == "GET" ? NotFound : Forbidden);
        var hers = await MakeAsync(owner: Eve);
        if (path != "/webhooks")
            (await AskAsync(Eve, method, $"/api/rooms/{hers}{path}", body)).ShouldBe(404, NotFound); // another room's
        using var guest = Chat.NewBrowser();
        (await guest.SendAsync(Web.Browser.Request(new(method), $"/api/rooms/{room}{path}", body))).ShouldBe(401, "not_logged_in");
        Assert.Equal(1, (await Jenny.Browser.GetAsync($"/api/rooms/{room}/webhooks")).ShouldBeOk().Json.GetArrayLength());
    }

    [Fact]
    public async Task An_address_that_is_none_of_the_internets_or_no_plain_one_is_refused()
    {
        var room = await MakeAsync();
        await WithoutPrivateAddressesAsync(async () =>
        {
            foreach (var address in new[]
            {
                "http://127.0.0.1/", "http://localhost:6379/", "http://LOCALHOST/", "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/latest/meta-data/", "https://10.1.2.3/", "http://2130706433/", "http://0x7f.1/", "http://0.0.0.0:20460/",
                "ftp://ci.example/", "file:///etc/passwd", "gopher://ci.example/_FLUSHALL", "//ci.example/", "https://jenny:secret@ci.example/", "https://ci.example/#fragment", "https://ci.example/\r\nX-Admin: 1", "https://ci.example/ HTTP/1.1", "https:///nowhere", $"https://ci.example/{new string('x', 500)}",
            })
                (await Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name = "inside", address })).ShouldBe(400, BadRequest);
        });
        Assert.Equal(0, (await Jenny.Browser.GetAsync($"/api/rooms/{room}/webhooks")).ShouldBeOk().Json.GetArrayLength());
    }

    [Fact]
    public async Task A_name_is_looked_at_when_it_is_connected_to_and_nothing_inside_is_asked()
    {
        var room = await MakeAsync();
        var jenny = await OpenTwoAsync(Jenny);
        foreach (var host in new[] { "localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0" })
            await HookAsync(room, address: $"http://{host}:{_receiver.Address.Port}/");
        await WithoutPrivateAddressesAsync(async () =>
        {
            await SayAsync(jenny, room, "to the inside");
            // Until they are off: then nothing is under way any more.
            await Eventually.TrueAsync(async () => (await Jenny.Browser.GetAsync($"/api/rooms/{room}/webhooks")).ShouldBeOk().Json.EnumerateArray().All(
                hook => hook.TryGetProperty("off", out var off) && off.GetString() == WebhookEnds.Failing && hook.GetProperty("failure").GetString() == WebhookFailures.Address), seconds: 60);
        });
        Assert.Empty(_receiver.Came.All);
    }

    [Theory]
    [InlineData("0.1.2.3", "10.0.0.1", "100.64.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.168.1.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255")]
    [InlineData("::", "::1", "::ffff:127.0.0.1", "::ffff:192.168.0.1", "64:ff9b::7f00:1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "fc00::1", "fd12::1", "fe80::1", "fec0::1", "ff02::1", "3fff::1")]
    public void An_address_that_is_not_the_internets_is_none_however_it_is_written(params string[] addresses) =>
        Assert.All(addresses, address => Assert.False(PublicAddress.Is(IPAddress.Parse(address)), address));

    [Fact]
    public void What_is_the_internets_may_be_sent_to() =>
        Assert.All(new[] { "8.8.8.8", "172.32.0.1", "192.167.255.255", "100.128.0.1", "2606:4700::1", "2a00:1450::1", "::ffff:8.8.8.8" }, address => Assert.True(PublicAddress.Is(IPAddress.Parse(address)), address));

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        var room = await MakeAsync();
        var jenny = await OpenTwoAsync(Jenny);
        await using var inside = await HookReceiver.StartAsync();
        _receiver.Answer = (_, context) =>
        {
            (context.Response.StatusCode, context.Response.Headers.Location) = (307, $"{inside.Address}");
            return Task.CompletedTask;
        };
        var (id, _) = await HookAsync(room);
        await SayAsync(jenny, room, "go there");
        await Eventually.TrueAsync(async () => (await FindAsync(room, id)).TryGetProperty("failure", out var why) && why.GetString() == "307", seconds: 30);
        Assert.Empty(inside.Came.All);
    }

    [Fact]
    public async Task A_request_with_another_body_time_id_or_secret_is_none_of_ours_to_who_checks_as_the_documents_say()
    {
        var room = await MakeAsync();
        var jenny = await OpenTwoAsync(Jenny);
        var (_, secret) = await HookAsync(room);
        await SayAsync(jenny, room, "signed");
        var came = await _receiver.WaitForAsync(request => request.Text == "signed", "the line");
        var now = DateTimeOffset.FromUnixTimeSeconds(long.Parse(came.Timestamp, System.Globalization.CultureInfo.InvariantCulture));
        bool Check(HookRequest request, DateTimeOffset? at = null, string? key = null) => WebhookReceiver.IsOurs(key ?? secret, request.Id, request.Timestamp, request.Signatures, request.Body, at ?? now);
        Assert.True(Check(came));
        Assert.True(Check(came with { Signatures = $"v1,{Convert.ToBase64String(new byte[32])} {came.Signatures}" }));
        Assert.False(Check(came with { Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(came.Body).Replace("signed", "forged", StringComparison.Ordinal)) }));
        Assert.False(Check(came with { Id = $"{came.Id}0" }));
        Assert.False(Check(came with { Timestamp = $"{now.ToUnixTimeSeconds() + 1}" }));
        Assert.False(Check(came, at: now + TimeSpan.FromMinutes(6))); // played again later
        Assert.False(Check(came, key: $"whsec_{Convert.ToBase64String(new byte[32])}"));
        Assert.False(Check(came with { Signatures = "" }));
        Assert.False(Check(came with { Signatures = came.Signatures.Replace("v1,", "v0,", StringComparison.Ordinal) }));
    }

    [Fact]
    public void The_documents_own_example_is_ours()
    {
        var line = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "protocol.md")).Single(each => each.Contains("To try it:", StringComparison.Ordinal));
        var said = line[line.IndexOf("To try it:", StringComparison.Ordinal)..].Split('`');
        Assert.True(WebhookReceiver.IsOurs(said[1], said[3], said[5], said[9], Encoding.UTF8.GetBytes(said[7]), DateTimeOffset.FromUnixTimeSeconds(1_790_000_000)));
    }

    [Fact]
    public async Task Who_is_an_administrator_no_more_hears_nothing_by_a_webhook_of_theirs_and_says_nothing()
    {
        var room = await MakeAsync();
        (await Jenny.Browser.PutAsync($"/api/rooms/{room}/members/{Tom.Id}/role", new { role = "administrator" })).ShouldBeOk();
        var jenny = await OpenTwoAsync(Jenny);
        var (id, _) = await HookAsync(room, by: Tom);
        var posting = (await Tom.Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name = WebCollection.NewNickname() })).ShouldBeOk().Json;
        (await Jenny.Browser.DeleteAsync($"/api/rooms/{room}/members/{Tom.Id}")).ShouldBeOk();
        await SayAsync(jenny, room, "a secret");
        await Eventually.TrueAsync(async () => await OffAsync(room, id) == WebhookEnds.MakerLeft, seconds: 30);
        Assert.DoesNotContain(_receiver.Came.All, request => request.Text == "a secret");
        (await Eve.Browser.SendAsync(PostTo(AddressOf(posting), "by Tom", null))).ShouldBe(403, Forbidden);

        // Whoever takes it over answers for it.
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks/{id}/secret")).ShouldBeOk();
        await _receiver.WaitForAsync(request => request.Text == "a secret", "what waited");
    }

    [Fact]
    public async Task An_account_that_goes_takes_its_webhooks_along_and_its_export_names_them()
    {
        var maker = await JoinAsync();
        var room = await MakeAsync(owner: maker);
        await HookAsync(room, by: maker);
        var posting = (await maker.Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name = WebCollection.NewNickname() })).ShouldBeOk().Json;
        var exported = (await maker.Browser.GetAsync("/api/me/export")).ShouldBeOk();
        Assert.Equal(2, exported.Json.GetProperty("webhooks").GetArrayLength());
        Assert.DoesNotContain("imw_", exported.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("whsec_", exported.Text, StringComparison.Ordinal);
        (await maker.Browser.DeleteAsync("/api/me", new { password = "correct horse" })).ShouldBeOk();
        (await Eve.Browser.SendAsync(PostTo(AddressOf(posting), "still here", null))).ShouldBe(404, NotFound);
        Assert.Equal(0, await Chat.Database.ScalarAsync<long>("SELECT count(*) FROM webhooks WHERE conversation_id = $1", room.Value));
        Assert.Equal(0, await Chat.Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE id = $1 AND erased_at IS NULL", posting.GetProperty("user").GetGuid()));
    }

    [Fact]
    public async Task A_name_that_is_somebodys_or_looks_like_it_or_is_the_servers_own_is_no_programs()
    {
        var room = await MakeAsync();
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name = Eve.Nickname })).ShouldBe(409, "nickname_taken");
        var clear = $"Il{Guid.NewGuid():N}"[..12];
        var alike = $"ll{clear[2..]}";
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name = clear })).ShouldBeOk();
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name = alike })).ShouldBe(409, "nickname_taken");
        foreach (var name in new[] { "admin", "Im", "two\nlines", "\u202Eevil" })
            Assert.Equal(400, (int)(await Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name })).Status);
        using var late = Chat.NewBrowser();
        Assert.Equal(401, (int)(await late.LoginAsync(clear)).Status); // nor is the program's anybody's
    }

    [Fact]
    public async Task Who_guesses_tokens_is_slowed_down_and_all_that_are_none_look_alike()
    {
        var room = await MakeAsync();
        var hook = (await Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name = WebCollection.NewNickname() })).ShouldBeOk().Json;
        var (token, id) = (hook.GetProperty("secret").GetString()!, hook.GetProperty("id").GetGuid());
        var (sending, key) = await HookAsync(room);
        using var eve = new Web.Browser(Chat.Address, "127.0.0.9");
        var answers = new List<string>();
        foreach (var guess in new[] { $"{token[..^1]}{(token[^1] == 'A' ? 'E' : 'A')}", $"imw_{Guid.NewGuid():N}{token[36..]}", $"imk_{token[4..]}", $"imw_{sending:N}{token[36..]}", key, "imw_", "", "%00", new string('x', 5_000) })
            answers.Add(Stable((await eve.SendAsync(PostTo($"/api/webhooks?token={Uri.EscapeDataString(guess)}", "guessed", null))).ShouldBe(404, NotFound)));
        Assert.Single(answers.Distinct());
        (await eve.SendAsync(PostTo("/api/webhooks", "none", null))).ShouldBe(404, NotFound);
        (await eve.SendAsync(PostTo("/api/webhooks?token=imw_x", "one too many", null))).ShouldBe(429, "slow_down");
        (await eve.SendAsync(PostTo(AddressOf(hook), "who knows it is not slowed down", null))).ShouldBeOk();
        var renewed = (await Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks/{id}/secret")).ShouldBeOk().Json;
        (await Eve.Browser.SendAsync(PostTo(AddressOf(hook), "the former one", null))).ShouldBe(404, NotFound);
        (await Eve.Browser.SendAsync(PostTo(AddressOf(renewed), "the new one", null))).ShouldBeOk();
    }

    [Fact]
    public async Task What_is_no_text_or_too_much_is_refused()
    {
        var address = AddressOf(await PostingAsync());
        foreach (var (body, code) in new[]
        {
            ("""{"text":""}""", "bad_text"), ("""{"text":"\u200b"}""", "bad_text"), ("""{"text":"a\u0000b"}""", "bad_text"), ($$"""{"text":"{{new string('x', 4_001)}}"}""", "bad_text"),
            ("""{"text":7}""", BadRequest), ("""{"text":"a","text":"b"}""", BadRequest), ("{}", BadRequest), ("not JSON", BadRequest), ($$"""{"text":"{{new string('x', 1 << 20)}}"}""", BadRequest),
        })
        {
            var request = PostTo(address, "", null);
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            (await Eve.Browser.SendAsync(request)).ShouldBe(400, code);
        }
    }

    [Fact]
    public async Task A_key_of_a_request_is_no_header_of_another_and_is_bounded()
    {
        var address = AddressOf(await PostingAsync());
        (await Eve.Browser.SendAsync(PostTo(address, "hi", new string('k', 65)))).ShouldBe(400, BadRequest);
        (await Eve.Browser.SendAsync(PostTo(address, "hi", "x' OR '1'='1; {\"a\":1}"))).ShouldBeOk();
    }

    [Fact]
    public async Task Another_sites_page_does_not_post_with_a_webhook_nor_does_who_is_muted()
    {
        var hook = await PostingAsync();
        var foreign = PostTo(AddressOf(hook), "from a page", null);
        foreign.Headers.Add("Origin", "https://evil.example");
        (await Eve.Browser.SendAsync(foreign)).ShouldBe(403, "cross_site");
        await Chat.Database.ScalarAsync<object>("UPDATE users SET muted_until = now() + interval '1 hour' WHERE id = $1", Jenny.Id);
        Chat.Services.GetRequiredService<Im.Core.Accounts.IUserStandings>().Invalidate(Jenny.Id);
        (await Eve.Browser.SendAsync(PostTo(AddressOf(hook), "by a machine", null))).ShouldBe(403, "muted");
    }

    [Fact]
    public async Task A_program_that_was_removed_from_the_room_or_an_archived_room_takes_no_line()
    {
        var room = await MakeAsync();
        var hook = (await Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name = WebCollection.NewNickname() })).ShouldBeOk().Json;
        (await AskAsync(Jenny, "PATCH", $"/api/rooms/{room}", new { archived = true })).ShouldBeOk();
        (await Eve.Browser.SendAsync(PostTo(AddressOf(hook), "hello?", null))).ShouldBe(403, Forbidden);
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name = "late", address = $"{_receiver.Address}" })).ShouldBe(403, Forbidden);
        (await AskAsync(Jenny, "PATCH", $"/api/rooms/{room}", new { archived = false })).ShouldBeOk();
        (await Eve.Browser.SendAsync(PostTo(AddressOf(hook), "hello", null))).ShouldBeOk();
        (await Jenny.Browser.DeleteAsync($"/api/rooms/{room}/members/{hook.GetProperty("user").GetGuid()}")).ShouldBeOk();
        (await Eve.Browser.SendAsync(PostTo(AddressOf(hook), "hello again", null))).ShouldBe(403, Forbidden);
        (await Jenny.Browser.DeleteAsync($"/api/rooms/{room}/webhooks/{hook.GetProperty("id").GetGuid()}")).ShouldBeOk(204);
    }

    [Fact]
    public async Task There_are_only_so_many_webhooks_of_a_room_and_posts_of_one()
    {
        var room = await MakeAsync();
        var made = await Task.WhenAll(Enumerable.Range(0, WebhookLimits.MaxPerRoom + 2).Select(i => Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name = $"hook {i}", address = $"{_receiver.Address}" })));
        Assert.Equal(2, made.Count(answer => (int)answer.Status == 409));
        var address = AddressOf(await PostingAsync());
        var posted = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Eve.Browser.SendAsync(PostTo(address, $"{i}", null))));
        Assert.Contains(posted, answer => (int)answer.Status == 429);
        Assert.Contains(posted, answer => (int)answer.Status == 200);
    }

    [Fact]
    public async Task Neither_a_token_nor_an_address_is_in_a_span()
    {
        var seen = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (!IsTheReceivers(span))
                    seen.Enqueue($"{span.DisplayName} {string.Join(' ', span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"))}");
            },
        };
        ActivitySource.AddActivityListener(listener);
        bool IsTheReceivers(Activity span) => span.Kind == ActivityKind.Server && $"{span.GetTagItem("server.port")}" == $"{_receiver.Address.Port}"; // which is in this process
        var room = await MakeAsync();
        var mark = $"{Guid.NewGuid():N}";
        await HookAsync(room, $"/{mark}");
        var hook = (await Jenny.Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name = WebCollection.NewNickname() })).ShouldBeOk().Json;
        (await Eve.Browser.SendAsync(PostTo(AddressOf(hook), "traced", null))).ShouldBeOk();
        await _receiver.WaitForAsync(request => request.Text == "traced", "the line");
        Assert.NotEmpty(seen);
        Assert.DoesNotContain(seen, span => span.Contains(mark, StringComparison.Ordinal) || span.Contains(hook.GetProperty("secret").GetString()!, StringComparison.Ordinal));
    }

    private async Task WithoutPrivateAddressesAsync(Func<Task> act)
    {
        WebhookOptions[] settings = [.. new[] { Chat.Services, Chat.NodeServices(0), Chat.NodeServices(1) }.Select(services => services.GetRequiredService<IOptions<WebhookOptions>>().Value)];
        foreach (var each in settings)
            each.AllowPrivateAddresses = false;
        try
        {
            await act();
        }
        finally
        {
            foreach (var each in settings)
                each.AllowPrivateAddresses = true;
        }
    }

    private static bool IsOurs(string secret, HookRequest request) => WebhookReceiver.IsOurs(secret, request.Id, request.Timestamp, request.Signatures, request.Body, DateTimeOffset.UtcNow);

    private static string AddressOf(JsonElement hook) => $"/api/webhooks?token={hook.GetProperty("secret").GetString()}";

    /// <summary>As a program sends it that has only the address: without <c>X-Im</c>, cookie or session.</summary>
    private static HttpRequestMessage PostTo(string address, string text, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = System.Net.Http.Json.JsonContent.Create(new { text }) };
        if (key is not null)
            request.Headers.TryAddWithoutValidation(WebhookHeaders.IdempotencyKey, key);
        return request;
    }

    private async Task<(Guid Id, string Secret)> HookAsync(ConversationId room, string path = "/", Person? by = null, HookReceiver? at = null, string? address = null)
    {
        var made = (await (by ?? Jenny).Browser.PostAsync($"/api/rooms/{room}/webhooks", new { name = "CI", address = address ?? $"{new Uri((at ?? _receiver).Address, path)}" })).ShouldBeOk().Json;
        return (made.GetProperty("id").GetGuid(), made.GetProperty("secret").GetString()!);
    }

    private async Task<JsonElement> PostingAsync() =>
        (await Jenny.Browser.PostAsync($"/api/rooms/{await MakeAsync()}/webhooks", new { name = WebCollection.NewNickname() })).ShouldBeOk().Json;

    private async Task<JsonElement> FindAsync(ConversationId room, Guid id) =>
        (await Jenny.Browser.GetAsync($"/api/rooms/{room}/webhooks")).ShouldBeOk().Json.EnumerateArray().Single(hook => hook.GetProperty("id").GetGuid() == id);

    private async Task<string?> OffAsync(ConversationId room, Guid id) => (await FindAsync(room, id)).TryGetProperty("off", out var why) ? why.GetString() : null;

    private static Task<Answer> AskAsync(Person person, string method, string path, object? body) => person.Browser.SendAsync(Web.Browser.Request(new(method), path, body));

    private static string Stable(Answer answer) => $"{answer.Status} {answer.Json.GetProperty("code")} {answer.Json.GetProperty("title")}";

    private async Task<ConversationId> MakeAsync(Person? owner = null)
    {
        owner ??= Jenny;
        var room = (await owner.Browser.PostAsync("/api/rooms", new { title = "Tea" })).ShouldBeOk().Json.GetProperty("room").GetProperty("conversation").GetString();
        if (owner == Jenny)
        {
            (await Jenny.Browser.PostAsync($"/api/rooms/{room}/invitations", new { nickname = Tom.Nickname })).ShouldBeOk();
            (await Tom.Browser.PostAsync($"/api/rooms/{room}/join")).ShouldBeOk();
        }
        return ConversationId.TryParse(room, out var id) ? id : throw new InvalidOperationException(room);
    }

    private async Task<RawConnection> OpenTwoAsync(Person person, string? node = null)
    {
        var connection = await RawConnection.OpenAsync(RawConnection.AddressOf(Chat.Address, node), $"im_session={person.Token}");
        Keep(connection);
        await NextAsync<ReadyFrame>(connection);
        return connection;
    }

    private static Task SayAsync(RawConnection connection, ConversationId room, string text) => PostAsync(connection, room, KindNames.Text, $$"""{"text":"{{text}}"}""");

    private static async Task PostAsync(RawConnection connection, ConversationId room, string kind, string content, long? target = null)
    {
        var id = $"{Guid.NewGuid()}";
        await connection.SendTextAsync($$"""{"type":"post","id":"{{id}}","conversation":"{{room}}","kind":"{{kind}}","content":{{content}}{{(target is null ? "" : $",\"target\":{target}")}}}""");
        await NextAsync<AckFrame>(connection, ack => ack.Id == id);
    }

    private static async Task<long> LineOfAsync(RawConnection connection, ConversationId room, string text)
    {
        await connection.SendTextAsync($$"""{"type":"lines","id":"l","conversation":"{{room}}"}""");
        return (await NextAsync<LinesFrame>(connection)).Lines.Single(line => line.Text == text).Line!.Value;
    }

    /// <summary>Webhooks to this machine, that give up soon.</summary>
    public sealed class Quick : TwoNodes
    {
        public const int MaxAttempts = 4;

        protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [
            new("Limits:Rooms:Burst", "10000"), new("Limits:RoomChanges:Burst", "10000"), new("Limits:WebhookPosts:Burst", "20"), new("Limits:WebhookGuesses:Burst", "10"), new("Limits:WebhookGuesses:PerSecond", "0.01"), .. Hooks,
        ];

        protected override IEnumerable<KeyValuePair<string, string>> NodeSettings => Hooks;

        private static IEnumerable<KeyValuePair<string, string>> Hooks =>
        [
            new("Webhooks:AllowPrivateAddresses", "true"), new("Webhooks:FirstPauseSeconds", "0.05"), new("Webhooks:MaxPauseSeconds", "0.2"), new("Webhooks:MaxAttempts", $"{MaxAttempts}"), new("Webhooks:TimeoutSeconds", "2"),
        ];
    }
}
