using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;

/// <summary>Logs in, listens, answers "ping" in the lobby with "pong", and ends when its session is signed out. Nothing but docs/protocol.md and .NET.</summary>
public static class EchoBot
{
    /// <returns>The code its connection was closed with, such as 4401.</returns>
    public static async Task<int?> RunAsync(Uri chat, string nickname, string password)
    {
        using var http = new HttpClient { BaseAddress = chat, DefaultRequestHeaders = { { "X-Im", "1" } } };
        using var login = await http.PostAsJsonAsync("/api/tokens", new { nickname, password });
        login.EnsureSuccessStatusCode();
        var token = (await login.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();

        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("im.v2");
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket.ConnectAsync(new UriBuilder(chat) { Scheme = chat.Scheme == "https" ? "wss" : "ws", Path = "/ws" }.Uri, default);
        var buffer = new byte[1024 * 1024];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
                length += (part = await socket.ReceiveAsync(buffer.AsMemory(length), default)).Count;
            while (!part.EndOfMessage);
            if (part.MessageType == WebSocketMessageType.Close)
                return (int?)socket.CloseStatus;
            var frame = JsonSerializer.Deserialize<JsonElement>(buffer.AsSpan(0, length));
            if (Says(frame, "type", "event") && Says(frame, "conversation", "lobby") && Says(frame, "kind", "text") && frame.TryGetProperty("content", out var content) && Says(content, "text", "ping"))
                await socket.SendAsync(
                    JsonSerializer.SerializeToUtf8Bytes(new { type = "post", id = Guid.NewGuid(), conversation = "lobby", kind = "text", content = new { text = "pong" } }),
                    WebSocketMessageType.Text, true, default);
        }
    }

    private static bool Says(JsonElement json, string name, string value) => json.TryGetProperty(name, out var found) && found.ValueEquals(value);
}
