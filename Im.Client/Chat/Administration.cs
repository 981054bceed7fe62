using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Im.Client.Http;
using Im.Protocol;

namespace Im.Client.Chat;

/// <summary>
/// What administrators see and do: <see cref="ImClient.Administration"/>. For everybody else each method throws <see cref="ImException"/> with <see cref="ProblemCodes.Forbidden"/>.
/// Lists come in pages: <c>after</c> and <c>before</c> are the <c>Next</c> of the page before, or the last one's id.
/// </summary>
public sealed class Administration
{
    private const string Path = "/api/admin";

    private readonly ImHttp _http;

    internal Administration(ImHttp http) => _http = http;

    /// <param name="search">As in the directory; null for all.</param>
    /// <param name="filter">One of <see cref="AdminUserFilters"/>; null for all.</param>
    public Task<AdminUsersResponse> UsersAsync(string? search = null, string? filter = null, string? after = null, CancellationToken cancellationToken = default) =>
        GetAsync($"/users{Query(("search", search), ("filter", filter), ("after", after))}", ProtocolJson.Wire.AdminUsersResponse, cancellationToken);

    public Task<AdminUserInfo> UserAsync(string nameOrId, CancellationToken cancellationToken = default) => GetAsync($"/users/{Uri.EscapeDataString(nameOrId)}", ProtocolJson.Wire.AdminUserInfo, cancellationToken);

    /// <summary>They read and do not write. Zero: no longer.</summary>
    public Task<AdminUserInfo> MuteAsync(Guid user, TimeSpan duration, string? reason = null, CancellationToken cancellationToken = default) => PenaliseAsync(user, "mute", duration, reason, cancellationToken);

    /// <summary>They are signed out and cannot log in. Zero: no longer.</summary>
    public Task<AdminUserInfo> BanAsync(Guid user, TimeSpan duration, string? reason = null, CancellationToken cancellationToken = default) => PenaliseAsync(user, "ban", duration, reason, cancellationToken);

    /// <summary><see cref="ProblemCodes.LastAdministrator"/> where nobody else would be one.</summary>
    public Task<AdminUserInfo> SetAdministratorAsync(Guid user, bool isOne, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Put, $"/users/{user}/admin", JsonContent.Create(new AdminRequest(isOne), ProtocolJson.Wire.AdminRequest), ProtocolJson.Wire.AdminUserInfo, cancellationToken);

    /// <returns>How many sessions ended.</returns>
    public async Task<int> SignOutAsync(Guid user, CancellationToken cancellationToken = default) => (await AskAsync(HttpMethod.Delete, $"/users/{user}/sessions", null, ProtocolJson.Wire.EndedResponse, cancellationToken)).Ended;

    public Task EndSessionAsync(Guid user, string session, CancellationToken cancellationToken = default) => DoAsync(HttpMethod.Delete, $"/users/{user}/sessions/{Uri.EscapeDataString(session)}", null, cancellationToken);

    /// <summary>As its owner may.</summary>
    /// <param name="removeMessages">With the texts.</param>
    public Task EraseAsync(Guid user, bool removeMessages, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Delete, $"/users/{user}", JsonContent.Create(new EraseUserRequest(removeMessages), ProtocolJson.Wire.EraseUserRequest), ProtocolJson.Wire.EndedResponse, cancellationToken);

    /// <summary>All rooms by title, private and archived ones too.</summary>
    public Task<AdminRoomsResponse> RoomsAsync(string? search = null, string? after = null, CancellationToken cancellationToken = default) =>
        GetAsync($"/rooms{Query(("search", search), ("after", after))}", ProtocolJson.Wire.AdminRoomsResponse, cancellationToken);

    public Task<AdminRoomInfo> RoomAsync(ConversationId room, CancellationToken cancellationToken = default) => GetAsync($"/rooms/{room}", ProtocolJson.Wire.AdminRoomInfo, cancellationToken);

    public Task<RoomMembersResponse> MembersAsync(ConversationId room, string? after = null, CancellationToken cancellationToken = default) =>
        GetAsync($"/rooms/{room}/members{Query(("after", after))}", ProtocolJson.Wire.RoomMembersResponse, cancellationToken);

    public Task<AdminRoomInfo> ArchiveAsync(ConversationId room, bool archived, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Put, $"/rooms/{room}/archived", JsonContent.Create(new ArchiveRequest(archived), ProtocolJson.Wire.ArchiveRequest), ProtocolJson.Wire.AdminRoomInfo, cancellationToken);

    /// <summary>Newest first.</summary>
    /// <param name="closed">Null: both.</param>
    /// <param name="user">About them; null for all.</param>
    public Task<IReadOnlyList<ReportInfo>> ReportsAsync(bool? closed = null, Guid? user = null, long? before = null, CancellationToken cancellationToken = default) =>
        GetAsync($"/reports{Query(("closed", closed switch { true => "true", false => "false", null => null }), ("user", user?.ToString()), ("before", before?.ToString(System.Globalization.CultureInfo.InvariantCulture)))}", ProtocolJson.Wire.IReadOnlyListReportInfo, cancellationToken);

