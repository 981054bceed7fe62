using System.Buffers.Text;
using System.Security.Cryptography;
using Im.Client;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Attack;

/// <summary>Cookies, tickets, tokens and keys that were stolen, planted, guessed, kept, or used where they do not belong.</summary>
[Trait("Category", "Attack")]
public sealed class SessionAttacks(TwoNodes system) : AttackSuite(system), IClassFixture<TwoNodes>
{
    [Fact]
    public async Task A_cookie_planted_before_the_login_is_worth_nothing_after_it()
    {
        using var attacker = Chat.NewBrowser();
        await attacker.GetAsync("/api/me");
        var planted = attacker.Token!;
        using var victim = Chat.NewBrowser();
        victim.Token = planted;
        await victim.LoginAsync(Jenny.Nickname);
        Assert.NotEqual(planted, victim.Token);
        await IsNobodyAsync(planted);
    }

    [Fact]
    public async Task A_socket_opened_with_a_planted_cookie_does_not_follow_the_login()
    {
        using var victim = Chat.NewBrowser();
        await victim.GetAsync("/api/me");
        var socket = await OpenAsync(victim.Token);
        await victim.LoginAsync(Jenny.Nickname);
        await NextAsync<SessionFrame>(socket, frame => frame.Reason == SessionFrame.Login);
        await socket.SendTextAsync("""{"type":"send","id":"x","conversation":"lobby","text":"as Jenny"}""");
        Assert.Equal(ErrorCodes.NotLoggedIn, (await NextAsync<ErrorFrame>(socket)).Code);
        await socket.SendTextAsync("""{"type":"authenticate","id":"y","ticket":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""");
        Assert.Equal(ErrorCodes.BadTicket, (await NextAsync<ErrorFrame>(socket)).Code);
    }

    [Fact]
    public async Task A_cookie_stolen_before_a_renewal_dies_with_the_grace_time_and_its_use_ends_the_session()
    {
        var sessions = Chat.Services.GetRequiredService<ISessionManager>();
        var (_, token) = await sessions.LoginAsync(null, Jenny.Id, new("stolen", null));
        var renewed = (await sessions.RenewAsync(token, TimeSpan.Zero))!;
        using var owner = Chat.NewBrowser();
        owner.Token = renewed;
        (await owner.GetAsync("/api/sessions")).ShouldBeOk();
        await IsNobodyAsync(token);
        (await owner.GetAsync("/api/sessions")).ShouldBe(401, "not_logged_in");
    }

    [Fact]
    public async Task A_cookie_kept_over_a_logout_is_a_guests()
    {
        var token = Jenny.Token;
        (await Jenny.Browser.PostAsync("/api/logout")).ShouldBeOk(204);
        await IsNobodyAsync(token);
    }

    [Fact]
    public async Task A_cookie_kept_over_another_login_is_worth_nothing()
    {
        var token = Jenny.Token;
        await Jenny.Browser.LoginAsync(Jenny.Nickname);
        await IsNobodyAsync(token);
    }

    [Fact]
    public async Task A_cookie_kept_over_a_new_password_is_worth_nothing()
    {
        using var own = Chat.NewBrowser();
        await own.LoginAsync(Jenny.Nickname);
        (await own.PutAsync("/api/me/password", new { oldPassword = "correct horse", newPassword = "battery staple" })).ShouldBeOk();
        await IsNobodyAsync(Jenny.Token);
    }

    [Fact]
    public async Task The_public_id_of_a_session_is_no_key()
    {
        var id = (await Jenny.Browser.GetAsync("/api/me")).Json.GetProperty("session").GetString()!;
        await IsNobodyAsync(id);
        await IsNobodyAsync(Base64Url.EncodeToString([.. Base64Url.DecodeFromChars(id), .. new byte[32]]));
        await IsNobodyAsync(Base64Url.EncodeToString([.. Base64Url.DecodeFromChars(id), .. RandomNumberGenerator.GetBytes(32)]));
    }

    [Fact]
    public async Task A_cookie_with_one_bit_changed_is_nobodys()
    {
        var bytes = Base64Url.DecodeFromChars(Jenny.Token);
        bytes[^1] ^= 1;
        await IsNobodyAsync(Base64Url.EncodeToString(bytes));
    }

