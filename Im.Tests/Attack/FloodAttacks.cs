using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Im.Client;
using Im.Protocol;
using Im.Tests.Fixtures;

namespace Im.Tests.Attack;

/// <summary>Too much of everything, at servers whose limits are low enough to be met.</summary>
[Trait("Category", "Attack")]
public sealed class FloodAttacks(FloodAttacks.Tight chat) : AttackSuite(chat), IClassFixture<FloodAttacks.Tight>
{
    /// <summary>Each node may let a hundred messages more through than the shared bucket has, and takes a hundred at a time.</summary>
    private const int MessageBurst = 200, NodesShare = 2 * 100;

    [Fact]
    public async Task One_user_over_many_connections_and_both_nodes_is_slowed_down_and_nobody_else()
    {
        var floods = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => OpenAsync(Eve.Token, i % 2 == 0 ? Chat.One : Chat.Two)));
        var answers = await Task.WhenAll(floods.Select(async (connection, flood) =>
        {
            var answers = new List<ServerFrame>();
            for (var i = 0; i < 100; i++)
            {
                var id = $"{flood}-{i}";
                await connection.SendAsync(new SendFrame { Id = id, Conversation = ConversationId.Lobby, Text = "flood" });
                answers.Add(await NextAsync<ServerFrame>(connection, frame => frame.Id == id && frame is AckFrame or ErrorFrame));
            }
            return answers;
        }));
        var all = answers.SelectMany(answer => answer).ToArray();
        Assert.InRange(all.OfType<AckFrame>().Count(), MessageBurst, MessageBurst + NodesShare + 20);
        Assert.All(all.OfType<ErrorFrame>(), error => Assert.True(error is { Code: ErrorCodes.SlowDown, RetryAfterMs: > 0 }));
        var jenny = await OpenAsync(Jenny.Token, Chat.One);
        await jenny.SendAsync(new SendFrame { Id = "calm", Conversation = ConversationId.Lobby, Text = "hello" });
        Assert.Equal("calm", (await NextAsync<AckFrame>(jenny)).Id);
    }

    [Fact]
    public async Task A_connection_that_sends_too_many_frames_is_told_and_one_that_does_not_listen_is_closed()
    {
        var connection = await OpenAsync(null, Chat.One);
        var refused = NextAsync<ErrorFrame>(connection);
        await FloodAsync(connection, """{"type":"ping","id":"p"}""", 300);
        Assert.True(await refused is { Code: ErrorCodes.SlowDown, Id: "p", RetryAfterMs: > 0 });
        await FloodAsync(connection, """{"type":"ping","id":"p"}""", 600);
        Assert.Equal(CloseCodes.TooFast, await ReadCloseAsync(connection));
    }

    [Fact]
    public async Task A_connection_that_sends_too_many_bytes_is_told()
    {
        var connection = await OpenAsync(null, Chat.One);
        var refused = NextAsync<ErrorFrame>(connection);
        await FloodAsync(connection, $$"""{"type":"ping","id":"p","x":"{{new string('x', 30_000)}}"}""", 20);
        Assert.Equal(ErrorCodes.SlowDown, (await refused).Code);
    }

    [Fact]
    public async Task Who_reads_history_without_end_is_told()
    {
        var connection = await OpenAsync(null, Chat.Two);
        var refused = NextAsync<ErrorFrame>(connection);
        await FloodAsync(connection, """{"type":"history","id":"h","conversation":"lobby"}""", 60);
        Assert.Equal(ErrorCodes.SlowDown, (await refused).Code);
    }

    [Fact]
    public async Task Who_types_in_all_conversations_at_once_is_told()
    {
        var connection = await OpenAsync(Eve.Token);
        var refused = NextAsync<ErrorFrame>(connection);
        for (var i = 0; i < 30; i++)
            await FloodAsync(connection, i % 2 == 0 ? $$"""{"type":"typing","id":"t","user":"{{Tom.Id}}"}""" : """{"type":"typing","id":"t","conversation":"lobby"}""", 1);
        Assert.True(await refused is { Code: ErrorCodes.SlowDown, Id: "t" });
    }

    [Fact]
    public async Task A_flood_of_bad_frames_closes()
    {
        var connection = await OpenAsync(null);
        await FloodAsync(connection, "?", 30);
        Assert.Equal(CloseCodes.TooManyBadFrames, await ReadCloseAsync(connection));
    }

    [Fact]
    public async Task A_key_that_publishes_too_much_is_told_when_to_come_again()
    {
        var key = (await Jenny.Browser.PostAsync("/api/keys", new { name = "k", scopes = new[] { "publish:lobby" }, password = "correct horse" })).ShouldBeOk().Json.GetProperty("key").GetString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            using var server = Chat.NewBrowser();
            var request = Web.Browser.Request(HttpMethod.Post, "/api/publish", new { id = $"k-{i}", text = "x", conversation = "lobby" });
            request.Headers.Add("Authorization", $"Bearer {key}");
            return await server.SendAsync(request);
        }));
        Assert.InRange(answers.Count(answer => (int)answer.Status == 200), 5, 7);
        var refused = answers.First(answer => (int)answer.Status != 200).ShouldBe(429, "slow_down");
        Assert.NotNull(refused.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task A_thousand_half_open_handshakes_keep_nobody_out_and_end_by_themselves()
    {
        var half = new List<TcpClient>();
        try
        {
            foreach (var door in new[] { Chat.Address, Chat.One })
                for (var i = 0; i < 500; i++)
                {
                    var client = new TcpClient();
                    await client.ConnectAsync(IPAddress.Loopback, door.Port);
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgr"));
                    half.Add(client);
                }
            var started = Stopwatch.GetTimestamp();
            await OpenAsync(Jenny.Token, Chat.Address);
            await OpenAsync(Jenny.Token, Chat.One);
            Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 5);
            await Task.WhenAll(half.Select(EndsAsync)).WaitAsync(TimeSpan.FromSeconds(20));
        }
        finally
        {
            half.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task A_handshake_one_byte_at_a_time_is_given_up()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Chat.Address.Port);
        var ends = EndsAsync(client);
        var started = Stopwatch.GetTimestamp();
        try
        {
            foreach (var one in Encoding.ASCII.GetBytes($"GET /ws HTTP/1.1\r\nHost: x\r\nX-Slow: {new string('x', 1_000)}"))
            {
                await client.GetStream().WriteAsync(new[] { one });
                if (await Task.WhenAny(ends, Task.Delay(20)) == ends)
                    break;
            }
        }
        catch (IOException)
        {
            // given up
        }
        await ends.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 12);
    }

    private static async Task FloodAsync(RawConnection connection, string frame, int times)
    {
        try
        {
            for (var i = 0; i < times; i++)
                await connection.SendTextAsync(frame);
        }
        catch (ImException)
        {
            // closed already
        }
    }

    private static async Task EndsAsync(TcpClient client)
    {
        var buffer = new byte[1024];
        try
        {
            while (await client.GetStream().ReadAsync(buffer) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // reset is an end too
        }
    }

    public sealed class Tight : TwoNodes
    {
        private static readonly KeyValuePair<string, string>[] Limits =
        [
            new("Limits:Messages:Burst", $"{MessageBurst}"), new("Limits:Messages:PerSecond", "0.5"),
            new("Limits:Frames:Burst", "250"), new("Limits:Frames:PerSecond", "5"),
            new("Limits:FrameBytes:Burst", "200000"), new("Limits:FrameBytes:PerSecond", "1000"),
            new("Limits:Typing:Burst", "20"), new("Limits:Typing:PerSecond", "0.1"),
            new("Limits:Reads:Burst", "40"), new("Limits:Reads:PerSecond", "1"),
            new("Limits:KeyPublishes:Burst", "5"), new("Limits:KeyPublishes:PerSecond", "0.1"),
            new("Limits:HeadersTimeoutSeconds", "2"),
        ];

        protected override IEnumerable<KeyValuePair<string, string>> Settings => Limits;

        protected override IEnumerable<KeyValuePair<string, string>> NodeSettings => Limits;
    }
}

