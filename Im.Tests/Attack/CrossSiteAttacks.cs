using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Im.Client;
using Im.Core.Clocks;
using Im.Core.Data;
using Im.Protocol;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Im.Tests.Attack;

/// <summary>Another site's page, and headers that lie about where a request comes from.</summary>
[Trait("Category", "Attack")]
public sealed class CrossSiteAttacks(TwoNodes system) : AttackSuite(system), IClassFixture<TwoNodes>
{
    [Theory]
    [InlineData("https://evil.example"), InlineData("null"), InlineData("http://127.0.0.1"), InlineData("http://127.0.0.1:1"), InlineData("http://{0}.evil.example"), InlineData("http://evil.example/{0}"), InlineData("file://")]
    public async Task A_foreign_page_cannot_upgrade_by_the_gateway(string origin) =>
        Assert.Equal(403, await UpgradeAsync(Chat.Address, ("Origin", string.Format(null, origin, Chat.Address.Authority)), ("Cookie", $"im_session={Jenny.Token}")));

    [Theory]
    [InlineData("https://evil.example"), InlineData("null"), InlineData("http://127.0.0.1"), InlineData("http://{0}.evil.example")]
    public async Task A_foreign_page_cannot_upgrade_at_a_node(string origin) =>
        Assert.Equal(403, await UpgradeAsync(Chat.One, ("Origin", string.Format(null, origin, Chat.One.Authority)), ("Cookie", $"im_session={Jenny.Token}")));

    [Fact]
    public async Task A_page_with_a_ticket_comes_to_a_node_by_itself_once_and_as_the_tickets_user_whatever_its_cookie_says()
    {
        var ticket = await TicketAsync();
        Assert.Equal(403, await UpgradeAsync(Chat.One, ("Origin", "https://chat.example"), ("Sec-WebSocket-Protocol", ProtocolLimits.SubProtocol)));
        using (var page = new ClientWebSocket())
        {
            page.Options.AddSubProtocol(ProtocolLimits.SubProtocol);
            page.Options.AddSubProtocol(ProtocolLimits.TicketSubProtocol + ticket);
            page.Options.SetRequestHeader("Origin", "https://chat.example");
            page.Options.SetRequestHeader("Cookie", $"im_session={Eve.Token}");
            await page.ConnectAsync(RawConnection.AddressOf(Chat.One), CancellationToken.None);
            Assert.Equal(ProtocolLimits.SubProtocol, page.SubProtocol);
            var buffer = new byte[8 * 1024];
            var hello = JsonSerializer.Deserialize(buffer.AsSpan(0, (await page.ReceiveAsync(buffer, CancellationToken.None)).Count), ProtocolJson.Default.ServerFrame);
            Assert.Equal(Jenny.Id, Assert.IsType<HelloFrame>(hello).User?.Id);
        }
        foreach (var used in (string[])[ticket, "imk", ""])
        {
            var (refused, answer) = await UpgradeRawAsync(Chat.One, ("Origin", "https://chat.example"), Ticket(used), ("Cookie", $"im_session={Jenny.Token}"));
            Assert.Equal(401, refused);
            Assert.Contains("\"code\":\"bad_ticket\"", answer, StringComparison.Ordinal);
        }
        Assert.Equal(403, await UpgradeAsync(Chat.Address, ("Origin", "https://evil.example"), Ticket(await TicketAsync())));
        var last = await TicketAsync();
        (await Jenny.Browser.PostAsync("/api/logout")).ShouldBeOk(204);
        Assert.Equal(401, await UpgradeAsync(Chat.One, ("Origin", "https://chat.example"), Ticket(last)));

        async Task<string> TicketAsync() => (await Jenny.Browser.PostAsync("/api/ticket")).ShouldBeOk().Json.GetProperty("ticket").GetString()!;
        static (string, string) Ticket(string ticket) => ("Sec-WebSocket-Protocol", $"{ProtocolLimits.SubProtocol}, {ProtocolLimits.TicketSubProtocol}{ticket}");
    }

