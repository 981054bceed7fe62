namespace Im.Tests.Web;

/// <summary>What another site's page can make a browser send, and what becomes of it.</summary>
[Collection(WebCollection.Name)]
public sealed class CrossSiteTests(WebServer server) : IDisposable
{
    private readonly Browser _browser = server.NewBrowser();

    public void Dispose() => _browser.Dispose();

    public static TheoryData<string, string> Changes => new()
    {
        { "POST", "/api/login" }, { "POST", "/api/logout" }, { "PUT", "/api/me" }, { "POST", "/api/ticket" }, { "DELETE", "/api/me" }, { "PATCH", "/api/nothing" },
    };

    [Theory, MemberData(nameof(Changes))]
    public async Task Without_the_header_nothing_is_changed(string method, string path)
    {
        await _browser.LoginAsync(WebCollection.NewNickname());
        var request = Browser.Request(new(method), path, new { brief = "x", nickname = "x", password = "correct horse" });
        request.Headers.Remove("X-Im");
        (await _browser.SendAsync(request)).ShouldBe(403, "cross_site");
        Assert.Equal("", (await _browser.GetAsync("/api/me")).Json.GetProperty("user").GetProperty("brief").GetString());
    }

    [Theory]
    [InlineData("https://evil.example"), InlineData("null"), InlineData("http://127.0.0.1"), InlineData("http://127.0.0.1.evil.example")]
    public async Task A_foreign_origin_is_refused_even_to_read(string origin)
    {
        await _browser.LoginAsync(WebCollection.NewNickname());
        foreach (var (method, path) in new[] { (HttpMethod.Get, "/api/me"), (HttpMethod.Put, "/api/me"), (HttpMethod.Post, "/api/ticket") })
        {
            var request = Browser.Request(method, path, method == HttpMethod.Put ? new { brief = "x" } : null);
            request.Headers.Add("Origin", origin);
            (await _browser.SendAsync(request)).ShouldBe(403, "cross_site");
        }
    }

    [Fact]
    public async Task The_pages_own_origin_is_let_through()
    {
        var request = Browser.Request(HttpMethod.Post, "/api/login", new { nickname = WebCollection.NewNickname(), password = "correct horse" });
        request.Headers.Add("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        (await _browser.SendAsync(request)).ShouldBeOk();
    }

    [Fact]
    public async Task No_answer_invites_other_sites()
    {
        var request = Browser.Request(HttpMethod.Options, "/api/me", null);
        request.Headers.Add("Origin", "https://evil.example");
        request.Headers.Add("Access-Control-Request-Method", "PUT");
        var answer = await _browser.SendAsync(request);
        answer.ShouldBe(403, "cross_site");
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }
}
