using System.Net.Http.Json;
using System.Text.Json;
using Im.Client;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Web;

/// <summary>The cookie's names, and who may set and end it. The system has a suffix, and believes a proxy on this machine that a request came over https.</summary>
[Trait("Category", "Sessions")]
public sealed class CookieTests(CookieTests.Server system) : IClassFixture<CookieTests.Server>
{
    private const string Plain = "im_session_20460", Secure = "__Host-im_session_20460", Former = "im_session";

    [Theory, InlineData(false, Plain), InlineData(true, Secure)]
    public async Task The_cookie_is_named_by_the_setting_and_over_https_bound_to_the_host(bool https, string name)
    {
        foreach (var answer in new[] { await SendAsync(HttpMethod.Get, "/api/me", https: https), await LoginAsync(https: https) })
        {
            var cookie = Assert.Single(answer.SetCookies);
            Assert.StartsWith($"{name}=", cookie, StringComparison.Ordinal);
            Assert.Equal(https, cookie.Contains("; secure", StringComparison.Ordinal));
            Assert.DoesNotContain("domain=", cookie, StringComparison.Ordinal);
            Assert.Contains("; path=/;", cookie, StringComparison.Ordinal);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_cookie_of_the_former_name_is_honoured_once_and_replaced(bool https)
    {
        var (user, token) = await NewSessionAsync();
        var upgraded = await SendAsync(HttpMethod.Get, "/api/me", $"{Former}={token}", https);
        Assert.Equal(user, upgraded.UserId);
        Assert.Equal(2, upgraded.SetCookies.Count);
        Assert.Contains(upgraded.SetCookies, cookie => cookie.StartsWith($"{Former}=; expires=Thu, 01 Jan 1970", StringComparison.Ordinal));
        var renewed = Assert.Single(upgraded.SetCookies, cookie => cookie.StartsWith($"{(https ? Secure : Plain)}=", StringComparison.Ordinal)).Split(';')[0];
        Assert.DoesNotContain(token, renewed, StringComparison.Ordinal);

        var next = await SendAsync(HttpMethod.Get, "/api/me", renewed, https);
        Assert.Equal(user, next.UserId);
        Assert.Empty(next.SetCookies);
        system.Time.Shift = TimeSpan.FromMinutes(1);
        try
        {
            Assert.Null((await SendAsync(HttpMethod.Get, "/api/me", $"{Former}={token}", https)).UserId);
        }
        finally
        {
            system.Time.Shift = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task Another_installations_cookie_of_the_former_name_is_left_alone()
    {
        var answer = await SendAsync(HttpMethod.Get, "/api/me", $"{Former}={SessionToken.New(SessionToken.NewSessionId()).Text}");
        Assert.StartsWith(Plain, Assert.Single(answer.SetCookies), StringComparison.Ordinal);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Of_several_cookies_the_valid_one_counts_and_no_guest_takes_its_place(bool validFirst)
    {
        var (user, token) = await NewSessionAsync();
        var bogus = SessionToken.New(SessionToken.NewSessionId()).Text;
        var answer = await SendAsync(HttpMethod.Get, "/api/me", validFirst ? $"{Plain}={token}; {Plain}={bogus}" : $"{Plain}={bogus}; x=y; {Plain}=%00; {Plain}={token}");
        Assert.Equal(user, answer.UserId);
        Assert.Empty(answer.SetCookies);
    }

    [Fact]
    public async Task A_users_session_counts_before_a_guests_whatever_its_cookies_name()
    {
        var (user, token) = await NewSessionAsync();
        var (_, guest) = await Sessions.CreateAsync(new(null, null));
        Assert.Equal(user, (await SendAsync(HttpMethod.Get, "/api/me", $"{Plain}={guest}; {Former}={token}")).UserId);
    }

    [Fact]
    public async Task The_plain_cookie_is_no_match_for_one_bound_to_the_host()
    {
        var (mine, token) = await NewSessionAsync();
        var (_, planted) = await NewSessionAsync();
        var answer = await SendAsync(HttpMethod.Get, "/api/me", $"{Plain}={planted}; {Former}={planted}; {Secure}={token}", https: true);
        Assert.Equal(mine, answer.UserId);
    }

    [Fact]
    public async Task A_login_with_a_bogus_authorization_sets_no_cookie_and_ends_no_session()
    {
        var (user, token) = await NewSessionAsync();
        foreach (var credentials in new[] { "Bearer bogus", "Basic Og==", "" })
        {
            var answer = await LoginAsync($"{Plain}={token}", credentials);
            Assert.Empty(answer.SetCookies);
            Assert.Equal((401, "not_logged_in"), (answer.Status, answer.Json.GetProperty("code").GetString()));
        }
        Assert.Equal(user, (await SendAsync(HttpMethod.Get, "/api/me", $"{Plain}={token}")).UserId);
    }

    [Fact]
    public async Task With_a_valid_token_a_login_sets_no_cookie_either_and_the_cookie_is_not_read()
    {
        var (_, token) = await NewSessionAsync();
        var (session, _) = await Sessions.LoginAsync(null, (await NewSessionAsync()).User, new(null, null));
        var bearer = $"Bearer {await Sessions.CreateBearerAsync(session.Id)}";
        Assert.Equal(session.UserId, (await SendAsync(HttpMethod.Get, "/api/me", $"{Plain}={token}", credentials: bearer)).UserId);
        var login = await LoginAsync($"{Plain}={token}", bearer);
        Assert.Equal((400, 0), (login.Status, login.SetCookies.Count));
        var logout = await SendAsync(HttpMethod.Post, "/api/logout", $"{Plain}={token}", credentials: bearer);
        Assert.Empty(logout.SetCookies);
        Assert.NotNull(await Sessions.FindAsync(token));
    }

    [Fact]
    public async Task A_node_finds_the_session_by_any_of_the_names_and_by_none_where_there_is_an_authorization()
    {
        var (user, token) = await NewSessionAsync();
        foreach (var name in new[] { Plain, Secure, Former, "im_session_elsewhere", "__Host-im_session" })
            foreach (var door in new[] { system.Address, system.One })
            {
                await using var socket = await RawConnection.OpenAsync(RawConnection.AddressOf(door), $"{name}={SessionToken.New(SessionToken.NewSessionId()).Text}; {name}={token}", version: 1);
                Assert.Equal(user, Assert.IsType<HelloFrame>(await socket.ReceiveAsync()).User?.Id);
            }
        foreach (var credentials in new[] { "Bearer bogus", "Basic Og==", "Bearer" })
        {
            var refused = await Assert.ThrowsAsync<ImException>(() =>
                RawConnection.OpenAsync(RawConnection.AddressOf(system.One), $"{Plain}={token}", configure: options => options.SetRequestHeader("Authorization", credentials), version: 1));
            Assert.Equal(401, refused.StatusCode);
        }
    }

    private ISessionManager Sessions => system.Services.GetRequiredService<ISessionManager>();

    private async Task<(Guid User, string Token)> NewSessionAsync()
    {
        var user = (await LoginAsync()).UserId!.Value;
        return (user, (await Sessions.LoginAsync(null, user, new(null, null))).Token);
    }

    private Task<CookieAnswer> LoginAsync(string? cookies = null, string? credentials = null, bool https = false) =>
        SendAsync(HttpMethod.Post, "/api/login", cookies, https, credentials, new { nickname = WebCollection.NewNickname(), password = "correct horse" });

    private async Task<CookieAnswer> SendAsync(HttpMethod method, string path, string? cookies = null, bool https = false, string? credentials = null, object? body = null)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = system.Address };
        using var request = new HttpRequestMessage(method, path) { Headers = { { "X-Im", "1" } }, Content = body is null ? null : JsonContent.Create(body) };
        if (cookies is not null)
            request.Headers.TryAddWithoutValidation("Cookie", cookies);
        if (credentials is not null)
            request.Headers.TryAddWithoutValidation("Authorization", credentials);
        if (https)
            request.Headers.Add("X-Forwarded-Proto", "https");
        using var response = await http.SendAsync(request);
        return new((int)response.StatusCode, response.Headers.TryGetValues("Set-Cookie", out var set) ? [.. set] : [], await response.Content.ReadAsStringAsync());
    }

    private sealed record CookieAnswer(int Status, IReadOnlyList<string> SetCookies, string Text)
    {
        public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

        public Guid? UserId => Json.GetProperty("user") is { ValueKind: JsonValueKind.Object } user ? user.GetProperty("id").GetGuid() : null;
    }

    public sealed class Server : TwoNodes
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Sessions:CookieSuffix", "20460"), new("Proxies", "127.0.0.0/8")];

        protected override IEnumerable<KeyValuePair<string, string>> NodeSettings => [new("Sessions:CookieSuffix", "20460")];
    }
}
