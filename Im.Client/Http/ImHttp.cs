using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Im.Protocol;

namespace Im.Client.Http;

/// <summary>The HTTP half of the protocol: <c>docs/protocol.md</c>, section 1. Every failure is an <see cref="ImException"/>.</summary>
internal sealed class ImHttp(ImClientOptions options)
{
    // One for all clients of the process; the cookies are each client's own.
    private static readonly HttpClient Shared = new(new SocketsHttpHandler { UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) }) { Timeout = TimeSpan.FromSeconds(30) };

    // Files take as long as they take; whoever waits for one cancels.
    private static readonly HttpClient SharedForFiles = new(new SocketsHttpHandler { UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) }) { Timeout = Timeout.InfiniteTimeSpan };

    private readonly HttpClient _http = options.HttpClient ?? Shared;
    private readonly HttpClient _files = options.HttpClient ?? SharedForFiles;

    /// <summary>A token came, valid for so long.</summary>
    public event Action<TimeSpan>? TokenReceived;

    /// <summary>Whose requests these are.</summary>
    public Credential Credential => Credential.Of(options);

    /// <summary>False for a token that the application brought.</summary>
    public bool IsTokenAgeKnown { get; private set; }

    public Task<MeResponse> GetMeAsync(CancellationToken cancellationToken) => CallAsync(HttpMethod.Get, "/api/me", null, ProtocolJson.Wire.MeResponse, cancellationToken);

    /// <summary>A session of a user's; the cookie or the bearer token is kept.</summary>
    public async Task<LoginResponse> LoginAsync(LoginRequest body, CancellationToken cancellationToken)
    {
        var content = JsonContent.Create(body, ProtocolJson.Wire.LoginRequest);
        if (options.Bearer is null)
            return await CallAsync(HttpMethod.Post, "/api/login", content, ProtocolJson.Wire.LoginResponse, cancellationToken);
        var answer = Keep(await CallAsync(HttpMethod.Post, "/api/tokens", content, ProtocolJson.Wire.TokenResponse, cancellationToken));
        return new(answer.User, answer.Created is true);
    }

    /// <summary>As <see cref="LoginAsync"/>.</summary>
    public async Task<LoginResponse> RecoverAsync(RecoverRequest body, CancellationToken cancellationToken)
    {
        options.Bearer?.Value = null; // the address gives cookies, and refuses tokens
        var answer = await CallAsync(HttpMethod.Post, "/api/recover", JsonContent.Create(body, ProtocolJson.Wire.RecoverRequest), ProtocolJson.Wire.LoginResponse, cancellationToken);
        return options.Bearer is null ? answer : await LoginAsync(new(body.Nickname, body.NewPassword), cancellationToken);
    }

    public async Task RenewTokenAsync(CancellationToken cancellationToken) =>
        Keep(await CallAsync(HttpMethod.Post, "/api/tokens/renew", null, ProtocolJson.Wire.TokenResponse, cancellationToken));

    public async Task LogoutAsync(CancellationToken cancellationToken)
    {
        await CallAsync<object>(HttpMethod.Post, "/api/logout", null, null, cancellationToken);
        options.Bearer?.Value = null; // a guest's session has no tokens
    }

    public Task<UserInfo> PutProfileAsync(ProfileRequest change, CancellationToken cancellationToken) =>
        CallAsync(HttpMethod.Put, "/api/me", JsonContent.Create(change, ProtocolJson.Wire.ProfileRequest), ProtocolJson.Wire.UserInfo, cancellationToken);

    public Task<TicketResponse> CreateTicketAsync(CancellationToken cancellationToken) => CallAsync(HttpMethod.Post, "/api/ticket", null, ProtocolJson.Wire.TicketResponse, cancellationToken);

    /// <summary>Where to connect without the gateway; empty where that is the way.</summary>
    public Task<ConnectResponse> FindDoorAsync(string? node, string? avoid, CancellationToken cancellationToken)
    {
        var wanted = string.Join('&', new[] { ("node", node), ("avoid", avoid) }.Where(one => one.Item2 is not null).Select(one => $"{one.Item1}={Uri.EscapeDataString(one.Item2!)}"));
        return CallAsync(HttpMethod.Get, wanted.Length > 0 ? $"/api/connect?{wanted}" : "/api/connect", null, ProtocolJson.Wire.ConnectResponse, cancellationToken);
    }

    public Task<IReadOnlyList<NodeInfo>> GetNodesAsync(CancellationToken cancellationToken) => CallAsync(HttpMethod.Get, "/api/nodes", null, ProtocolJson.Wire.IReadOnlyListNodeInfo, cancellationToken);

    public Task<IReadOnlyList<ConversationSummary>> GetConversationsAsync(CancellationToken cancellationToken) =>
        CallAsync(HttpMethod.Get, "/api/conversations", null, ProtocolJson.Wire.IReadOnlyListConversationSummary, cancellationToken);

    /// <summary>A body as it comes.</summary>
    public async Task<Stream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        using var request = NewRequest(HttpMethod.Get, path, null);
        try
        {
            var response = await _files.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
                return await response.Content.ReadAsStreamAsync(cancellationToken);
            using (response)
                throw await ReadProblemAsync(response, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new ImException(ProblemCodes.Unavailable, $"{options.BaseAddress} does not answer.", e);
        }
    }

    private HttpRequestMessage NewRequest(HttpMethod method, string path, HttpContent? body)
    {
        var request = new HttpRequestMessage(method, new Uri(options.BaseAddress, path)) { Content = body };
        request.Headers.Add("X-Im", "1");
        if (Credential is { IsNone: false } credential)
            request.Headers.Add(credential.Header, credential.Value);
        return request;
    }

    public async Task<T> CallAsync<T>(HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T>? answer, CancellationToken cancellationToken)
    {
        using var request = NewRequest(method, path, body);
        try
        {
            using var response = await (body is UploadBody ? _files : _http).SendAsync(request, cancellationToken);
            if (options.Bearer is null && response.Headers.TryGetValues("Set-Cookie", out var cookies))
                foreach (var setCookie in cookies)
                    options.Cookies.SetCookies(options.BaseAddress, setCookie);
            if (!response.IsSuccessStatusCode)
                throw await ReadProblemAsync(response, cancellationToken);
            return answer is null ? default! : await response.Content.ReadFromJsonAsync(answer, cancellationToken) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new ImException(ImCodes.BadAnswer, $"{method} {path} was not answered as the protocol says.", e);
        }
        catch (Exception e) when (e is HttpRequestException || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new ImException(ProblemCodes.Unavailable, $"{options.BaseAddress} does not answer.", e);
        }
    }

    private TokenResponse Keep(TokenResponse answer)
    {
        options.Bearer!.Value = answer.Token;
        IsTokenAgeKnown = true;
        TokenReceived?.Invoke(TimeSpan.FromSeconds(answer.ExpiresInSeconds));
        return answer;
    }

    private static async Task<ImException> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        ProblemBody? problem = null;
        if (response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) is true)
            problem = await response.Content.ReadFromJsonAsync(ProtocolJson.Wire.ProblemBody, cancellationToken);
        var code = problem?.Code ?? (status >= 500 ? ProblemCodes.Unavailable : ImCodes.BadAnswer);
        return new(code, problem?.Detail ?? problem?.Title ?? $"Answered {status}.") { StatusCode = status, RetryAfter = Delay(response.Headers.RetryAfter) };
    }

    private static TimeSpan? Delay(RetryConditionHeaderValue? header) => header?.Delta;
}
