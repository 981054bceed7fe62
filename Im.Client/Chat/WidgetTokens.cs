using System.Net.Http.Json;
using Im.Client.Http;
using Im.Protocol;

namespace Im.Client.Chat;

/// <summary>
/// For the server of a site that has Im's widget on its pages, with an API key of the scope <c>widget</c>. One for the whole server: it holds no connection. Failures are <see cref="ImException"/>s.
/// </summary>
public sealed class WidgetTokens
{
    private const string Path = "/api/widget";

    private readonly ImHttp _http;

    /// <param name="server">Where Im is served.</param>
    /// <param name="key">A secret: <c>imk_…</c>.</param>
    /// <param name="http">Null for one that all share.</param>
    public WidgetTokens(Uri server, string key, HttpClient? http = null) => _http = new(new ImClientOptions { BaseAddress = server, Bearer = new(key), HttpClient = http });

    /// <summary>A token for the page that the server sends to somebody: good once, from that page, for one conversation.</summary>
    public Task<WidgetTokenResponse> CreateAsync(WidgetTokenRequest request, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Post, $"{Path}/tokens", JsonContent.Create(request, ProtocolJson.Wire.WidgetTokenRequest), ProtocolJson.Wire.WidgetTokenResponse, cancellationToken);

    /// <summary>Signs somebody out, as when they log out of the site.</summary>
    /// <param name="user">The <c>id</c> of <see cref="WidgetTokenResponse.User"/>.</param>
    /// <returns>How many sessions ended.</returns>
    public async Task<int> SignOutAsync(Guid user, CancellationToken cancellationToken = default) =>
        (await _http.CallAsync(HttpMethod.Delete, $"{Path}/users/{user}/sessions", null, ProtocolJson.Wire.EndedResponse, cancellationToken)).Ended;

    /// <summary>Deletes somebody's account.</summary>
    /// <param name="removeMessages">With the texts.</param>
    /// <returns>How many sessions ended.</returns>
    public async Task<int> EraseAsync(Guid user, bool removeMessages, CancellationToken cancellationToken = default) => (await _http.CallAsync(
        HttpMethod.Delete, $"{Path}/users/{user}", JsonContent.Create(new EraseUserRequest(removeMessages), ProtocolJson.Wire.EraseUserRequest), ProtocolJson.Wire.EndedResponse, cancellationToken)).Ended;
}
