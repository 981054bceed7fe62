using System.Text.Json;
using Im.Core.Sessions;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Web;

/// <summary>The cookie and what stands behind it.</summary>
[Collection(WebCollection.Name)]
public sealed class SessionTests(WebServer server) : IDisposable
{
    private readonly Browser _browser = server.NewBrowser();

    public void Dispose()
    {
        server.Time.Shift = TimeSpan.Zero;
        _browser.Dispose();
    }

    [Fact]
    public async Task Who_comes_without_a_cookie_gets_a_guests_session_and_keeps_it()
    {
        var first = (await _browser.GetAsync("/api/me")).ShouldBeOk();
        Assert.Equal(JsonValueKind.Null, first.Json.GetProperty("user").ValueKind);
        Assert.False(first.Json.TryGetProperty("demonstration", out _)); // in Production nobody is shown how it works, unless a setting says so
        var again = await _browser.GetAsync("/api/me");
        Assert.Equal(first.Text, again.Text);
        Assert.Null(again.SetCookie);
        Assert.DoesNotContain(_browser.Token!, first.Text, StringComparison.Ordinal); // the public id is not the key
    }

    [Theory]
    [InlineData("nobody-knows-this"), InlineData("%00%ff"), InlineData("AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_cookie_nobody_knows_is_as_none(string token)
    {
        _browser.Token = token;
        Assert.NotNull((await _browser.GetAsync("/api/me")).ShouldBeOk().SetCookie);
        (await _browser.PostAsync("/api/ticket")).ShouldBe(401, "not_logged_in");
    }

    [Fact]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_other_sites_for_30_days()
    {
        foreach (var answer in new[] { await _browser.GetAsync("/api/me"), await _browser.LoginAsync(WebCollection.NewNickname()) })
        {
            var cookie = answer.SetCookie!.Split("; ");
            Assert.Equal(["httponly", "max-age=2592000", "path=/", "samesite=lax"], cookie.Skip(1).Order());
            Assert.Matches("^im_session=[A-Za-z0-9_.-]{40,128}$", cookie[0]);
        }
    }

    [Fact]
    public async Task The_token_changes_once_a_day_and_the_old_one_lives_long_enough_for_requests_under_way()
    {
        var user = (await _browser.LoginAsync(WebCollection.NewNickname())).Json.GetProperty("user").GetRawText();
        var old = _browser.Token!;
        Assert.Null((await _browser.GetAsync("/api/me")).SetCookie);

        server.Time.Shift = TimeSpan.FromHours(25);
        var renewed = await _browser.GetAsync("/api/me");
        Assert.NotNull(renewed.SetCookie);
        Assert.NotEqual(old, _browser.Token);
        Assert.Equal(user, renewed.Json.GetProperty("user").GetRawText());
        Assert.Null((await _browser.GetAsync("/api/me")).SetCookie);

        using var underWay = server.NewBrowser();
        underWay.Token = old;
        Assert.Equal(user, (await underWay.GetAsync("/api/me")).Json.GetProperty("user").GetRawText());
        Assert.Equal(old, underWay.Token); // the browser has the new one already: this answer must not take it away

        server.Time.Shift += TimeSpan.FromMinutes(1);
        Assert.Equal(user, (await _browser.GetAsync("/api/me")).Json.GetProperty("user").GetRawText());
        Assert.Equal(JsonValueKind.Null, (await underWay.GetAsync("/api/me")).Json.GetProperty("user").ValueKind);
        Assert.Equal(JsonValueKind.Null, (await _browser.GetAsync("/api/me")).Json.GetProperty("user").ValueKind); // two have it: it is nobody's
    }

    [Fact]
    public async Task A_session_remembers_where_it_was_made()
    {
        var request = Browser.Request(HttpMethod.Post, "/api/login", new { nickname = WebCollection.NewNickname(), password = "correct horse" });
        request.Headers.UserAgent.ParseAdd("Test/1.0");
        var userId = (await _browser.SendAsync(request)).Json.GetProperty("user").GetProperty("id").GetGuid();
        var session = Assert.Single(await server.Services.GetRequiredService<ISessionManager>().ListAsync(userId));
        Assert.Equal(new SessionOrigin("Test/1.0", "127.0.0.1"), session.Origin);
    }

    [Fact]
    public async Task A_ticket_is_this_sessions_once()
    {
        await _browser.LoginAsync(WebCollection.NewNickname());
        var session = (await _browser.GetAsync("/api/me")).Json.GetProperty("session").GetString();
        var answer = (await _browser.PostAsync("/api/ticket")).ShouldBeOk().Json;
        Assert.Equal(30, answer.GetProperty("expiresInSeconds").GetInt32());
        var sessions = server.Services.GetRequiredService<ISessionManager>();
        Assert.Equal(session, (await sessions.RedeemTicketAsync(answer.GetProperty("ticket").GetString()!))?.Id);
        Assert.Null(await sessions.RedeemTicketAsync(answer.GetProperty("ticket").GetString()!));
    }

    [Fact]
    public async Task What_needs_a_login_says_so()
    {
        await _browser.GetAsync("/api/me"); // a guest
        (await _browser.PostAsync("/api/ticket")).ShouldBe(401, "not_logged_in");
        (await _browser.PutAsync("/api/me", new { brief = "x" })).ShouldBe(401, "not_logged_in");
    }
}