    [Fact]
    public async Task Two_origins_are_not_one_of_ours()
    {
        var own = Chat.Address.GetLeftPart(UriPartial.Authority);
        Assert.Equal(403, await UpgradeAsync(Chat.Address, ("Origin", own), ("Origin", "https://evil.example")));
        Assert.Equal(403, await UpgradeAsync(Chat.One, ("Origin", own), ("Origin", "https://evil.example")));
    }

    [Fact]
    public async Task The_pages_own_origin_is_let_in() =>
        Assert.Equal(101, await UpgradeAsync(Chat.Address, ("Origin", Chat.Address.GetLeftPart(UriPartial.Authority))));

    [Fact]
    public async Task A_forwarded_host_of_the_attackers_own_is_not_believed_at_a_node() =>
        Assert.Equal(403, await UpgradeAsync(Chat.One, ("Origin", "https://evil.example"), ("X-Forwarded-Host", "evil.example")));

    [Fact]
    public async Task A_forwarded_host_of_the_attackers_own_is_not_believed_at_the_gateway() =>
        Assert.Equal(403, await UpgradeAsync(Chat.Address, ("Origin", "https://evil.example"), ("X-Forwarded-Host", "evil.example"), ("Forwarded", "host=evil.example")));

    [Fact]
    public async Task A_forged_proof_of_the_gateway_is_none() =>
        Assert.Equal(403, await UpgradeAsync(Chat.One, ("Origin", "https://evil.example"), ("X-Forwarded-Host", "evil.example"), (GatewayProof.Header, new string('A', 43))));

    [Fact]
    public async Task Who_has_the_installations_secret_is_the_gateway() => Assert.Equal(101, await UpgradeWithProofAsync("203.0.113.5", "https", "chat.example"));

    [Theory]
    [InlineData("203.0.113.6", "https", "chat.example"), InlineData("203.0.113.5", "http", "chat.example"), InlineData("203.0.113.5", "https", "evil.example")]
    public async Task A_proof_of_the_gateway_holds_for_the_address_and_the_page_it_was_made_for(string address, string scheme, string host) =>
        Assert.Equal(403, await UpgradeWithProofAsync(address, scheme, host));

    [Theory]
    [InlineData("http://chat.example"), InlineData("https://chat.example:8443"), InlineData("https://chat.example/"), InlineData("https://chat.example.evil.example")]
    public async Task A_node_compares_scheme_host_and_port_of_a_page(string origin) =>
        Assert.Equal(403, await UpgradeWithProofAsync("203.0.113.5", "https", "chat.example", origin));

    [Fact]
    public async Task A_node_is_no_page_and_takes_a_browser_from_the_gateway_only()
    {
        Assert.Equal(403, await UpgradeAsync(Chat.One, ("Origin", Chat.One.GetLeftPart(UriPartial.Authority))));
        Assert.Equal(101, await UpgradeAsync(Chat.One));
    }

