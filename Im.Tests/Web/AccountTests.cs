using System.Text.Json;
using Im.Core.Bus;
using Im.Core.Sessions;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Web;

/// <summary>Join, log in, lock out, log out, profile.</summary>
[Collection(WebCollection.Name)]
public sealed class AccountTests(WebServer server) : IDisposable
{
    private readonly Browser _browser = server.NewBrowser();

    public void Dispose()
    {
        server.Time.Shift = TimeSpan.Zero;
        _browser.Dispose();
    }

    [Fact]
    public async Task An_unknown_nickname_joins_and_a_known_one_logs_in_with_its_password()
    {
        var nickname = WebCollection.NewNickname();
        var joined = (await _browser.LoginAsync(nickname, brief: "likes tea")).ShouldBeOk().Json;
        Assert.True(joined.GetProperty("created").GetBoolean());
        Assert.Equal((nickname, "likes tea"), (joined.GetProperty("user").GetProperty("nickname").GetString(), joined.GetProperty("user").GetProperty("brief").GetString()));
        Assert.Matches("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", joined.GetProperty("user").GetProperty("id").GetString());

        using var other = server.NewBrowser();
        var known = (await other.LoginAsync(nickname.ToUpperInvariant())).ShouldBeOk().Json;
        Assert.False(known.GetProperty("created").GetBoolean());
        Assert.Equal(joined.GetProperty("user").GetRawText(), known.GetProperty("user").GetRawText());
        Assert.Equal(known.GetProperty("user").GetRawText(), (await other.GetAsync("/api/me")).Json.GetProperty("user").GetRawText());
    }

