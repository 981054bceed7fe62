using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Im.Tests.Web;

/// <summary>Talks to the API as a page does: keeps cookies, sends <c>X-Im</c>.</summary>
internal sealed class Browser : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="from">An address of this machine, such as 127.0.0.2, from which it connects.</param>
    public Browser(Uri address, string? from = null)
    {
        Cookies = new();
        var handler = new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false };
        if (from is not null)
            handler.ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(IPAddress.Loopback, address.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            };
        _http = new(handler) { BaseAddress = address };
    }

    public CookieContainer Cookies { get; }

    public string? Token
    {
        get => Cookies.GetCookies(_http.BaseAddress!)["im_session"]?.Value;
        set => Cookies.Add(_http.BaseAddress!, new Cookie("im_session", value) { Path = "/" });
    }

    public Task<Answer> GetAsync(string path) => SendAsync(new(HttpMethod.Get, path));

    public Task<Answer> PostAsync(string path, object? body = null) => SendAsync(Request(HttpMethod.Post, path, body));

    public Task<Answer> PutAsync(string path, object? body) => SendAsync(Request(HttpMethod.Put, path, body));

    public Task<Answer> DeleteAsync(string path, object? body = null) => SendAsync(Request(HttpMethod.Delete, path, body));

    public Task<Answer> LoginAsync(string nickname, string password = "correct horse", string? brief = null) =>
        PostAsync("/api/login", brief is null ? new { nickname, password } : new { nickname, password, brief });

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await _http.SendAsync(request);
        return new(response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsStringAsync());
    }

    public static HttpRequestMessage Request(HttpMethod method, string path, object? body) => new(method, path)
    {
        Content = body as HttpContent ?? (body is null ? null : JsonContent.Create(body)),
        Headers = { { "X-Im", "1" } },
    };

    public void Dispose() => _http.Dispose();
}

internal sealed record Answer(HttpStatusCode Status, System.Net.Http.Headers.HttpResponseHeaders Headers, System.Net.Http.Headers.HttpContentHeaders ContentHeaders, string Text)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    public string? SetCookie => Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Single() : null;

    /// <summary>Fails unless this is a problem as the protocol has them, with this status and code.</summary>
    public Answer ShouldBe(int status, string code)
    {
        Assert.Equal((status, code), ((int)Status, Text.Length == 0 ? "" : Json.GetProperty("code").GetString()));
        Assert.Equal("application/problem+json", ContentHeaders.ContentType?.MediaType);
        Assert.Equal(status, Json.GetProperty("status").GetInt32());
        Assert.NotEmpty(Json.GetProperty("title").GetString()!);
        return this;
    }

    public Answer ShouldBeOk(int status = 200)
    {
        Assert.True((int)Status == status, $"{(int)Status} {Text}");
        return this;
    }
}
