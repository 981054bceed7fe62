namespace Im.Tests.Web;

/// <summary>What people want to be called: told, found, exported and erased like a nickname, and taken for nobody else's.</summary>
[Collection(WebCollection.Name)]
public sealed class DisplayNameTests(WebServer server) : IDisposable
{
    private readonly Browser _jenny = server.NewBrowser(), _tom = server.NewBrowser();
    private readonly string _nickname = WebCollection.NewNickname();

    public void Dispose()
    {
        _jenny.Dispose();
        _tom.Dispose();
    }

    [Fact]
    public async Task It_is_told_found_exported_and_erased()
    {
        var mark = WebCollection.NewNickname();
        var id = (await _jenny.LoginAsync(_nickname, brief: "likes tea")).Json.GetProperty("user").GetProperty("id").GetString()!;
        await _tom.LoginAsync(WebCollection.NewNickname());
        var changed = (await _jenny.PutAsync("/api/me", new { name = $"  Jenny {mark}   陈小明 " })).ShouldBeOk().Json;
        Assert.Equal(($"Jenny {mark} 陈小明", _nickname, "likes tea"), (changed.GetProperty("name").GetString(), changed.GetProperty("nickname").GetString(), changed.GetProperty("brief").GetString()));
        Assert.Equal($"Jenny {mark} 陈小明", (await _jenny.PutAsync("/api/me", new { brief = "" })).ShouldBeOk().Json.GetProperty("name").GetString());
        (await _jenny.PutAsync("/api/me", new { })).ShouldBe(400, "bad_request");

        foreach (var search in new[] { mark[..^1].ToUpperInvariant(), $"jenny {mark}", $"小明 {mark}", $"{_nickname} {mark}" })
            Assert.Equal($"Jenny {mark} 陈小明", Assert.Single((await _tom.GetAsync($"/api/directory?search={Uri.EscapeDataString(search)}")).ShouldBeOk().Json.GetProperty("users").EnumerateArray(), user => user.GetProperty("id").GetString() == id).GetProperty("name").GetString());
        Assert.Empty((await _tom.GetAsync($"/api/directory?search={mark[1..]}")).ShouldBeOk().Json.GetProperty("users").EnumerateArray());
        var one = Assert.Single((await _tom.GetAsync($"/api/users?id={id}&id={Guid.NewGuid()}")).ShouldBeOk().Json.EnumerateArray());
        Assert.Equal((id, $"Jenny {mark} 陈小明"), (one.GetProperty("id").GetString(), one.GetProperty("name").GetString()));
        (await _tom.GetAsync("/api/users")).ShouldBe(400, "bad_request");
        (await _tom.GetAsync($"/api/users?{string.Join('&', Enumerable.Repeat($"id={id}", 101))}")).ShouldBe(400, "bad_request");
        Assert.Equal($"Jenny {mark} 陈小明", (await _jenny.GetAsync("/api/me/export")).ShouldBeOk().Json.GetProperty("user").GetProperty("name").GetString());

        await server.Database.ScalarAsync<object>("INSERT INTO pictures (holder, version, small, large) VALUES ($1, 'v', '', '')", Guid.Parse(id));
        await server.Database.ScalarAsync<object>("UPDATE users SET muted_until = now() + interval '1 hour' WHERE id = $1", Guid.Parse(id));
        (await _jenny.PutAsync("/api/me", new { name = "Jenny" })).ShouldBe(403, "muted");
        (await _jenny.DeleteAsync("/api/me", new { password = "correct horse" })).ShouldBeOk();
        Assert.Equal(0, await server.Database.ScalarAsync<long>("SELECT count(*) FROM pictures WHERE holder = $1", Guid.Parse(id)));
        Assert.Equal(" ", await server.Database.ScalarAsync<string>("SELECT display_name || ' ' || display_name_key FROM users WHERE id = $1", Guid.Parse(id)));
        Assert.Empty((await _tom.GetAsync($"/api/users?id={id}")).ShouldBeOk().Json.EnumerateArray());
    }

    [Fact]
    public async Task It_follows_the_rule_of_nicknames_and_is_taken_for_nobody_elses()
    {
        await _jenny.LoginAsync(_nickname);
        var other = WebCollection.NewNickname();
        await _tom.LoginAsync(other);
        foreach (var bad in new[] { new string('x', 41), " ", "two\nlines", "admin", "A.d.m.i.n", "Jenny\u202E", "J\u0435nny", "♪ Jenny" })
            (await _jenny.PutAsync("/api/me", new { name = bad })).ShouldBe(400, "bad_name");
        foreach (var taken in new[] { other, other.ToUpperInvariant(), other.Replace('0', 'o') })
            (await _jenny.PutAsync("/api/me", new { name = taken })).ShouldBe(409, "nickname_taken");
        foreach (var good in new[] { new string('x', 40), _nickname.ToUpperInvariant(), "" })
            Assert.Equal(good.Length == 0 ? null : good, (await _jenny.PutAsync("/api/me", new { name = good })).ShouldBeOk().Json.TryGetProperty("name", out var name) ? name.GetString() : null);
    }
}