    [Theory, InlineData("%00"), InlineData("../../etc/passwd"), InlineData("*"), InlineData("im:session:*"), InlineData("' OR 1=1 --"), InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public Task A_cookie_that_is_an_injection_is_nobodys(string cookie) => IsNobodyAsync(Uri.EscapeDataString(cookie));

    [Fact]
    public async Task A_ticket_is_not_taken_twice()
    {
        var ticket = (await Jenny.Browser.PostAsync("/api/ticket")).Json.GetProperty("ticket").GetString();
        Assert.IsType<SessionFrame>(await AskAsync(null, $$"""{"type":"authenticate","id":"a","ticket":"{{ticket}}"}"""));
        await IsRefusedAsync(null, $$"""{"type":"authenticate","id":"a","ticket":"{{ticket}}"}""", ErrorCodes.BadTicket);
    }

    [Fact]
    public async Task A_ticket_is_worth_nothing_after_the_logout()
    {
        var ticket = (await Jenny.Browser.PostAsync("/api/ticket")).Json.GetProperty("ticket").GetString();
        await Jenny.Browser.PostAsync("/api/logout");
        await IsRefusedAsync(null, $$"""{"type":"authenticate","id":"a","ticket":"{{ticket}}"}""", ErrorCodes.BadTicket);
    }

    [Fact]
    public async Task A_guest_gets_no_ticket()
    {
        using var guest = Chat.NewBrowser();
        await guest.GetAsync("/api/me");
        (await guest.PostAsync("/api/ticket")).ShouldBe(401, "not_logged_in");
    }

    [Fact]
    public async Task A_cookie_a_token_and_a_key_do_not_pass_for_one_another()
    {
        var bearer = (await Jenny.Browser.PostAsync("/api/tokens/renew")).ShouldBeOk().Json.GetProperty("token").GetString()!;
        var key = (await Jenny.Browser.PostAsync("/api/keys", new { name = "k", scopes = new[] { "publish:lobby" }, password = "correct horse" })).ShouldBeOk().Json.GetProperty("key").GetString()!;
        await IsNobodyAsync(bearer);
        await IsNobodyAsync(key);
        foreach (var credentials in new[] { Jenny.Token, key })
        {
            Assert.Equal(401, await UpgradeAsync(Chat.Address, ("Authorization", $"Bearer {credentials}")));
            (await SendAsync(HttpMethod.Get, "/api/sessions", credentials)).ShouldBe(401, "not_logged_in");
        }
        foreach (var credentials in new[] { Jenny.Token, bearer })
            (await SendAsync(HttpMethod.Post, "/api/publish", credentials, new { id = "1", text = "x", conversation = "lobby" })).ShouldBe(401, "not_logged_in");
    }

    [Theory, InlineData("Basic amVubnk6Y29ycmVjdCBob3JzZQ=="), InlineData("Bearer "), InlineData("Bearer imt_"), InlineData("Bearer imt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), InlineData("imt_AAAA")]
    public async Task Credentials_that_are_none_are_refused_at_the_socket_and_are_not_a_guests(string authorization) =>
        Assert.Equal(401, await UpgradeAsync(Chat.One, ("Authorization", authorization), ("Cookie", $"im_session={Jenny.Token}")));

    [Fact]
    public async Task A_token_is_worth_nothing_once_its_session_was_signed_out()
    {
        using var program = Chat.NewBrowser();
        var joined = (await program.PostAsync("/api/tokens", new { nickname = Jenny.Nickname, password = "correct horse" })).ShouldBeOk().Json;
        var (token, session) = (joined.GetProperty("token").GetString()!, joined.GetProperty("session").GetString());
        (await Jenny.Browser.DeleteAsync($"/api/sessions/{session}")).ShouldBeOk();
        (await SendAsync(HttpMethod.Get, "/api/sessions", token)).ShouldBe(401, "not_logged_in");
        (await SendAsync(HttpMethod.Post, "/api/tokens/renew", token)).ShouldBe(401, "not_logged_in");
        Assert.Equal(401, await UpgradeAsync(Chat.Two, ("Authorization", $"Bearer {token}")));
    }

    [Fact]
    public async Task Wrong_passwords_at_every_door_lock_the_account_and_the_right_one_too()
    {
        using var attacker = Chat.NewBrowser();
        for (var i = 0; i < 10; i++)
        {
            var guess = $"wrong horse {i}";
            var answer = (i % 3) switch
            {
                0 => await attacker.LoginAsync(Tom.Nickname, guess),
                1 => await attacker.PostAsync("/api/tokens", new { nickname = Tom.Nickname, password = guess }),
                _ => await Tom.Browser.PutAsync("/api/me/password", new { oldPassword = guess, newPassword = "battery staple" }),
            };
            answer.ShouldBe(401, "wrong_password");
        }
        Assert.NotNull((await attacker.LoginAsync(Tom.Nickname)).ShouldBe(429, "locked_out").Headers.RetryAfter);
        (await attacker.PostAsync("/api/tokens", new { nickname = Tom.Nickname, password = "correct horse" })).ShouldBe(429, "locked_out");
        (await Tom.Browser.DeleteAsync("/api/me", new { password = "correct horse" })).ShouldBe(429, "locked_out");
        (await Tom.Browser.GetAsync("/api/sessions")).ShouldBeOk(); // whoever is in stays in
    }

    [Fact]
    public async Task Sessions_and_their_secrets_are_nobody_elses_to_see()
    {
        var listed = (await Eve.Browser.GetAsync("/api/sessions")).ShouldBeOk();
        Assert.Equal(1, listed.Json.GetArrayLength());
        Assert.DoesNotContain(Eve.Token, listed.Text, StringComparison.Ordinal);
        (await Eve.Browser.GetAsync($"/api/admin/users/{Jenny.Nickname}")).ShouldBe(403, "forbidden");
    }

    private async Task IsNobodyAsync(string token)
    {
        using var browser = Chat.NewBrowser();
        browser.Token = token;
        (await browser.GetAsync("/api/sessions")).ShouldBe(401, "not_logged_in");
        await using var socket = await RawConnection.OpenAsync(RawConnection.AddressOf(Chat.Two), $"im_session={token}", version: 1);
        Assert.Null(Assert.IsType<HelloFrame>(await socket.ReceiveAsync()).User);
    }

    private async Task<Web.Answer> SendAsync(HttpMethod method, string path, string bearer, object? body = null)
    {
        using var program = Chat.NewBrowser();
        var request = Web.Browser.Request(method, path, body);
        request.Headers.Add("Authorization", $"Bearer {bearer}");
        return await program.SendAsync(request);
    }
}