    [Fact]
    public async Task Without_join_an_unknown_nickname_is_refused_and_a_known_one_logs_in()
    {
        var nickname = WebCollection.NewNickname();
        object Login(string password = "correct horse", bool? join = false) => new { nickname, password, join };
        (await _browser.PostAsync("/api/login", Login())).ShouldBe(404, "unknown_nickname");
        (await _browser.PostAsync("/api/tokens", Login())).ShouldBe(404, "unknown_nickname");
        (await _browser.PostAsync("/api/login", Login("short"))).ShouldBe(400, "bad_password");
        Assert.Equal(0L, await server.Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE user_name = $1", nickname));
        Assert.True((await _browser.PostAsync("/api/login", Login(join: null))).ShouldBeOk().Json.GetProperty("created").GetBoolean());
        Assert.False((await _browser.PostAsync("/api/login", Login())).ShouldBeOk().Json.GetProperty("created").GetBoolean());
        (await _browser.PostAsync("/api/login", Login("wrong horse"))).ShouldBe(401, "wrong_password");
    }

    [Fact]
    public async Task Anybody_who_is_logged_in_can_ask_who_somebody_is_until_the_account_is_deleted()
    {
        var nickname = WebCollection.NewNickname();
        var jenny = (await _browser.LoginAsync(nickname, brief: "likes tea")).ShouldBeOk().Json.GetProperty("user");
        var address = $"/api/users/{jenny.GetProperty("id").GetString()}";
        using var other = server.NewBrowser();
        (await other.GetAsync(address)).ShouldBe(401, "not_logged_in");
        await other.LoginAsync(WebCollection.NewNickname());
        Assert.Equal(jenny.GetRawText(), (await other.GetAsync(address)).ShouldBeOk().Json.GetRawText());
        (await other.GetAsync($"/api/users/{Guid.NewGuid()}")).ShouldBe(404, "not_found");
        (await other.GetAsync("/api/users/jenny")).ShouldBe(404, "not_found");
        (await _browser.DeleteAsync("/api/me", new { password = "correct horse" })).ShouldBeOk();
        (await other.GetAsync(address)).ShouldBe(404, "not_found");
    }

    [Fact]
    public async Task A_brief_given_with_a_known_nickname_replaces_the_former_and_none_keeps_it()
    {
        var nickname = WebCollection.NewNickname();
        await _browser.LoginAsync(nickname, brief: "first");
        Assert.Equal("first", (await _browser.LoginAsync(nickname, brief: "")).Json.GetProperty("user").GetProperty("brief").GetString());
        Assert.Equal("second", (await _browser.LoginAsync(nickname, brief: "second")).Json.GetProperty("user").GetProperty("brief").GetString());
        Assert.Equal("second", (await _browser.GetAsync("/api/me")).Json.GetProperty("user").GetProperty("brief").GetString());
    }

    [Theory]
    [InlineData(""), InlineData(" \u3000"), InlineData("12345678901234567"), InlineData("a\u200Bb"), InlineData("a\u0000b"), InlineData("a\u202Eb")]
    public async Task A_nickname_outside_the_rule_is_refused(string nickname) => (await _browser.LoginAsync(nickname)).ShouldBe(400, "bad_nickname");

    [Theory]
    [InlineData(0), InlineData(5), InlineData(129)]
    public async Task A_password_of_fewer_than_6_or_more_than_128_characters_is_refused(int length) =>
        (await _browser.LoginAsync(WebCollection.NewNickname(), new string('p', length))).ShouldBe(400, "bad_password");

    [Fact]
    public async Task A_password_of_white_space_alone_is_refused() =>
        (await _browser.LoginAsync(WebCollection.NewNickname(), "   \t   ")).ShouldBe(400, "bad_password");

    [Theory]
    [InlineData(6), InlineData(128)]
    public async Task A_password_of_6_to_128_characters_of_any_kind_is_taken(int length) =>
        (await _browser.LoginAsync(WebCollection.NewNickname(), new string('密', length))).ShouldBeOk();

    [Fact]
    public async Task A_brief_has_up_to_128_characters_and_no_control_characters()
    {
        var nickname = WebCollection.NewNickname();
        (await _browser.LoginAsync(nickname, brief: new string('x', 129))).ShouldBe(400, "bad_brief");
        (await _browser.LoginAsync(nickname, brief: "two\nlines")).ShouldBe(400, "bad_brief");
        (await _browser.LoginAsync(nickname)).ShouldBeOk();
        foreach (var bad in new[] { new string('x', 129), "a\0b", "a\u2028b", "e" + new string('\u0301', 2_000) })
            (await _browser.PutAsync("/api/me", new { brief = bad })).ShouldBe(400, "bad_brief");
        foreach (var good in new[] { "", new string('界', 128), string.Concat(Enumerable.Repeat("👍🏽", 128)), "爱喝茶 🍵 <b>" })
            Assert.Equal(good, (await _browser.PutAsync("/api/me", new { brief = good })).ShouldBeOk().Json.GetProperty("brief").GetString());
    }

    [Fact]
    public async Task Another_password_is_refused_and_logs_nobody_in()
    {
        var nickname = WebCollection.NewNickname();
        await _browser.LoginAsync(nickname);
        using var thief = server.NewBrowser();
        await thief.GetAsync("/api/me");
        var before = thief.Token;
        (await thief.LoginAsync(nickname, "something else")).ShouldBe(401, "wrong_password");
        Assert.Equal(before, thief.Token);
        Assert.Equal(JsonValueKind.Null, (await thief.GetAsync("/api/me")).Json.GetProperty("user").ValueKind);
    }

    [Fact]
    public async Task After_10_wrong_passwords_in_a_row_even_the_right_one_waits_5_minutes()
    {
        var nickname = WebCollection.NewNickname();
        await _browser.LoginAsync(nickname);
        for (var i = 0; i < 9; i++)
            (await _browser.LoginAsync(nickname, $"guess {i}")).ShouldBe(401, "wrong_password");
        (await _browser.LoginAsync(nickname)).ShouldBeOk(); // not in a row any more
        for (var i = 0; i < 10; i++)
            (await _browser.LoginAsync(nickname, $"guess {i}")).ShouldBe(401, "wrong_password");

        var locked = (await _browser.LoginAsync(nickname)).ShouldBe(429, "locked_out");
        Assert.InRange(locked.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 280, 300);
        await server.Database.ScalarAsync<object>("UPDATE users SET lockout_end = lockout_end - interval '5.1 minutes' WHERE user_name = $1", nickname);
        (await _browser.LoginAsync(nickname)).ShouldBeOk();
    }

    [Fact]
    public async Task Of_guesses_made_side_by_side_at_two_web_servers_ten_are_looked_at()
    {
        var nickname = WebCollection.NewNickname();
        await _browser.LoginAsync(nickname);
        var second = new AnotherServer(server);
        await second.InitializeAsync();
        var guesses = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            using var thief = (i % 2 == 0 ? server : second).NewBrowser();
            return (int)(await thief.LoginAsync(nickname, $"guess {i}")).Status;
        }));
        await second.DisposeAsync();
        Assert.Equal(10, guesses.Count(status => status == 401));
        Assert.All(guesses, status => Assert.True(status is 401 or 429));
    }

    [Fact]
    public async Task A_user_who_comes_in_by_many_doors_at_once_is_not_locked_out_by_it()
    {
        var nickname = WebCollection.NewNickname();
        await _browser.LoginAsync(nickname);
        for (var i = 0; i < 9; i++)
            (await _browser.LoginAsync(nickname, $"guess {i}")).ShouldBe(401, "wrong_password");
        Assert.All(await JoinAllAsync(nickname, _ => "correct horse"), answer => answer.ShouldBeOk());
    }

    [Fact]
    public async Task Of_many_who_join_with_one_nickname_and_password_at_once_one_is_created_and_all_are_in()
    {
        var nickname = WebCollection.NewNickname();
        var answers = await JoinAllAsync(nickname, _ => "one password");
        Assert.All(answers, answer => answer.ShouldBeOk());
        Assert.Single(answers, answer => answer.Json.GetProperty("created").GetBoolean());
        Assert.Single(answers.Select(answer => answer.Json.GetProperty("user").GetProperty("id").GetString()).Distinct());
    }

    [Fact]
    public async Task Of_many_who_join_with_one_nickname_and_their_own_passwords_at_once_one_gets_it()
    {
        var answers = await JoinAllAsync(WebCollection.NewNickname(), i => $"password {i}");
        Assert.True(Assert.Single(answers, answer => (int)answer.Status == 200).Json.GetProperty("created").GetBoolean());
        Assert.All(answers.Where(answer => (int)answer.Status != 200), answer => answer.ShouldBe(401, "wrong_password"));
    }

    [Fact]
    public async Task A_login_gives_a_new_token_and_the_old_one_is_dead_at_once()
    {
        await _browser.GetAsync("/api/me");
        var planted = _browser.Token!;
        await _browser.LoginAsync(WebCollection.NewNickname());
        Assert.NotEqual(planted, _browser.Token);

        using var attacker = server.NewBrowser();
        attacker.Token = planted;
        Assert.Equal(JsonValueKind.Null, (await attacker.GetAsync("/api/me")).Json.GetProperty("user").ValueKind);
        Assert.NotEqual(planted, attacker.Token);
    }

    [Fact]
    public async Task Who_logs_in_as_another_leaves_the_first_ones_session()
    {
        await _browser.LoginAsync(WebCollection.NewNickname());
        var first = _browser.Token!;
        var second = (await _browser.LoginAsync(WebCollection.NewNickname())).Json.GetProperty("user").GetRawText();
        Assert.Equal(second, (await _browser.GetAsync("/api/me")).Json.GetProperty("user").GetRawText());
        using var old = server.NewBrowser();
        old.Token = first;
        Assert.Equal(JsonValueKind.Null, (await old.GetAsync("/api/me")).Json.GetProperty("user").ValueKind);
    }

    [Fact]
    public async Task A_logout_makes_the_session_a_guests_on_every_tab_and_leaves_other_devices()
    {
        var nickname = WebCollection.NewNickname();
        await _browser.LoginAsync(nickname);
        using var device = server.NewBrowser();
        await device.LoginAsync(nickname);
        using var tab = server.NewBrowser();
        tab.Token = _browser.Token;

        (await _browser.PostAsync("/api/logout")).ShouldBeOk(204);
        Assert.Equal(JsonValueKind.Null, (await tab.GetAsync("/api/me")).Json.GetProperty("user").ValueKind);
        (await tab.PutAsync("/api/me", new { brief = "no" })).ShouldBe(401, "not_logged_in");
        Assert.Equal(nickname, (await device.GetAsync("/api/me")).Json.GetProperty("user").GetProperty("nickname").GetString());
        (await _browser.PostAsync("/api/logout")).ShouldBeOk(204); // a guest's logout changes nothing
    }

    [Fact]
    public async Task A_changed_brief_is_in_every_session_of_the_user_and_the_nodes_are_told_once()
    {
        var nickname = WebCollection.NewNickname();
        var userId = (await _browser.LoginAsync(nickname)).Json.GetProperty("user").GetProperty("id").GetGuid();
        using var device = server.NewBrowser();
        await device.LoginAsync(nickname);
        var heard = new List<BusEnvelope>();
        var first = new TaskCompletionSource();
        await using var subscription = await server.Services.GetRequiredService<IBus>().SubscribeAsync(BusTopic.User(userId), envelope =>
        {
            heard.Add(envelope);
            first.TrySetResult();
        });

        (await _browser.PutAsync("/api/me", new { brief = "今天在家" })).ShouldBeOk();

        Assert.Equal("今天在家", (await device.GetAsync("/api/me")).Json.GetProperty("user").GetProperty("brief").GetString());
        var sessions = await server.Services.GetRequiredService<ISessionManager>().ListAsync(userId);
        Assert.Equal(["今天在家", "今天在家"], sessions.Select(session => session.Values["brief"]));
        await first.Task.WaitAsync(TimeSpan.FromSeconds(5));
        var frame = JsonSerializer.Deserialize<JsonElement>(Assert.Single(heard).Payload.Span);
        Assert.Equal(BusKind.Profile, heard[0].Kind);
        Assert.Equal((userId.ToString(), nickname, "今天在家"),
            (frame.GetProperty("id").GetString(), frame.GetProperty("nickname").GetString(), frame.GetProperty("brief").GetString()));
    }

    [Fact]
    public async Task A_password_is_stored_as_a_hash_alone()
    {
        var nickname = WebCollection.NewNickname();
        await _browser.LoginAsync(nickname, "correct horse battery");
        var hash = await server.Database.ScalarAsync<string>("select password_hash from users where user_name = $1", nickname);
        Assert.True(hash!.Length > 60 && !hash.Contains("correct", StringComparison.Ordinal));
    }

    private async Task<Answer[]> JoinAllAsync(string nickname, Func<int, string> password) => await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
    {
        using var browser = server.NewBrowser();
        return await browser.LoginAsync(nickname, password(i));
    }));

    private sealed class AnotherServer(WebServer first) : WebServer
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("ConnectionStrings:im", first.Database.ConnectionString)];
    }
}