/// <summary>Too often from one address, and past the gateway. Each test has servers of its own: it leaves them closed to this machine.</summary>
[Trait("Category", "Attack")]
public sealed class AddressAttacks() : AttackSuite(new Closed())
{
    public override async Task InitializeAsync()
    {
        await Chat.InitializeAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Chat.DisposeAsync();
    }

    [Fact]
    public async Task A_password_tried_on_many_accounts_from_one_address_is_slowed_down()
    {
        using var attacker = Chat.NewBrowser();
        var answers = new List<Web.Answer>();
        for (var i = 0; i < 12; i++)
            answers.Add(await (i % 2 == 0 ? attacker.LoginAsync("x", "bad") : attacker.PostAsync("/api/tokens", new { nickname = "x", password = "bad" })));
        answers[0].ShouldBe(400, "bad_password");
        Assert.NotNull(answers[^1].ShouldBe(429, "slow_down").Headers.RetryAfter);
    }

    [Fact]
    public async Task A_node_that_takes_connections_by_the_gateway_alone_refuses_who_comes_past_it()
    {
        Assert.Equal(403, await UpgradeAsync(Chat.One));
        Assert.Equal(403, await UpgradeAsync(Chat.Two, ("X-Im-Gateway", "AAAA"), ("X-Forwarded-For", "127.0.0.1")));
        await OpenAsync(Jenny.Token); // by the gateway
    }

    [Fact]
    public async Task Connections_and_requests_without_end_from_one_address_are_slowed_down()
    {
        var statuses = new List<int>();
        for (var i = 0; i < 80; i++)
            statuses.Add(await UpgradeAsync(Chat.Address));
        Assert.Equal([101, 429], statuses.Distinct());
        var answers = new List<int>();
        for (var i = 0; i < 120; i++)
            answers.Add((int)(await Eve.Browser.GetAsync("/api/nodes")).Status);
        Assert.Contains(429, answers);
    }

    private sealed class Closed : TwoNodes
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [
            new("Limits:Logins:Burst", "10"), new("Limits:Logins:PerSecond", "0.01"), new("Limits:Connects:Burst", "60"), new("Limits:Connects:PerSecond", "1"),
            new("Limits:Requests:Burst", "100"), new("Limits:Requests:PerSecond", "1"),
        ];

        protected override IEnumerable<KeyValuePair<string, string>> NodeSettings => [new("Door:OnlyByGateway", "true")];
    }
}