    /// <param name="decision">One of <see cref="ReportDecisions"/>, for those who read it later.</param>
    public Task CloseReportAsync(long report, string? decision = null, CancellationToken cancellationToken = default) =>
        DoAsync(HttpMethod.Put, $"/reports/{report}", JsonContent.Create(new CloseReportRequest(true, decision), ProtocolJson.Wire.CloseReportRequest), cancellationToken);

    public Task OpenReportAsync(long report, CancellationToken cancellationToken = default) =>
        DoAsync(HttpMethod.Put, $"/reports/{report}", JsonContent.Create(new CloseReportRequest(false), ProtocolJson.Wire.CloseReportRequest), cancellationToken);

    /// <summary>Recalls a line, in whichever conversation.</summary>
    public Task RemoveAsync(ConversationId conversation, long line, CancellationToken cancellationToken = default) => DoAsync(HttpMethod.Delete, $"/conversations/{conversation}/messages/{line}", null, cancellationToken);

    /// <summary>Everybody's API keys, newest first.</summary>
    public Task<AdminKeysResponse> KeysAsync(Guid? owner = null, string? before = null, CancellationToken cancellationToken = default) =>
        GetAsync($"/keys{Query(("owner", owner?.ToString()), ("before", before))}", ProtocolJson.Wire.AdminKeysResponse, cancellationToken);

    public Task RevokeKeyAsync(Guid key, CancellationToken cancellationToken = default) => DoAsync(HttpMethod.Delete, $"/keys/{key}", null, cancellationToken);

    /// <summary>Where the widget may be, by origin.</summary>
    public Task<IReadOnlyList<WidgetSiteInfo>> SitesAsync(CancellationToken cancellationToken = default) => GetAsync("/sites", ProtocolJson.Wire.IReadOnlyListWidgetSiteInfo, cancellationToken);

    /// <param name="origin">Such as <c>https://shop.example</c>.</param>
    /// <param name="label">Stands behind the names of those who come from there.</param>
    /// <param name="owner">Whose keys may ask for tokens, by nickname; null: one's own.</param>
    public Task<WidgetSiteInfo> AllowSiteAsync(string origin, string label, string? owner = null, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Post, "/sites", JsonContent.Create(new AddWidgetSiteRequest(origin, label, owner), ProtocolJson.Wire.AddWidgetSiteRequest), ProtocolJson.Wire.WidgetSiteInfo, cancellationToken);

    /// <summary>What was opened from there ends within five seconds.</summary>
    public Task RemoveSiteAsync(Guid site, CancellationToken cancellationToken = default) => DoAsync(HttpMethod.Delete, $"/sites/{site}", null, cancellationToken);

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<AuditInfo>> AuditAsync(string? action = null, Guid? actor = null, string? target = null, long? before = null, CancellationToken cancellationToken = default) =>
        GetAsync($"/audit{Query(("action", action), ("actor", actor?.ToString()), ("target", target), ("before", before?.ToString(System.Globalization.CultureInfo.InvariantCulture)))}", ProtocolJson.Wire.IReadOnlyListAuditInfo, cancellationToken);

    public Task<IReadOnlyList<AdminNodeInfo>> NodesAsync(CancellationToken cancellationToken = default) => GetAsync("/nodes", ProtocolJson.Wire.IReadOnlyListAdminNodeInfo, cancellationToken);

    /// <summary>To everybody who is connected.</summary>
    public Task AnnounceAsync(string text, CancellationToken cancellationToken = default) =>
        DoAsync(HttpMethod.Post, "/announcements", JsonContent.Create(new AnnouncementRequest(text), ProtocolJson.Wire.AnnouncementRequest), cancellationToken);

    private Task<AdminUserInfo> PenaliseAsync(Guid user, string what, TimeSpan duration, string? reason, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Put, $"/users/{user}/{what}", JsonContent.Create(new PenaltyRequest((int)duration.TotalMinutes, reason), ProtocolJson.Wire.PenaltyRequest), ProtocolJson.Wire.AdminUserInfo, cancellationToken);

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) => AskAsync(HttpMethod.Get, path, null, type, cancellationToken);

    private Task<T> AskAsync<T>(HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> type, CancellationToken cancellationToken) => _http.CallAsync(method, $"{Path}{path}", body, type, cancellationToken);

    private Task DoAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken) => _http.CallAsync<object>(method, $"{Path}{path}", body, null, cancellationToken);

    private static string Query(params ReadOnlySpan<(string Name, string? Value)> wanted)
    {
        var said = new List<string>();
        foreach (var (name, value) in wanted)
            if (value is not null)
                said.Add($"{name}={Uri.EscapeDataString(value)}");
        return said.Count == 0 ? "" : $"?{string.Join('&', said)}";
    }
}
