using System.Net.Http.Json;
using Im.Client.Http;
using Im.Protocol;

namespace Im.Client.Chat;

/// <summary>The user's own account: <see cref="ImClient.Account"/>. Methods throw <see cref="ImException"/> with the code of what went wrong, such as <see cref="ProblemCodes.WrongPassword"/>.</summary>
public sealed class Account
{
    private readonly ImHttp _http;

    internal Account(ImHttp http) => _http = http;

    /// <summary>Where the user is logged in, last seen first.</summary>
    public Task<IReadOnlyList<SessionInfo>> SessionsAsync(CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Get, "/api/sessions", null, ProtocolJson.Wire.IReadOnlyListSessionInfo, cancellationToken);

    /// <summary>Signs one out: its connections are closed with 4401.</summary>
    public Task EndSessionAsync(string session, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Delete, $"/api/sessions/{Uri.EscapeDataString(session)}", null, ProtocolJson.Wire.EndedResponse, cancellationToken);

    /// <summary>Signs all others out; how many there were.</summary>
    public async Task<int> EndOtherSessionsAsync(CancellationToken cancellationToken = default) =>
        (await _http.CallAsync(HttpMethod.Delete, "/api/sessions", null, ProtocolJson.Wire.EndedResponse, cancellationToken)).Ended;

    /// <summary>Signs all other sessions out, too.</summary>
    /// <param name="revokeKeys">And revokes the user's API keys.</param>
    public Task<EndedResponse> ChangePasswordAsync(string oldPassword, string newPassword, bool revokeKeys = false, CancellationToken cancellationToken = default) => _http.CallAsync(
        HttpMethod.Put, "/api/me/password", JsonContent.Create(new PasswordRequest(oldPassword, newPassword, revokeKeys), ProtocolJson.Wire.PasswordRequest), ProtocolJson.Wire.EndedResponse, cancellationToken);

    /// <summary>The user's API keys, oldest first, without their texts.</summary>
    public Task<IReadOnlyList<ApiKeyInfo>> KeysAsync(CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Get, "/api/keys", null, ProtocolJson.Wire.IReadOnlyListApiKeyInfo, cancellationToken);

    /// <summary>The key's text is told this once.</summary>
    /// <param name="scopes">Of <see cref="ApiScopes"/>.</param>
    public Task<ApiKeyInfo> CreateKeyAsync(string name, IReadOnlyList<string> scopes, string password, CancellationToken cancellationToken = default) => _http.CallAsync(
        HttpMethod.Post, "/api/keys", JsonContent.Create(new CreateKeyRequest(name, scopes, password), ProtocolJson.Wire.CreateKeyRequest), ProtocolJson.Wire.ApiKeyInfo, cancellationToken);

    public Task RevokeKeyAsync(Guid key, CancellationToken cancellationToken = default) => _http.CallAsync<object>(HttpMethod.Delete, $"/api/keys/{key}", null, null, cancellationToken);

    /// <summary>What is kept of the user, a JSON file, as it comes; the caller disposes it.</summary>
    public Task<Stream> ExportAsync(CancellationToken cancellationToken = default) => _http.OpenAsync("/api/me/export", cancellationToken);

    /// <summary>The account is gone, and what it wrote is nobody's; its connections are closed with 4401.</summary>
    /// <param name="removeMessages">The contents of what it wrote go too.</param>
    public Task DeleteAsync(string password, bool removeMessages = false, CancellationToken cancellationToken = default) => _http.CallAsync(
        HttpMethod.Delete, "/api/me", JsonContent.Create(new DeleteAccountRequest(password, removeMessages), ProtocolJson.Wire.DeleteAccountRequest), ProtocolJson.Wire.EndedResponse, cancellationToken);
}
