using System.Text;
using System.Text.Json;
using Im.Protocol;
using Im.ServiceDefaults.Connections;
using Im.Tests.Fixtures;
using Im.Web.Accounts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Attack;

/// <summary>What costs the servers something and is no message: frames below the messages, bytes read, pages, guests, tokens, exports, typing.</summary>
[Trait("Category", "Attack")]
public sealed class MeterAttacks(MeterAttacks.Metered chat) : AttackSuite(chat), IClassFixture<MeterAttacks.Metered>
{
    private const int ReadBurst = 300_000;

    public static TheoryData<string, byte[]> Floods => new()
    {
        { "pings", RawSocket.Frame(0x89, []) },
        { "pings with a payload", RawSocket.Frame(0x89, new byte[125]) },
        { "pongs", RawSocket.Frame(0x8A, []) },
        { "a message of one-byte fragments", [.. RawSocket.Frame(0x01, "x"u8), .. RawSocket.Frame(0x00, "x"u8), .. RawSocket.Frame(0x80, "x"u8)] },
        { "empty fragments", [.. RawSocket.Frame(0x01, []), .. RawSocket.Frame(0x00, []), .. RawSocket.Frame(0x80, "{}"u8)] },
    };

    [Theory, MemberData(nameof(Floods))]
    public async Task Who_floods_a_node_with_frames_below_the_messages_is_closed_and_others_are_not(string what, byte[] bytes)
    {
        foreach (var door in new[] { Chat.One, Chat.Address })
        {
            using var flood = await RawSocket.OpenAsync(door, "127.0.0.2");
            var closed = flood.ReadCloseAsync();
            // Fragments are messages in the end, and bad ones: too few of those for their own limit.
            await flood.FloodAsync([.. Enumerable.Repeat(bytes, what.Contains("fragment", StringComparison.Ordinal) ? 1 : 200).SelectMany(one => one)], 20);
            if (what.Contains("fragment", StringComparison.Ordinal))
                await flood.FloodAsync([.. RawSocket.Frame(0x01, "x"u8), .. Enumerable.Repeat(RawSocket.Frame(0x00, what.StartsWith("empty", StringComparison.Ordinal) ? [] : "x"u8), 200).SelectMany(one => one)], 1);
            Assert.Equal(CloseCodes.TooFast, await closed);
        }
        var jenny = await OpenAsync(Jenny.Token, Chat.One);
        await jenny.SendAsync(new PingFrame { Id = "calm" });
        Assert.Equal("calm", (await NextAsync<PongFrame>(jenny)).Id);
    }

    [Fact]
    public async Task A_message_in_fragments_and_a_ping_between_them_are_taken()
    {
        var connection = await OpenAsync(Jenny.Token, Chat.One);
        var bytes = Encoding.UTF8.GetBytes("""{"type":"ping","id":"in parts"}""");
        for (var at = 0; at < bytes.Length; at += 4)
            await connection.SendBytesAsync(bytes.AsMemory(at, Math.Min(4, bytes.Length - at)), endOfMessage: at + 4 >= bytes.Length);
        Assert.Equal("in parts", (await NextAsync<PongFrame>(connection)).Id);
    }

