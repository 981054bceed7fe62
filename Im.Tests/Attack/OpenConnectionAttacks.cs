using Im.Core.Sessions;
using Im.Protocol;
using Im.ServiceDefaults.Connections;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Attack;

/// <summary>More connections than there may be, of one address, one user, and all together, at the gateway and at a node reached directly; and whether every place is given back.</summary>
[Trait("Category", "Attack")]
public sealed class OpenConnectionAttacks(OpenConnectionAttacks.Bounded chat) : AttackSuite(chat), IClassFixture<OpenConnectionAttacks.Bounded>
{
    private const int OfAll = 100, OfAddress = 30, OfUser = 8, KeepAliveSeconds = 3;

    private readonly List<RawSocket> _sockets = [];

    public enum Door { Gateway, Node }

    public override async Task DisposeAsync()
    {
        _sockets.ForEach(socket => socket.Dispose());
        await base.DisposeAsync();
        // Nothing is left of anybody: the gateway's own probes of the nodes are plain connections.
        foreach (var door in Enum.GetValues<Door>())
            await Eventually.TrueAsync(() => CountsOf(door) is { Sockets.Count: 0, Users.Count: 0 });
    }

    [Theory, InlineData(Door.Gateway), InlineData(Door.Node)]
    public async Task One_address_opens_so_many_sockets_and_is_then_told_while_others_come_in(Door door)
    {
        for (var i = 0; i < OfAddress; i++)
            Assert.Equal(101, (await OpenAsync(door, "127.0.0.2")).Status);
        IsRefused(await OpenAsync(door, "127.0.0.2"), 429, ProblemCodes.SlowDown);
        Assert.Equal(101, (await OpenAsync(door, "127.0.0.3")).Status);
        _sockets[0].Dispose();
        await Eventually.TrueAsync(async () => (await OpenAsync(door, "127.0.0.2")).Status == 101);
    }

    [Theory, InlineData(Door.Gateway), InlineData(Door.Node)]
    public async Task A_process_takes_so_many_sockets_and_then_says_503(Door door)
    {
        RawSocket last;
        while ((last = await OpenAsync(door, $"127.0.0.{10 + (_sockets.Count / (OfAddress - 1))}")).Status == 101)
            Assert.InRange(_sockets.Count, 1, OfAll);
        IsRefused(last, 503, ProblemCodes.Unavailable);
        Assert.Equal(OfAll, CountsOf(door).Sockets.Count);
        Assert.True(await (await ConnectAsync(door, "127.0.0.3")).AskAsync("/alive"));
    }

    [Theory, InlineData(Door.Gateway), InlineData(Door.Node)]
    public async Task One_user_opens_so_many_sockets_from_wherever_and_by_cookie_or_token(Door door)
    {
        var bearer = await Chat.Services.GetRequiredService<ISessionManager>().CreateBearerAsync((await SessionOfAsync(Eve)).Id);
        for (var i = 0; i < OfUser; i++)
            Assert.Equal(101, (i % 2 == 0 ? await OpenAsync(door, $"127.0.0.{2 + i}", Eve.Token) : await OpenAsync(door, $"127.0.0.{2 + i}", headers: $"Authorization: Bearer {bearer}\r\n")).Status);
        IsRefused(await OpenAsync(door, "127.0.0.90", Eve.Token), 429, ProblemCodes.SlowDown);
        IsRefused(await OpenAsync(door, "127.0.0.91", headers: $"Authorization: Bearer {bearer}\r\n"), 429, ProblemCodes.SlowDown);
        Assert.Equal(101, (await OpenAsync(door, "127.0.0.2", Jenny.Token)).Status);
        Assert.Equal(101, (await OpenAsync(door, "127.0.0.2")).Status);
    }

    [Fact]
    public async Task A_guests_socket_that_would_become_one_too_many_of_a_user_stays_a_guests()
    {
        for (var i = 0; i < OfUser; i++)
            await OpenAsync(Eve.Token, Chat.One);
        var guest = await OpenAsync(null, Chat.One);
        var ticket = (await Eve.Browser.PostAsync("/api/ticket")).ShouldBeOk().Json.GetProperty("ticket").GetString()!;
        await guest.SendAsync(new AuthenticateRequest { Ticket = ticket, Id = "a" });
        Assert.True(await NextAsync<ErrorFrame>(guest) is { Code: ErrorCodes.SlowDown, Id: "a", RetryAfterMs: > 0 });
        await guest.SendAsync(new SendFrame { Id = "s", Conversation = ConversationId.Lobby, Text = "as whom?" });
        Assert.Equal(ErrorCodes.NotLoggedIn, (await NextAsync<ErrorFrame>(guest)).Code);
    }

