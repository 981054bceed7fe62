using System.Net.Http.Json;
using Im.Client.Http;
using Im.Protocol;

namespace Im.Client.Chat;

/// <summary>
/// Who there is, online or not, and what one wants of them: <see cref="ImClient.People"/>. Blocks and answers from the user's other devices come as <see cref="PersonFrame"/> in <see cref="ImClient.FrameReceived"/>.
/// Methods throw <see cref="ImException"/> with the code of what went wrong: <see cref="ProblemCodes.NotFound"/> for an account that is deleted, or never was.
/// </summary>
public sealed class People
{
    private readonly ImHttp _http;

    internal People(ImHttp http) => _http = http;

    /// <summary>A page of everybody by nickname, online or not.</summary>
    /// <param name="search">Those of whose nickname or display name each of its words begins a word; null for all.</param>
    /// <param name="after">The <see cref="DirectoryResponse.Next"/> of the page before.</param>
    public Task<DirectoryResponse> SearchAsync(string? search = null, string? after = null, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Get, $"/api/directory?search={Uri.EscapeDataString(search ?? "")}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}", null, ProtocolJson.Wire.DirectoryResponse, cancellationToken);

    /// <summary>Who these are, in no order: a message has its sender's nickname alone. Who has no account any more is left out.</summary>
    /// <param name="users">1 to <see cref="PeopleLimits.MaxIds"/>.</param>
    public Task<IReadOnlyList<UserInfo>> FindAsync(IEnumerable<Guid> users, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Get, $"/api/users?{string.Join('&', users.Select(user => $"id={user}"))}", null, ProtocolJson.Wire.IReadOnlyListUserInfo, cancellationToken);

    /// <summary>Makes the user's picture of an uploaded one that is not posted: its middle, as a square. The file is used up.</summary>
    /// <exception cref="ImException"><see cref="ProblemCodes.BadRequest"/> for what is no picture that can be shown.</exception>
    public Task<UserInfo> SetPictureAsync(Guid file, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Put, "/api/me/picture", JsonContent.Create(new PictureRequest(file), ProtocolJson.Wire.PictureRequest), ProtocolJson.Wire.UserInfo, cancellationToken);

    public Task<UserInfo> RemovePictureAsync(CancellationToken cancellationToken = default) => _http.CallAsync(HttpMethod.Delete, "/api/me/picture", null, ProtocolJson.Wire.UserInfo, cancellationToken);

    /// <summary>Somebody's picture, WebP, which the caller disposes of. Of another picture the version is another one.</summary>
    /// <param name="size"><see cref="PictureLimits.Small"/> or <see cref="PictureLimits.Large"/>.</param>
    public Task<Stream> OpenPictureAsync(Guid user, string version, int size = PictureLimits.Small, CancellationToken cancellationToken = default) => _http.OpenAsync($"/api/users/{user}/pictures/{version}/{size}", cancellationToken);

    public Task<ProfileInfo> ProfileAsync(Guid user, CancellationToken cancellationToken = default) => _http.CallAsync(HttpMethod.Get, $"/api/users/{user}/profile", null, ProtocolJson.Wire.ProfileInfo, cancellationToken);

    /// <summary>Somebody by their id, online or not.</summary>
    public Task<UserInfo> GetAsync(Guid user, CancellationToken cancellationToken = default) => _http.CallAsync(HttpMethod.Get, $"/api/users/{user}", null, ProtocolJson.Wire.UserInfo, cancellationToken);

    public Task<SettingsInfo> SettingsAsync(CancellationToken cancellationToken = default) => _http.CallAsync(HttpMethod.Get, "/api/me/settings", null, ProtocolJson.Wire.SettingsInfo, cancellationToken);

    public Task<SettingsInfo> ChangeSettingsAsync(SettingsInfo settings, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Put, "/api/me/settings", JsonContent.Create(settings, ProtocolJson.Wire.SettingsInfo), ProtocolJson.Wire.SettingsInfo, cancellationToken);

    /// <summary>Whom the user has blocked.</summary>
    public Task<IReadOnlyList<UserInfo>> BlockedAsync(CancellationToken cancellationToken = default) => _http.CallAsync(HttpMethod.Get, "/api/me/blocks", null, ProtocolJson.Wire.IReadOnlyListUserInfo, cancellationToken);

    /// <summary>No direct messages go between the two from now on.</summary>
    public Task BlockAsync(Guid user, CancellationToken cancellationToken = default) => DoAsync(HttpMethod.Put, $"/api/me/blocks/{user}", null, cancellationToken);

    public Task UnblockAsync(Guid user, CancellationToken cancellationToken = default) => DoAsync(HttpMethod.Delete, $"/api/me/blocks/{user}", null, cancellationToken);

    /// <summary>A message request of a stranger's is a conversation like others from now on.</summary>
    public Task AcceptAsync(Guid user, CancellationToken cancellationToken = default) => DoAsync(HttpMethod.Post, $"/api/requests/{user}/accept", null, cancellationToken);

    /// <summary>It is not listed until they write again.</summary>
    public Task DeclineAsync(Guid user, CancellationToken cancellationToken = default) => DoAsync(HttpMethod.Post, $"/api/requests/{user}/decline", null, cancellationToken);

    /// <summary>Tells the administrators of a person, or of a line.</summary>
    public Task ReportAsync(ReportRequest report, CancellationToken cancellationToken = default) => DoAsync(HttpMethod.Post, "/api/reports", JsonContent.Create(report, ProtocolJson.Wire.ReportRequest), cancellationToken);

    /// <summary>How many recovery codes are left.</summary>
    public async Task<int> RecoveryCodesAsync(CancellationToken cancellationToken = default) =>
        (await _http.CallAsync(HttpMethod.Get, "/api/me/recovery-codes", null, ProtocolJson.Wire.RecoveryCodesInfo, cancellationToken)).Left;

    /// <summary>Ten codes, told this once, each of which sets a new password; those from before are worth nothing.</summary>
    public async Task<IReadOnlyList<string>> CreateRecoveryCodesAsync(string password, CancellationToken cancellationToken = default) => (await _http.CallAsync(
        HttpMethod.Post, "/api/me/recovery-codes", JsonContent.Create(new CreateRecoveryCodesRequest(password), ProtocolJson.Wire.CreateRecoveryCodesRequest), ProtocolJson.Wire.RecoveryCodesInfo, cancellationToken)).Codes!;

    private Task DoAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken) => _http.CallAsync<object>(method, path, body, null, cancellationToken);
}