    [Fact]
    public async Task Who_types_over_many_sockets_on_both_nodes_has_one_bucket()
    {
        var sockets = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => OpenAsync(Eve.Token, i % 2 == 0 ? Chat.One : Chat.Two)));
        foreach (var socket in sockets)
        {
            for (var i = 0; i < 6; i++)
                await socket.SendTextAsync("""{"type":"typing","id":"t","conversation":"lobby"}""");
            await socket.SendAsync(new PingFrame { Id = "done" });
        }
        var refused = 0;
        foreach (var socket in sockets)
            while (await NextAsync<ServerFrame>(socket, frame => frame is ErrorFrame or PongFrame) is ErrorFrame error)
            {
                Assert.True(error is { Code: ErrorCodes.SlowDown, Id: "t", RetryAfterMs: > 0 });
                refused++;
            }
        // Each node may let a handful of five more through.
        Assert.InRange(refused, 60 - 20 - (2 * 5) - 2, 60 - 20);
        var tom = await OpenAsync(Tom.Token, Chat.One);
        await tom.SendTextAsync("""{"type":"typing","id":"t","conversation":"lobby"}""");
        await tom.SendAsync(new PingFrame { Id = "done" });
        await NextAsync<PongFrame>(tom);
    }

    [Fact]
    public async Task Who_reads_too_many_bytes_waits_over_all_sockets_and_others_of_the_address_do_not()
    {
        await FillLobbyAsync();
        var (read, refused) = (0, false);
        for (var sockets = 0; sockets < 2; sockets++)
        {
            var eve = await OpenAsync(Eve.Token, Chat.Two);
            for (var i = 0; i < 3 && !refused; i++)
            {
                await eve.SendAsync(new HistoryRequest { Id = "h", Conversation = ConversationId.Lobby, Limit = 100 });
                var answer = await NextAsync<ServerFrame>(eve, frame => frame is HistoryFrame or ErrorFrame);
                refused = answer is ErrorFrame { Code: ErrorCodes.SlowDown, Id: "h", RetryAfterMs: > 0 };
                if (answer is HistoryFrame page)
                    read += page.Messages.Sum(message => message.Text.Length);
            }
        }
        Assert.True(refused);
        Assert.InRange(read, ReadBurst - 150_000, ReadBurst + 150_000);
        var tom = await OpenAsync(Tom.Token, Chat.Two);
        await tom.SendAsync(new HistoryRequest { Id = "h", Conversation = ConversationId.Lobby });
        await NextAsync<HistoryFrame>(tom);
    }

    [Fact]
    public async Task Who_connects_again_and_again_to_be_told_who_is_online_is_told_how_many_in_the_end()
    {
        for (var i = 0; i < 10; i++)
        {
            var person = await JoinAsync();
            await Chat.Database.ScalarAsync<object>("UPDATE users SET brief = repeat('字', 128) WHERE id = $1", person.Id);
            await OpenAsync(person.Token, Chat.Two);
        }
        PresenceFrame? presence = null;
        for (var i = 0; i < 200 && presence?.Users.Count != 0; i++)
        {
            var eve = await OpenAsync(Eve.Token, Chat.Two);
            presence = await NextAsync<PresenceFrame>(eve, frame => frame.Full == true);
            await eve.CloseAsync();
        }
        Assert.True(presence is { Users: [], Online: >= 10 });
        var again = await OpenAsync(Eve.Token, Chat.Two);
        await again.SendAsync(new HistoryRequest { Id = "h", Conversation = ConversationId.Lobby });
        Assert.Equal(ErrorCodes.SlowDown, (await NextAsync<ErrorFrame>(again)).Code);
        Assert.InRange((await NextAsync<PresenceFrame>(await OpenAsync(Tom.Token, Chat.Two), frame => frame.Full == true)).Users.Count, 10, int.MaxValue);
    }

    [Fact]
    public async Task The_guests_of_one_address_share_what_they_may_read_on_sockets_and_over_HTTP_each()
    {
        await FillLobbyAsync();
        var code = default(string);
        for (var i = 0; i < 5 && code is null; i++)
        {
            var guest = await OpenAsync(null, Chat.One);
            await guest.SendAsync(new HistoryRequest { Id = "h", Conversation = ConversationId.Lobby, Limit = 100 });
            code = (await NextAsync<ServerFrame>(guest, frame => frame is HistoryFrame or ErrorFrame) as ErrorFrame)?.Code;
        }
        Assert.Equal(ErrorCodes.SlowDown, code);

        using var near = new Web.Browser(Chat.Address, "127.0.0.30");
        using var far = new Web.Browser(Chat.Address, "127.0.0.31");
        const string page = "/api/conversations/lobby/messages?limit=100";
        Web.Answer last;
        var pages = 0;
        while ((last = await near.GetAsync(page)).Status == System.Net.HttpStatusCode.OK)
            Assert.InRange(++pages, 1, 5);
        Assert.NotNull(last.ShouldBe(429, "slow_down").Headers.RetryAfter?.Delta);
        (await far.GetAsync(page)).ShouldBeOk();
        (await Jenny.Browser.GetAsync("/api/conversations")).ShouldBeOk();
    }

    [Fact]
    public async Task Guest_sessions_without_end_from_one_address_are_refused_and_those_there_are_go_on()
    {
        using var first = new Web.Browser(Chat.Address, "127.0.0.40");
        (await first.GetAsync("/api/me")).ShouldBeOk();
        Web.Answer last;
        var made = 1;
        do
        {
            using var guest = new Web.Browser(Chat.Address, "127.0.0.40");
            last = await guest.GetAsync("/api/me");
            Assert.InRange(++made, 1, 30);
        }
        while (last.Status == System.Net.HttpStatusCode.OK);
        Assert.NotNull(last.ShouldBe(429, "slow_down").Headers.RetryAfter?.Delta);
        Assert.Null(last.SetCookie);
        (await first.GetAsync("/api/me")).ShouldBeOk();
        using var other = new Web.Browser(Chat.Address, "127.0.0.41");
        (await other.GetAsync("/api/me")).ShouldBeOk();
        using var jenny = new Web.Browser(Chat.Address, "127.0.0.40") { Token = Jenny.Token };
        (await jenny.GetAsync("/api/me")).ShouldBeOk();
    }

    [Fact]
    public async Task Tokens_and_tickets_of_one_session_are_counted_together()
    {
        for (var i = 0; i < 10; i++)
            (await Eve.Browser.PostAsync(i % 2 == 0 ? "/api/tokens/renew" : "/api/ticket")).ShouldBeOk();
        Assert.NotNull((await Eve.Browser.PostAsync("/api/tokens/renew")).ShouldBe(429, "slow_down").Headers.RetryAfter?.Delta);
        (await Eve.Browser.PostAsync("/api/ticket")).ShouldBe(429, "slow_down");
        (await Tom.Browser.PostAsync("/api/tokens/renew")).ShouldBeOk();
        (await Tom.Browser.PostAsync("/api/ticket")).ShouldBeOk();
    }

    [Theory, InlineData("/alive"), InlineData("/health"), InlineData("/openapi/v1.json"), InlineData("/asyncapi/v1.json"), InlineData("/schema/v1.json"), InlineData("/"), InlineData("/nowhere"), InlineData("/ws/x")]
    public async Task Everything_outside_the_API_has_a_rate_for_each_address(string path)
    {
        var from = $"127.0.1.{path.Length}";
        foreach (var door in new[] { Chat.Address, Chat.One })
        {
            using var flood = new Web.Browser(door, from);
            Web.Answer last;
            var asked = 0;
            do
            {
                last = await flood.GetAsync(path);
                Assert.InRange(++asked, 1, 60);
            }
            while ((int)last.Status != 429);
            Assert.NotNull(last.ShouldBe(429, "slow_down").Headers.RetryAfter?.Delta);
            using var other = new Web.Browser(door, "127.0.1.99");
            Assert.NotEqual(429, (int)(await other.GetAsync("/alive")).Status);
            using var socket = await RawSocket.OpenAsync(door, from);
            Assert.Equal(101, socket.Status);
        }
        using var api = new Web.Browser(Chat.Address, from);
        (await api.GetAsync("/api/nodes")).ShouldBeOk();
    }

    [Fact]
    public async Task The_description_is_built_once_however_often_it_is_asked_for()
    {
        using var browser = new Web.Browser(Chat.Address, "127.0.0.50");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => browser.GetAsync("/openapi/v1.json")));
        Assert.Single(answers.Select(answer => answer.ShouldBeOk().Text).Distinct());
        Assert.Equal("application/json", answers[0].ContentHeaders.ContentType?.MediaType);
        Assert.Equal(1, ((Metered)Chat).Descriptions);
    }

    [Fact]
    public async Task One_account_has_one_export_at_a_time_and_all_together_a_few()
    {
        var exports = Chat.Services.GetRequiredService<Exports>();
        Assert.Equal(Room.Free, exports.TryBegin(Eve.Id, out var hers, out _));
        (await Eve.Browser.GetAsync("/api/me/export")).ShouldBe(429, "slow_down");
        (await Tom.Browser.GetAsync("/api/me/export")).ShouldBeOk();
        Assert.Equal(Room.Free, exports.TryBegin(Guid.NewGuid(), out var other, out _));
        Assert.NotNull((await Tom.Browser.GetAsync("/api/me/export")).ShouldBe(503, "unavailable").Headers.RetryAfter);
        other!.Dispose();
        hers!.Dispose();
        for (var i = 0; i < 3; i++)
            (await Eve.Browser.GetAsync("/api/me/export")).ShouldBeOk();
    }

    [Fact]
    public async Task An_export_whose_reader_goes_away_gives_its_place_back()
    {
        var exports = Chat.Services.GetRequiredService<Exports>();
        for (var i = 0; i < 5; i++)
        {
            using var reader = await RawSocket.ConnectAsync(Chat.Address, "127.0.0.60");
            await reader.FloodAsync(Encoding.ASCII.GetBytes($"GET /api/me/export HTTP/1.1\r\nHost: {Chat.Address.Authority}\r\nCookie: im_session={Jenny.Token}\r\n\r\n"), 1);
            await reader.IsAnsweredAsync(); // before that the place is free because nobody has asked yet
        }
        await Eventually.TrueAsync(() => exports.Count == 0);
        var text = (await Jenny.Browser.GetAsync("/api/me/export")).ShouldBeOk().Text;
        Assert.Equal(Jenny.Nickname, JsonSerializer.Deserialize<JsonElement>(text).GetProperty("user").GetProperty("nickname").GetString());
    }

    [Fact]
    public async Task An_export_goes_out_as_it_is_read_and_one_that_nobody_reads_is_cut_off()
    {
        var jenny = await OpenAsync(Jenny.Token, Chat.One);
        await jenny.SendAsync(new SendFrame { Id = "first", User = Tom.Id, Text = "x" });
        var conversation = (await NextAsync<AckFrame>(jenny)).Conversation.Value;
        // 40 MB, which no buffer of a socket takes.
        await Chat.Database.ScalarAsync<object>(
            "INSERT INTO events (conversation_id, seq, line, kind, sender_id, sender_nickname, client_id, content, at, node) "
            + "SELECT $1, n, n, 1, $2, 'x', 'more-' || n, '{\"text\":\"' || repeat('x', 4000) || '\"}', now(), 'test' FROM generate_series(2, 10000) n", conversation, Jenny.Id);
        var exports = Chat.Services.GetRequiredService<Exports>();
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Chat.Address, DefaultRequestHeaders = { { "Cookie", $"im_session={Jenny.Token}" } } };

        var answer = await http.GetAsync("/api/me/export", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal((200, 1), ((int)answer.StatusCode, exports.Count)); // it has begun to go out, and goes no further
        (await Jenny.Browser.GetAsync("/api/me/export")).ShouldBe(429, "slow_down");
        await Eventually.TrueAsync(() => exports.Count == 0, seconds: 60);
        answer.Dispose();
        Assert.InRange((await http.GetStringAsync("/api/me/export")).Length, 40_000_000, int.MaxValue);
    }

    [Fact]
    public async Task Exports_of_one_account_without_end_are_refused()
    {
        Web.Answer last;
        var made = 0;
        while ((last = await Tom.Browser.GetAsync("/api/me/export")).Status == System.Net.HttpStatusCode.OK)
            Assert.InRange(++made, 1, 10);
        Assert.NotNull(last.ShouldBe(429, "slow_down").Headers.RetryAfter?.Delta);
        (await Jenny.Browser.GetAsync("/api/me/export")).ShouldBeOk();
    }

    // 40 messages of 4,000 characters: a page of them is 128 KiB.
    private async Task FillLobbyAsync()
    {
        var jenny = await OpenAsync(Jenny.Token, Chat.One);
        for (var i = 0; i < 40; i++)
        {
            await jenny.SendAsync(new SendFrame { Id = $"fill-{Guid.NewGuid()}", Conversation = ConversationId.Lobby, Text = new string('x', 4_000) });
            await NextAsync<AckFrame>(jenny);
        }
    }

    public sealed class Metered : TwoNodes
    {
        private static readonly KeyValuePair<string, string>[] Limits =
        [
            new("Limits:ControlFrames:Burst", "50"), new("Limits:ControlFrames:PerSecond", "1"),
            new("Limits:Typing:Burst", "20"), new("Limits:Typing:PerSecond", "0.1"),
            new("Limits:ReadBytes:Burst", $"{ReadBurst}"), new("Limits:ReadBytes:PerSecond", "100"),
            new("Limits:Pages:Burst", "50"), new("Limits:Pages:PerSecond", "2"),
            new("Limits:Guests:Burst", "20"), new("Limits:Guests:PerSecond", "0.1"),
            new("Limits:SessionKeys:Burst", "10"), new("Limits:SessionKeys:PerSecond", "0.01"),
            new("Limits:MaxExports", "2"),
        ];

        private int _descriptions;

        public int Descriptions => _descriptions;

        protected override IEnumerable<KeyValuePair<string, string>> Settings => Limits;

        // The gateway asks each node for its /alive from this machine's first address, once a second.
        protected override IEnumerable<KeyValuePair<string, string>> NodeSettings => Limits;

        protected override void ConfigureServices(IServiceCollection services)
        {
            base.ConfigureServices(services);
            services.Configure<OpenApiOptions>("v1", options => options.AddDocumentTransformer((_, _, _) =>
            {
                Interlocked.Increment(ref _descriptions);
                return Task.CompletedTask;
            }));
        }
    }
}