    [Theory]
    [InlineData(Door.Gateway, "Origin: http://evil.example\r\n", 403), InlineData(Door.Node, "Origin: http://evil.example\r\n", 403)]
    [InlineData(Door.Gateway, "Authorization: Bearer imt_nobody\r\n", 401), InlineData(Door.Node, "Authorization: Bearer imt_nobody\r\n", 401)]
    public async Task A_handshake_that_is_refused_keeps_no_place(Door door, string header, int status)
    {
        for (var i = 0; i < OfAddress + 5; i++)
            Assert.Equal(status, (await OpenAsync(door, "127.0.0.2", headers: $"{header}Connection: close\r\n")).Status);
        Assert.Equal(101, (await OpenAsync(door, "127.0.0.2")).Status);
        Assert.Equal(1, CountsOf(door).Sockets.CountOf("127.0.0.2"));
    }

    [Theory, InlineData(Door.Gateway), InlineData(Door.Node)]
    public async Task A_handshake_that_is_given_up_keeps_no_place(Door door)
    {
        for (var i = 0; i < 3; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, OfAddress).Select(async _ =>
            {
                var socket = await RawSocket.ConnectAsync(AddressOf(door), "127.0.0.2");
                await socket.FloodAsync("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"u8.ToArray(), 1);
                socket.Dispose();
            }));
            await Eventually.TrueAsync(() => CountsOf(door) is var counts && counts.Sockets.CountOf("127.0.0.2") == 0 && counts.Plain.CountOf("127.0.0.2") == 0);
        }
    }

    [Theory, InlineData(Door.Gateway), InlineData(Door.Node)]
    public async Task Three_hundred_silent_connections_lock_nobody_out_and_go(Door door)
    {
        var silent = new List<RawSocket>();
        for (var i = 0; i < 300; i++)
            silent.Add(await ConnectAsync(door, "127.0.0.2"));
        await Eventually.TrueAsync(() => CountsOf(door).Plain.CountOf("127.0.0.2") == OfAddress);
        Assert.True(await (await ConnectAsync(door, "127.0.0.3")).AskAsync("/alive"));
        Assert.Equal(101, (await OpenAsync(door, "127.0.0.3", Jenny.Token)).Status);
        await Task.WhenAll(silent.Select(one => one.EndsAsync()));
        await Eventually.TrueAsync(() => CountsOf(door).Plain.CountOf("127.0.0.2") == 0);
        Assert.True(await (await ConnectAsync(door, "127.0.0.2")).AskAsync("/alive"));
    }

    [Theory, InlineData(Door.Gateway), InlineData(Door.Node)]
    public async Task Connections_that_are_kept_after_one_question_lock_nobody_out_and_go(Door door)
    {
        var kept = new List<RawSocket>();
        for (var i = 0; i < 60; i++)
        {
            var one = await ConnectAsync(door, "127.0.0.2");
            if (await one.AskAsync("/alive"))
                kept.Add(one);
        }
        Assert.InRange(kept.Count, 1, OfAddress);
        Assert.True(await (await ConnectAsync(door, "127.0.0.3")).AskAsync("/alive"));
        await Task.WhenAll(kept.Select(one => one.EndsAsync()));
    }

    [Theory, InlineData(Door.Gateway), InlineData(Door.Node)]
    public async Task Open_sockets_outlive_the_time_that_silence_has_and_leave_room_for_requests(Door door)
    {
        for (var i = 0; i < OfAddress; i++)
            Assert.Equal(101, (await OpenAsync(door, "127.0.0.2")).Status);
        await (await ConnectAsync(door, "127.0.0.2")).EndsAsync(); // the time is over
        Assert.Equal(OfAddress, CountsOf(door).Sockets.CountOf("127.0.0.2"));
        Assert.True(await (await ConnectAsync(door, "127.0.0.2")).AskAsync("/alive"));
    }

    [Fact]
    public async Task Behind_a_proxy_the_forwarded_address_has_the_bound_and_the_proxy_has_none()
    {
        for (var i = 0; i < OfAddress; i++)
            Assert.Equal(101, (await OpenAsync(Door.Gateway, Bounded.Proxy, headers: "X-Forwarded-For: 203.0.113.1\r\n")).Status);
        IsRefused(await OpenAsync(Door.Gateway, Bounded.Proxy, headers: "X-Forwarded-For: 203.0.113.1\r\n"), 429, ProblemCodes.SlowDown);
        Assert.Equal(101, (await OpenAsync(Door.Gateway, Bounded.Proxy, headers: "X-Forwarded-For: 203.0.113.2\r\n")).Status);
        for (var i = 0; i < OfAddress + 5; i++)
            Assert.Equal(101, (await OpenAsync(Door.Gateway, Bounded.Proxy)).Status);
        var silent = new List<RawSocket>();
        for (var i = 0; i < OfAddress + 5; i++)
            silent.Add(await ConnectAsync(Door.Gateway, Bounded.Proxy));
        foreach (var one in silent)
            Assert.True(await one.AskAsync("/alive"));
    }

    [Fact]
    public async Task Who_is_no_proxy_stays_who_it_is_whatever_it_says()
    {
        for (var i = 0; i < OfAddress; i++)
            Assert.Equal(101, (await OpenAsync(Door.Gateway, "127.0.0.2", headers: $"X-Forwarded-For: 203.0.113.{i}\r\n")).Status);
        IsRefused(await OpenAsync(Door.Gateway, "127.0.0.2", headers: "X-Forwarded-For: 203.0.113.99\r\n"), 429, ProblemCodes.SlowDown);
        for (var i = 0; i < OfAddress; i++)
            await OpenAsync(Door.Node, "127.0.0.2", headers: $"X-Forwarded-For: 203.0.113.{i}\r\nX-Im-Gateway: AAAA\r\n");
        IsRefused(await OpenAsync(Door.Node, "127.0.0.2", headers: "X-Forwarded-For: 203.0.113.99\r\nX-Im-Gateway: AAAA\r\n"), 429, ProblemCodes.SlowDown);
    }

    [Fact]
    public async Task A_gateway_that_has_proved_itself_may_open_more_connections_to_a_node_than_one_address()
    {
        for (var i = 0; i < 2; i++)
            Assert.Equal(101, (await OpenAsync(Door.Gateway, "127.0.0.2")).Status);
        var many = new List<RawSocket>();
        for (var i = 0; i < OfAddress + 10; i++)
            many.Add(await ConnectAsync(Door.Node, "127.0.0.1")); // as the gateway does
        foreach (var one in many)
            Assert.True(await one.AskAsync("/alive"));
    }

    private static void IsRefused(RawSocket answer, int status, string code)
    {
        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Contains("Content-Type: application/problem+json", answer.Head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Retry-After: ", answer.Head, StringComparison.OrdinalIgnoreCase);
    }

    private Uri AddressOf(Door door) => door == Door.Gateway ? Chat.Address : Chat.One;

    private ConnectionCounts CountsOf(Door door) => (door == Door.Gateway ? Chat.Services : Chat.NodeServices(0)).GetRequiredService<ConnectionCounts>();

    private async Task<Session> SessionOfAsync(Person person) => (await Chat.Services.GetRequiredService<ISessionManager>().FindAsync(person.Token))!;

    private async Task<RawSocket> OpenAsync(Door door, string from, string? cookie = null, string headers = "")
    {
        var socket = await RawSocket.OpenAsync(AddressOf(door), from, cookie, headers);
        _sockets.Add(socket);
        return socket;
    }

    private async Task<RawSocket> ConnectAsync(Door door, string from)
    {
        var socket = await RawSocket.ConnectAsync(AddressOf(door), from);
        _sockets.Add(socket);
        return socket;
    }

    public sealed class Bounded : TwoNodes
    {
        public const string Proxy = "127.0.0.9";

        private static readonly KeyValuePair<string, string>[] Limits =
        [
            new("Limits:MaxConnections", $"{OfAll}"), new("Limits:MaxConnectionsPerAddress", $"{OfAddress}"), new("Limits:MaxConnectionsPerUser", $"{OfUser}"),
            new("Limits:KeepAliveSeconds", $"{KeepAliveSeconds}"), new("Proxies", $"{Proxy}/32"),
        ];

        protected override IEnumerable<KeyValuePair<string, string>> Settings => Limits;

        protected override IEnumerable<KeyValuePair<string, string>> NodeSettings => Limits;
    }
}