    [Fact]
    public async Task A_proof_of_the_gateway_is_over_after_a_minute_by_the_stores_time()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var proof = new GatewayProof(Chat.Services.GetRequiredService<IInstallationSecret>(), new OwnTime(clock));
        var value = await proof.CreateAsync("203.0.113.5", "https", "chat.example");
        clock.Advance(GatewayProof.Lifetime);
        Assert.True(await proof.IsValidAsync(value, "203.0.113.5", "https", "chat.example"));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await proof.IsValidAsync(value, "203.0.113.5", "https", "chat.example"));
    }

    private async Task<int> UpgradeWithProofAsync(string address, string scheme, string host, string? origin = null)
    {
        var proof = (await Chat.Services.GetRequiredService<GatewayProof>().CreateAsync("203.0.113.5", "https", "chat.example"))!;
        return await UpgradeAsync(Chat.One, ("Origin", origin ?? $"{scheme}://{host}"), ("X-Forwarded-For", address), ("X-Forwarded-Proto", scheme), ("X-Forwarded-Host", host), (GatewayProof.Header, proof));
    }

    [Fact]
    public async Task A_spoofed_address_is_not_that_of_a_session()
    {
        var request = Web.Browser.Request(HttpMethod.Post, "/api/login", new { nickname = Eve.Nickname, password = "correct horse" });
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        request.Headers.Add("X-Real-IP", "203.0.113.9");
        request.Headers.Add("Forwarded", "for=203.0.113.9");
        (await Eve.Browser.SendAsync(request)).ShouldBeOk();
        Assert.DoesNotContain("203.0.113.9", (await Eve.Browser.GetAsync("/api/sessions")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_spoofed_trace_is_not_continued()
    {
        new Im.Web.Http.ForeignTraces().ExtractTraceIdAndState(
            null, (object? _, string name, out string? value, out IEnumerable<string>? values) => (value, values) = ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", null), out var trace, out var state);
        Assert.Equal((null, null), (trace, state));
    }

    [Fact]
    public async Task The_web_server_uses_that_and_no_other_propagator() =>
        Assert.IsType<Im.Web.Http.ForeignTraces>(await Task.FromResult(Chat.Services.GetRequiredService<System.Diagnostics.DistributedContextPropagator>()));

    public static TheoryData<string, string> Changes => new()
    {
        { "POST", "/api/login" }, { "POST", "/api/logout" }, { "POST", "/api/ticket" }, { "PUT", "/api/me" }, { "DELETE", "/api/me" }, { "PUT", "/api/me/password" },
        { "DELETE", "/api/sessions" }, { "DELETE", "/api/sessions/AAAAAAAAAAAAAAAAAAAAAA" }, { "POST", "/api/tokens" }, { "POST", "/api/tokens/renew" }, { "POST", "/api/keys" }, { "POST", "/api/publish" },
        { "POST", "/api/admin/announcements" }, { "PUT", "/api/admin/users/01890000-0000-7000-8000-000000000001/ban" },
    };

    [Theory, MemberData(nameof(Changes))]
    public async Task A_form_of_another_site_changes_nothing(string method, string path)
    {
        var request = new HttpRequestMessage(new(method), path) { Content = new StringContent("""{"brief":"owned","password":"correct horse"}""", Encoding.UTF8, "text/plain") };
        (await Jenny.Browser.SendAsync(request)).ShouldBe(403, "cross_site");
        (await Jenny.Browser.GetAsync("/api/sessions")).ShouldBeOk();
    }

    [Fact]
    public async Task A_form_cannot_pass_for_json()
    {
        (await Jenny.Browser.PutAsync("/api/me", new FormUrlEncodedContent([new("brief", "owned")]))).ShouldBe(400, "bad_request");
        (await Jenny.Browser.PutAsync("/api/me", new StringContent("{\"brief\":\"owned\"}", Encoding.UTF8, "text/plain"))).ShouldBe(400, "bad_request");
    }

    [Theory, InlineData("/api/logout"), InlineData("/api/ticket"), InlineData("/api/login")]
    public async Task A_link_or_an_image_changes_nothing(string path)
    {
        (await Jenny.Browser.GetAsync(path)).ShouldBe(405, "bad_request");
        (await Jenny.Browser.GetAsync("/api/sessions")).ShouldBeOk();
    }

    [Fact]
    public async Task A_made_up_Authorization_header_opens_the_guard_but_then_no_cookie_counts()
    {
        var request = new HttpRequestMessage(HttpMethod.Delete, "/api/sessions") { Headers = { { "Authorization", "Bearer anything" } } };
        (await Jenny.Browser.SendAsync(request)).ShouldBe(401, "not_logged_in");
        (await Jenny.Browser.GetAsync("/api/sessions")).ShouldBeOk();
    }

    [Fact]
    public async Task No_answer_lets_another_site_read_it()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/me") { Headers = { { "Origin", "https://evil.example" } } };
        var answer = (await Jenny.Browser.SendAsync(request)).ShouldBe(403, "cross_site");
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task No_page_frames_ours_and_no_script_comes_from_elsewhere()
    {
        var policy = (await Jenny.Browser.GetAsync("/")).Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-inline", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self';", policy, StringComparison.Ordinal);
    }
}
