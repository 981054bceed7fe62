using System.Net.WebSockets;
using Im.Client;
using Im.Core;
using Im.Core.Clocks;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Tests.Connect;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Im.Tests.Attack;

/// <summary>Eve at a node's own door, with tickets that she took, kept, or has no right to.</summary>
[Trait("Category", "Attack")]
[Collection(OpenNodesCollection.Name)]
public sealed class ConnectAttacks(OpenNodes chat) : AttackSuite(chat)
{
    private static int _addresses = 10;

    // Connections are counted by address: each test has one of its own.
    private readonly string _from = $"127.0.1.{Interlocked.Increment(ref _addresses)}";

    private string Page => Chat.Address.GetLeftPart(UriPartial.Authority);

    [Fact]
    public async Task A_ticket_opens_one_connection_however_many_try_at_once()
    {
        var ticket = await TicketAsync(Jenny);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => OpenAsync(Chat.One, ticket)));
        Assert.Single(answers, answer => answer.Status == 101);
        Assert.All(answers.Where(answer => answer.Status != 101), answer => Assert.Equal((401, ErrorCodes.BadTicket), (answer.Status, answer.Code)));
        await IsRefusedAsync(Chat.One, ticket);
    }

    [Fact]
    public async Task A_ticket_for_one_node_opens_no_other_and_is_used_up_by_the_try()
    {
        var ticket = await TicketAsync(Jenny);
        await IsRefusedAsync(Chat.Two, ticket);
        await IsRefusedAsync(Chat.One, ticket);
    }

    [Fact]
    public async Task A_ticket_that_ran_out_or_was_never_given_opens_nothing()
    {
        var services = Chat.Services;
        var store = new SessionStore(services.GetRequiredService<IConnectionMultiplexer>(), services.GetRequiredService<RedisKeys>(), Options.Create(new SessionOptions { TicketLifetime = TimeSpan.FromMilliseconds(1) }), services.GetRequiredService<StoreTime>());
        var session = await services.GetRequiredService<ISessionManager>().FindAsync(Jenny.Token);
        var late = await store.CreateConnectTicketAsync(session!, "node-1", Page);
        await Task.Delay(TimeSpan.FromMilliseconds(20)); // its time
        foreach (var ticket in (string[])[late, $"imc_{new string('A', 43)}", "imc_", "imc_*", "imc_../im:session", $"imc_{new string('A', 5_000)}"])
            await IsRefusedAsync(Chat.One, ticket);
    }

    [Fact]
    public async Task A_ticket_is_worth_nothing_once_its_session_logged_out_was_signed_out_or_logged_in_again()
    {
        var (loggedOut, signedOut, again) = (await TicketAsync(Jenny), await TicketAsync(Tom), await TicketAsync(Eve));
        (await Jenny.Browser.PostAsync("/api/logout")).ShouldBeOk(204);
        (await Tom.Browser.DeleteAsync("/api/sessions?everywhere=true")).ShouldBeOk();
        (await Eve.Browser.LoginAsync(Eve.Nickname)).ShouldBeOk();
        foreach (var ticket in (string[])[loggedOut, signedOut, again])
            await IsRefusedAsync(Chat.One, ticket);
    }

    [Fact]
    public async Task A_guests_ticket_makes_nobody_of_who_logs_in_then()
    {
        using var guest = Chat.NewBrowser();
        await guest.GetAsync("/api/me");
        var ticket = await TicketAsync(guest);
        (await guest.LoginAsync(Jenny.Nickname)).ShouldBeOk();
        await IsRefusedAsync(Chat.One, ticket);
    }

    [Theory, InlineData("https://evil.example"), InlineData("null"), InlineData("http://127.0.0.1"), InlineData("https://{0}"), InlineData("http://{0}.evil.example"), InlineData("http://{0}\r\nOrigin: http://{0}")]
    public async Task A_foreign_page_comes_in_with_no_ticket_not_even_a_stolen_one(string origin)
    {
        var foreign = $"Origin: {string.Format(null, origin, Chat.Address.Authority)}\r\n";
        var ticket = await TicketAsync(Jenny);
        var answer = await OpenAsync(Chat.One, ticket, foreign);
        Assert.Equal((403, ProblemCodes.CrossSite), (answer.Status, answer.Code));
        await IsRefusedAsync(Chat.One, ticket); // nor is it there for a second try
        Assert.Equal(403, (await RawSocket.OpenAsync(Chat.One, _from, Jenny.Token, $"Origin: {Page}\r\n")).Status); // the page itself, without one
    }

    [Fact]
    public async Task A_page_that_came_by_https_is_sent_to_no_ws_and_one_of_another_host_to_no_address_of_this_machine()
    {
        Assert.Equal(101, (await OpenAsync(Chat.One, await TicketAsync(Jenny))).Status);
        foreach (var (name, value) in new[] { ("X-Forwarded-Proto", "https"), ("Host", "chat.example") })
        {
            using var browser = new Web.Browser(Chat.Address, OpenNodes.Proxy) { Token = Jenny.Token };
            var request = new HttpRequestMessage(HttpMethod.Get, "/api/connect");
            request.Headers.Add(name, value);
            if (name != "Host") // over https the cookie has another name
                request.Headers.Add("Authorization", $"Bearer {await Chat.Services.GetRequiredService<ISessionManager>().CreateBearerAsync((await Chat.Services.GetRequiredService<ISessionManager>().FindAsync(Jenny.Token))!.Id)}");
            Assert.Equal("{}", (await browser.SendAsync(request)).ShouldBeOk().Text);
        }
    }

    [Fact]
    public async Task Each_kind_of_ticket_opens_its_own_door_alone()
    {
        var (connect, other) = (await TicketAsync(Jenny), (await Jenny.Browser.PostAsync("/api/ticket")).ShouldBeOk().Json.GetProperty("ticket").GetString()!);
        foreach (var ticket in (string[])[connect, connect["imc_".Length..]])
            await IsRefusedAsync(Eve.Token, $$"""{"type":"authenticate","id":"a","ticket":"{{ticket}}"}""", ErrorCodes.BadTicket);
        await IsRefusedAsync(Chat.One, connect["imc_".Length..]);
        await IsRefusedAsync(Chat.One, $"imc_{other}");
        Assert.Equal(101, (await OpenAsync(Chat.One, connect)).Status); // none of it has used it up
        Assert.DoesNotContain("imc_", (await Eve.Browser.GetAsync($"/api/connect?node={connect}")).Text[..30], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_is_its_tickets_sessions_whatever_cookie_or_token_comes_beside_it()
    {
        using var guest = Chat.NewBrowser();
        await guest.GetAsync("/api/me");
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(ProtocolLimits.SubProtocol);
        socket.Options.AddSubProtocol(ProtocolLimits.TicketSubProtocol + await TicketAsync(guest));
        socket.Options.SetRequestHeader("Origin", Page);
        socket.Options.SetRequestHeader("Cookie", $"im_session={Jenny.Token}");
        socket.Options.SetRequestHeader("Authorization", "Bearer imt_nobody");
        await socket.ConnectAsync(RawConnection.AddressOf(Chat.One), CancellationToken.None);
        var buffer = new byte[8 * 1024];
        var hello = Assert.IsType<HelloFrame>(ServerFrameReader.Read(buffer.AsSpan(0, (await socket.ReceiveAsync(buffer, CancellationToken.None)).Count), 2));
        Assert.Equal(((await guest.GetAsync("/api/me")).Json.GetProperty("session").GetString(), null), (hello.Session, hello.User));
    }

    [Fact]
    public async Task Who_is_signed_out_or_logs_out_is_so_on_a_connection_straight_to_a_node()
    {
        await using var jenny = await DirectAsync(Jenny);
        await using var tom = await DirectAsync(Tom);
        (await Jenny.Browser.PostAsync("/api/logout")).ShouldBeOk(204);
        await NextAsync<SessionFrame>(jenny, frame => frame.Reason == SessionFrame.Logout);
        await jenny.SendTextAsync("""{"type":"post","id":"x","kind":"text","content":{"text":"as Jenny"},"conversation":"lobby"}""");
        Assert.Equal(ErrorCodes.NotLoggedIn, (await NextAsync<ErrorFrame>(jenny)).Code);
        (await Tom.Browser.DeleteAsync("/api/sessions?everywhere=true")).ShouldBeOk();
        Assert.Equal(CloseCodes.SessionEnded, await ReadCloseAsync(tom));
    }

    [Fact]
    public async Task A_flood_at_a_nodes_door_is_counted_by_the_address_it_comes_from_behind_a_proxy_too()
    {
        await FloodAsync(_from, "");
        await FloodAsync(_from, "X-Forwarded-For: 203.0.113.99\r\nX-Im-Gateway: AAAA\r\n", isSpent: true); // no proxy is believed that is none
        await FloodAsync(OpenNodes.Proxy, "X-Forwarded-For: 198.51.100.1, 203.0.113.1\r\n");
        await FloodAsync(OpenNodes.Proxy, "X-Forwarded-For: 198.51.100.2, 203.0.113.1\r\n", isSpent: true); // what the client wrote before it counts for nothing
        Assert.Equal(401, (await RawSocket.OpenAsync(Chat.One, OpenNodes.Proxy, headers: Ticket("imc_x") + "X-Forwarded-For: 203.0.113.2\r\n")).Status);
    }

    private async Task FloodAsync(string from, string headers, bool isSpent = false)
    {
        var answers = new List<RawSocket>();
        for (var i = 0; i < (isSpent ? 3 : OpenNodes.Connects + 5); i++)
            answers.Add(await RawSocket.OpenAsync(Chat.One, from, headers: Ticket("imc_x") + headers));
        var told = answers.FindIndex(answer => answer.Status == 429);
        Assert.InRange(told, isSpent ? 0 : OpenNodes.Connects - 1, isSpent ? 1 : OpenNodes.Connects + 4); // one comes back every ten seconds
        Assert.All(answers[..told], answer => Assert.Equal(401, answer.Status));
        Assert.Equal(ProblemCodes.SlowDown, answers[told].Code);
        Assert.Contains("Retry-After: ", answers[told].Head, StringComparison.OrdinalIgnoreCase);
        answers.ForEach(answer => answer.Dispose());
    }

    private static string Ticket(string ticket) => $"Sec-WebSocket-Protocol: {ProtocolLimits.SubProtocol}, {ProtocolLimits.TicketSubProtocol}{ticket}\r\n";

    private Task<string> TicketAsync(Person person) => TicketAsync(person.Browser);

    private static async Task<string> TicketAsync(Web.Browser browser)
    {
        var answer = (await browser.GetAsync("/api/connect?node=node-1")).ShouldBeOk().Json;
        Assert.Equal("node-1", answer.GetProperty("node").GetString());
        return answer.GetProperty("connectTicket").GetString()!;
    }

    private async Task<RawSocket> OpenAsync(Uri door, string ticket, string? headers = null) => await RawSocket.OpenAsync(door, _from, headers: Ticket(ticket) + (headers ?? $"Origin: {Page}\r\n"));

    private async Task IsRefusedAsync(Uri door, string ticket)
    {
        using var answer = await OpenAsync(door, ticket);
        Assert.Equal((401, ErrorCodes.BadTicket), (answer.Status, answer.Code));
    }

    private async Task<RawConnection> DirectAsync(Person person)
    {
        var ticket = await TicketAsync(person);
        var connection = await RawConnection.OpenAsync(RawConnection.AddressOf(Chat.One), configure: options =>
        {
            options.AddSubProtocol(ProtocolLimits.TicketSubProtocol + ticket);
            options.SetRequestHeader("Origin", Page);
        });
        await NextAsync<ReadyFrame>(connection);
        return connection;
    }
}
