using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Im.Client;
using Im.Protocol;
using Im.Tests.Fixtures;
using Im.Tests.Web;

namespace Im.Tests.Sessions;

/// <summary>Bots and servers: bearer tokens at HTTP and at the socket, API keys, as the protocol page has them.</summary>
[Trait("Category", "Sessions")]
public sealed class ProgramTests(TwoNodes system) : IClassFixture<TwoNodes>
{
    [Fact]
    public async Task A_stock_http_client_logs_in_listens_sends_and_is_revoked()
    {
        using var http = new HttpClient { BaseAddress = system.Address };
        http.DefaultRequestHeaders.Add("X-Im", "1");
        var nickname = WebCollection.NewNickname();
        using var joined = await http.PostAsJsonAsync("/api/tokens", new { nickname, password = "correct horse" });
        Assert.False(joined.Headers.Contains("Set-Cookie"));
        var token = (await joined.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;

        using var socket = new System.Net.WebSockets.ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket.ConnectAsync(RawConnection.AddressOf(system.Address), default);
        var buffer = new byte[256 * 1024];
        async Task<JsonElement> ReceiveAsync(string type)
        {
            while (true)
            {
                var length = 0;
                System.Net.WebSockets.ValueWebSocketReceiveResult part;
                do
                    length += (part = await socket.ReceiveAsync(buffer.AsMemory(length), default)).Count;
                while (!part.EndOfMessage);
                if (part.MessageType == System.Net.WebSockets.WebSocketMessageType.Close)
                    return default;
                var frame = JsonSerializer.Deserialize<JsonElement>(buffer.AsSpan(0, length));
                if (frame.GetProperty("type").GetString() == type)
                    return frame;
            }
        }
        await ReceiveAsync("ready");
        await socket.SendAsync(Encoding.UTF8.GetBytes("""{"type":"send","id":"b-1","conversation":"lobby","text":"I am a bot"}"""), System.Net.WebSockets.WebSocketMessageType.Text, true, default);
        Assert.Equal("I am a bot", (await ReceiveAsync("message")).GetProperty("text").GetString());

        using var owner = system.NewBrowser();
        await owner.LoginAsync(nickname);
        (await owner.DeleteAsync("/api/sessions")).ShouldBeOk();
        Assert.Equal(default, await ReceiveAsync("nothing"));
        Assert.Equal(4401, (int)socket.CloseStatus!);
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        Assert.Equal(401, (int)(await http.GetAsync("/api/sessions")).StatusCode);
        var refused = await Assert.ThrowsAsync<ImException>(() => OpenAsync(token));
        Assert.Equal(401, refused.StatusCode);
    }

    [Fact]
    public async Task The_bot_of_the_docs_logs_in_answers_and_ends_when_it_is_signed_out()
    {
        var nickname = WebCollection.NewNickname();
        using var owner = system.NewBrowser();
        await owner.LoginAsync(nickname);
        var bot = EchoBot.RunAsync(system.Address, nickname, "correct horse");
        await using var tab = await RawConnection.OpenAsync(RawConnection.AddressOf(system.Address, "node-1"), $"im_session={owner.Token}", version: 1);
        await Eventually.TrueAsync(async () => (await owner.GetAsync("/api/sessions")).Json.EnumerateArray().Sum(session => session.GetProperty("connections").GetInt32()) == 2);
        await tab.SendAsync(new SendFrame { Id = "p", Conversation = ConversationId.Lobby, Text = "ping" });
        for (var message = await NextAsync<MessageFrame>(tab); message.Text != "pong";)
            message = await NextAsync<MessageFrame>(tab);
        (await owner.DeleteAsync("/api/sessions")).ShouldBeOk();
        Assert.Equal(CloseCodes.SessionEnded, await bot.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_token_is_renewed_for_the_same_session_and_the_header_of_other_sites_is_not_asked_of_it()
    {
        using var http = new HttpClient { BaseAddress = system.Address };
        var first = await JoinAsync(http);
        http.DefaultRequestHeaders.Authorization = new("Bearer", first.Token);
        using var renewed = await http.PostAsync("/api/tokens/renew", null);
        var second = (await renewed.Content.ReadFromJsonAsync(ProtocolJson.Default.TokenResponse))!;
        Assert.Equal((first.Session, first.User), (second.Session, second.User));
        Assert.NotEqual(first.Token, second.Token);
        Assert.StartsWith("imt_", second.Token, StringComparison.Ordinal);
        foreach (var token in new[] { first.Token, second.Token })
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
            Assert.Equal(200, (int)(await http.GetAsync("/api/sessions")).StatusCode);
            await using var socket = await OpenAsync(token);
            Assert.Equal(first.User, Assert.IsType<HelloFrame>(await socket.ReceiveAsync()).User);
        }
    }

    [Fact]
    public async Task A_token_runs_out()
    {
        using var http = new HttpClient { BaseAddress = system.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await JoinAsync(http)).Token);
        Assert.Equal(200, (int)(await http.GetAsync("/api/sessions")).StatusCode);
        system.Time.Shift = TimeSpan.FromMinutes(61);
        try
        {
            Assert.Equal(401, (int)(await http.GetAsync("/api/sessions")).StatusCode);
        }
        finally
        {
            system.Time.Shift = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task A_server_publishes_with_a_key_within_its_scopes_until_it_is_revoked()
    {
        using var owner = system.NewBrowser();
        await owner.LoginAsync(WebCollection.NewNickname());
        using var reader = system.NewBrowser();
        var peer = (await reader.LoginAsync(WebCollection.NewNickname())).Json.GetProperty("user").GetProperty("id").GetString();
        await using var tab = await RawConnection.OpenAsync(RawConnection.AddressOf(system.Address, "node-2"), $"im_session={reader.Token}", version: 1);
        await NextAsync<ReadyFrame>(tab);
        var made = (await owner.PostAsync("/api/keys", new { name = "build server", scopes = new[] { "publish:lobby" }, password = "correct horse" })).ShouldBeOk().Json;
        var (id, key) = (made.GetProperty("id").GetString(), made.GetProperty("key").GetString()!);
        Assert.DoesNotContain(key, (await owner.GetAsync("/api/keys")).ShouldBeOk().Text, StringComparison.Ordinal);

        var first = (await PublishAsync(key, new { id = "build-1", text = "green", conversation = "lobby" })).ShouldBeOk().Json;
        Assert.Equal("green", (await NextAsync<MessageFrame>(tab)).Text);
        var again = (await PublishAsync(key, new { id = "build-1", text = "green", conversation = "lobby" })).ShouldBeOk().Json;
        Assert.Equal((first.GetProperty("seq").GetInt64(), true), (again.GetProperty("seq").GetInt64(), again.GetProperty("duplicate").GetBoolean()));

        (await PublishAsync(key, new { id = "build-2", text = "red", user = peer })).ShouldBe(403, "forbidden");
        foreach (var nothing in new[] { " ", "\u200B", "\u3164\u2800", "\uDB40\uDC68", "\uFE0F" })
            (await PublishAsync(key, new { id = "build-3", text = nothing, conversation = "lobby" })).ShouldBe(400, "bad_text");
        (await PublishAsync(key, new { id = "build-3", text = "x" })).ShouldBe(400, "bad_request");
        (await PublishAsync(key[..^1] + (key[^1] == 'A' ? 'E' : 'A'), new { id = "x", text = "x", conversation = "lobby" })).ShouldBe(401, "not_logged_in");
        (await reader.DeleteAsync($"/api/keys/{id}")).ShouldBe(404, "not_found");
        (await owner.DeleteAsync($"/api/keys/{id}")).ShouldBeOk(204);
        (await PublishAsync(key, new { id = "build-4", text = "x", conversation = "lobby" })).ShouldBe(401, "not_logged_in");
    }

    private async Task<Answer> PublishAsync(string key, object body)
    {
        using var server = system.NewBrowser();
        var request = Web.Browser.Request(HttpMethod.Post, "/api/publish", body);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await server.SendAsync(request);
    }

    private static async Task<TokenResponse> JoinAsync(HttpClient http)
    {
        using var request = Web.Browser.Request(HttpMethod.Post, "/api/tokens", new { nickname = WebCollection.NewNickname(), password = "correct horse" });
        using var answer = await http.SendAsync(request);
        return (await answer.Content.ReadFromJsonAsync(ProtocolJson.Default.TokenResponse))!;
    }

    private Task<RawConnection> OpenAsync(string token) =>
        RawConnection.OpenAsync(RawConnection.AddressOf(system.Address), configure: options => options.SetRequestHeader("Authorization", $"Bearer {token}"), version: 1);

    private static async Task<T> NextAsync<T>(RawConnection connection) where T : ServerFrame
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await connection.ReceiveAsync(limit.Token) is { } frame)
            if (frame is T wanted)
                return wanted;
        throw new Xunit.Sdk.XunitException($"Closed with {connection.CloseCode} before a {typeof(T).Name} came.");
    }
}
