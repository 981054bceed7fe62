using System.Net.Http.Headers;
using Im.Core.Accounts;
using Im.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Web;

/// <summary>Limits that belong to an account, keys that need its password, and what a mute or ban outlives.</summary>
[Collection(WebCollection.Name)]
[Trait("Category", "Sessions")]
public sealed class AccountDoorTests(WebServer server) : IDisposable
{
    private const string Password = "correct horse";

    private readonly Browser _browser = server.NewBrowser(), _other = server.NewBrowser();
    private readonly string _nickname = WebCollection.NewNickname();

    public void Dispose()
    {
        server.Time.Shift = TimeSpan.Zero;
        _browser.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Sixty_keys_asked_for_at_once_are_ten()
    {
        await _browser.LoginAsync(_nickname);
        var made = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => MakeKeyAsync($"k{i}")));
        Assert.Equal(ProtocolLimits.MaxApiKeys, made.Count(answer => (int)answer.Status == 200));
        Assert.All(made.Where(answer => (int)answer.Status != 200), answer => answer.ShouldBe(409, "too_many"));
        Assert.Equal(ProtocolLimits.MaxApiKeys, (await _browser.GetAsync("/api/keys")).Json.GetArrayLength());
    }

    [Fact]
    public async Task Keys_made_and_revoked_in_a_loop_publish_no_more_than_one_key()
    {
        await _browser.LoginAsync(_nickname);
        var published = 0;
        for (var round = 0; round < 4; round++)
        {
            var key = (await MakeKeyAsync("k")).ShouldBeOk().Json;
            var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => PublishAsync(key.GetProperty("key").GetString()!, $"{round}-{i}")));
            published += answers.Count(answer => (int)answer.Status == 200);
            Assert.All(answers.Where(answer => (int)answer.Status != 200), answer => answer.ShouldBe(429, "slow_down"));
            (await _browser.DeleteAsync($"/api/keys/{key.GetProperty("id").GetGuid()}")).ShouldBeOk(204);
        }
        // 100 at once and 10 a second: of 240 the bucket lets all through only to who takes 14 s over them.
        Assert.InRange(published, 100, 239);
    }

    [Fact]
    public async Task Two_keys_of_one_user_share_a_limit_and_another_users_has_its_own()
    {
        await _browser.LoginAsync(_nickname);
        await _other.LoginAsync(WebCollection.NewNickname());
        string[] keys = [await KeyAsync(_browser), await KeyAsync(_browser)];
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => PublishAsync(keys[i % 2], $"{i}")));
        Assert.Contains(answers, answer => (int)answer.Status == 429);
        (await PublishAsync(await KeyAsync(_other), "x")).ShouldBeOk();

        async Task<string> KeyAsync(Browser browser) => (await MakeKeyAsync("k", browser: browser)).ShouldBeOk().Json.GetProperty("key").GetString()!;
    }

    [Fact]
    public async Task A_cookie_alone_makes_no_key()
    {
        await _browser.LoginAsync(_nickname);
        (await _browser.PostAsync("/api/keys", new { name = "k", scopes = new[] { "publish:lobby" } })).ShouldBe(400, "bad_request");
        (await MakeKeyAsync("k", "wrong horse")).ShouldBe(401, "wrong_password");
        Assert.Equal(0, (await _browser.GetAsync("/api/keys")).Json.GetArrayLength());
        (await MakeKeyAsync("k")).ShouldBeOk();
    }

    [Fact]
    public async Task Wrong_passwords_at_the_keys_lock_as_at_a_login()
    {
        await _browser.LoginAsync(_nickname);
        for (var i = 0; i < 10; i++)
            (await MakeKeyAsync("k", "wrong horse")).ShouldBe(401, "wrong_password");
        (await MakeKeyAsync("k")).ShouldBe(429, "locked_out");
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_new_password_revokes_the_keys_where_that_is_asked_for(bool revokeKeys)
    {
        await _browser.LoginAsync(_nickname);
        var key = (await MakeKeyAsync("k")).ShouldBeOk().Json.GetProperty("key").GetString()!;
        await MakeKeyAsync("l");
        var changed = (await _browser.PutAsync("/api/me/password", new { oldPassword = Password, newPassword = "battery staple", revokeKeys })).ShouldBeOk().Json;
        Assert.Equal<int?>(revokeKeys ? 2 : null, changed.TryGetProperty("revoked", out var revoked) ? (int?)revoked.GetInt32() : null);
        Assert.Equal(revokeKeys ? 401 : 200, (int)(await PublishAsync(key, "after")).Status);
    }

    [Fact]
    public async Task Of_two_password_changes_at_once_one_is_made_and_one_is_told()
    {
        for (var round = 0; round < 5; round++)
        {
            var nickname = WebCollection.NewNickname();
            using var one = server.NewBrowser();
            using var two = server.NewBrowser();
            await one.LoginAsync(nickname);
            await two.LoginAsync(nickname);
            var answers = await Task.WhenAll(
                one.PutAsync("/api/me/password", new { oldPassword = Password, newPassword = "password one" }),
                two.PutAsync("/api/me/password", new { oldPassword = Password, newPassword = "password two" }));
            var won = Assert.Single(answers, answer => (int)answer.Status == 200);
            Assert.Equal(401, (int)answers.Single(answer => answer != won).Status);
            using var later = server.NewBrowser();
            (await later.LoginAsync(nickname, won == answers[0] ? "password one" : "password two")).ShouldBeOk();
            (await later.LoginAsync(nickname, won == answers[0] ? "password two" : "password one")).ShouldBe(401, "wrong_password");
        }
    }

    [Theory, InlineData("muted_until"), InlineData("banned_until")]
    public async Task A_nickname_deleted_under_a_penalty_is_nobodys_until_that_ends(string column)
    {
        var user = IdOf(await _browser.LoginAsync(_nickname, brief: "likes tea"));
        await PenaliseAsync(user, column, TimeSpan.FromMinutes(30));
        (await _browser.DeleteAsync("/api/me", new { password = Password })).ShouldBeOkUnlessBanned(column);
        await server.Services.GetRequiredService<IAccountData>().EraseAsync(user, removeMessages: false); // a ban may come in the middle of it

        (await _other.LoginAsync(_nickname)).ShouldBe(409, "nickname_taken");
        (await _other.LoginAsync(_nickname.ToUpperInvariant(), "another horse")).ShouldBe(409, "nickname_taken");
        Assert.Equal("(deleted)", await server.Database.ScalarAsync<string>("SELECT user_name FROM users WHERE id = $1", user));

        await PenaliseAsync(user, column, TimeSpan.FromMinutes(-1)); // it is over, by the database's clock
        var next = (await _other.LoginAsync(_nickname)).ShouldBeOk().Json;
        Assert.True(next.GetProperty("created").GetBoolean());
        Assert.NotEqual(user, next.GetProperty("user").GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task What_looks_like_a_reserved_nickname_is_reserved_too()
    {
        var name = $"l{_nickname[..12]}";
        var user = IdOf(await _browser.LoginAsync(name));
        await PenaliseAsync(user, "muted_until", TimeSpan.FromMinutes(30));
        (await _browser.DeleteAsync("/api/me", new { password = Password })).ShouldBeOk();
        (await _other.LoginAsync($"I{name[1..]}")).ShouldBe(409, "nickname_taken"); // of one script: across scripts it would be no nickname at all
    }

    [Fact]
    public async Task Somebody_muted_changes_no_brief_by_neither_door()
    {
        var user = IdOf(await _browser.LoginAsync(_nickname, brief: "before"));
        await PenaliseAsync(user, "muted_until", TimeSpan.FromMinutes(30));
        (await _browser.PutAsync("/api/me", new { brief = "advertisement" })).ShouldBe(403, "muted");
        var login = (await _other.LoginAsync(_nickname, brief: "advertisement")).ShouldBeOk();
        Assert.Equal("before", login.Json.GetProperty("user").GetProperty("brief").GetString());
        await PenaliseAsync(user, "muted_until", TimeSpan.FromMinutes(-1)); // it is over, by the database's clock
        (await _browser.PutAsync("/api/me", new { brief = "after" })).ShouldBeOk();
    }

    [Fact]
    public async Task Nothing_of_an_account_that_is_being_deleted_can_be_changed_any_more()
    {
        var user = IdOf(await _browser.LoginAsync(_nickname, brief: "before"));
        await server.Database.ScalarAsync<object>("UPDATE users SET erasing_at = now() WHERE id = $1", user);
        Assert.Equal(401, (int)(await _browser.PutAsync("/api/me", new { brief = "after" })).Status);
        Assert.Equal(401, (int)(await MakeKeyAsync("k")).Status);
        Assert.Equal(401, (int)(await _browser.PutAsync("/api/me/password", new { oldPassword = Password, newPassword = "battery staple" })).Status);
        (await _browser.DeleteAsync("/api/me", new { password = Password })).ShouldBeOk(); // and can be asked for again
    }

    [Fact]
    public async Task A_key_whose_owner_was_deleted_a_moment_ago_is_told_so_and_not_that_we_failed()
    {
        var user = IdOf(await _browser.LoginAsync(_nickname));
        var key = (await MakeKeyAsync("k")).ShouldBeOk().Json.GetProperty("key").GetString()!;
        (await PublishAsync(key, "before")).ShouldBeOk(); // the owner is remembered from here on
        await server.Database.ScalarAsync<object>("UPDATE users SET erasing_at = now() WHERE id = $1", user);
        (await PublishAsync(key, "after")).ShouldBe(404, "not_found");
    }

    [Fact]
    public async Task The_audit_trail_says_who_by_id_as_well()
    {
        var admin = IdOf(await _browser.LoginAsync(_nickname));
        var user = IdOf(await _other.LoginAsync(WebCollection.NewNickname()));
        await server.Database.ScalarAsync<object>("UPDATE users SET is_admin = true WHERE id = $1", admin);
        server.Services.GetRequiredService<IUserStandings>().Invalidate(admin);
        (await _browser.PutAsync($"/api/admin/users/{user}/mute", new { minutes = 1 })).ShouldBeOk();
        var entry = (await _browser.GetAsync("/api/admin/audit")).ShouldBeOk().Json.EnumerateArray().First(entry => entry.GetProperty("target").GetString() == $"{user}");
        Assert.Equal((admin, _nickname), (entry.GetProperty("actorId").GetGuid(), entry.GetProperty("actor").GetString()));
    }

    private Task<Answer> MakeKeyAsync(string name, string password = Password, Browser? browser = null) =>
        (browser ?? _browser).PostAsync("/api/keys", new { name, scopes = new[] { "publish:lobby" }, password });

    private async Task<Answer> PublishAsync(string key, string id)
    {
        using var program = server.NewBrowser();
        var request = Browser.Request(HttpMethod.Post, "/api/publish", new { id, text = "green", conversation = "lobby" });
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await program.SendAsync(request);
    }

    private Task PenaliseAsync(Guid user, string column, TimeSpan duration) =>
        server.Database.ScalarAsync<object>($"UPDATE users SET {column} = $2 WHERE id = $1", user, DateTime.UtcNow + duration);

    private static Guid IdOf(Answer login) => login.ShouldBeOk().Json.GetProperty("user").GetProperty("id").GetGuid();
}

internal static class PenaltyAnswers
{
    /// <summary>Who is banned may not delete the account; who is muted may.</summary>
    public static void ShouldBeOkUnlessBanned(this Answer answer, string column)
    {
        if (column == "muted_until")
            answer.ShouldBeOk();
        else
            answer.ShouldBe(403, "banned");
    }
}
