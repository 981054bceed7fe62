using System.Net.Http.Json;
using Im.Client.Http;
using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Client.Chat;

/// <summary>
/// Rooms: <see cref="ImClient.Rooms"/>. What is said in one, and who comes and goes, is in the client's stream as in every conversation; here is what one does about rooms themselves.
/// Methods throw <see cref="ImException"/> with the code of what went wrong: <see cref="ProblemCodes.NotFound"/> for every room that is not one's own to know of.
/// </summary>
public sealed class Rooms
{
    private const string Path = "/api/rooms";

    private readonly ImHttp _http;

    internal Rooms(ImHttp http) => _http = http;

    /// <param name="history">One of <see cref="RoomHistories"/>: what they read who join. Null: everything in a public room, in a private one from joining.</param>
    public async Task<RoomInfo> CreateAsync(string title, string topic = "", bool isPublic = false, string? history = null, CancellationToken cancellationToken = default) =>
        (await AskAsync(HttpMethod.Post, "", JsonContent.Create(new CreateRoomRequest(title, topic, isPublic, history), ProtocolJson.Wire.CreateRoomRequest), cancellationToken)).Room;

    /// <summary>Public rooms by title.</summary>
    /// <param name="search">Those whose title has it; null for all.</param>
    /// <param name="after">The <see cref="RoomsResponse.Next"/> of the page before.</param>
    public Task<RoomsResponse> ListAsync(string? search = null, string? after = null, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Get, $"{Path}?search={Uri.EscapeDataString(search ?? "")}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}", null, ProtocolJson.Wire.RoomsResponse, cancellationToken);

    /// <summary>One's own, or a public one.</summary>
    public Task<RoomInfo> GetAsync(ConversationId room, CancellationToken cancellationToken = default) => _http.CallAsync(HttpMethod.Get, $"{Path}/{room}", null, ProtocolJson.Wire.RoomInfo, cancellationToken);

    /// <summary>A page of members, the owner first.</summary>
    public Task<RoomMembersResponse> MembersAsync(ConversationId room, string? after = null, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Get, $"{Path}/{room}/members{(after is null ? "" : $"?after={Uri.EscapeDataString(after)}")}", null, ProtocolJson.Wire.RoomMembersResponse, cancellationToken);

    /// <summary>For administrators of the room.</summary>
    public Task<RoomBansResponse> BansAsync(ConversationId room, string? after = null, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Get, $"{Path}/{room}/bans{(after is null ? "" : $"?after={Uri.EscapeDataString(after)}")}", null, ProtocolJson.Wire.RoomBansResponse, cancellationToken);

    /// <summary>Who was invited and has not answered, for administrators of the room. <see cref="RemoveAsync"/> takes an invitation back.</summary>
    public Task<RoomInvitedResponse> InvitedAsync(ConversationId room, string? after = null, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Get, $"{Path}/{room}/invitations{(after is null ? "" : $"?after={Uri.EscapeDataString(after)}")}", null, ProtocolJson.Wire.RoomInvitedResponse, cancellationToken);

    public Task<RoomResponse> EditAsync(ConversationId room, EditRoomRequest change, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Patch, $"/{room}", JsonContent.Create(change, ProtocolJson.Wire.EditRoomRequest), cancellationToken);

    /// <summary>Makes the room's picture of an uploaded one that is not posted: its middle, as a square. The file is used up. By administrators of the room.</summary>
    public Task<RoomResponse> SetPictureAsync(ConversationId room, Guid file, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Put, $"/{room}/picture", JsonContent.Create(new PictureRequest(file), ProtocolJson.Wire.PictureRequest), cancellationToken);

    public Task<RoomResponse> RemovePictureAsync(ConversationId room, CancellationToken cancellationToken = default) => AskAsync(HttpMethod.Delete, $"/{room}/picture", null, cancellationToken);

    /// <summary>The room's picture, WebP, which the caller disposes of.</summary>
    /// <param name="size"><see cref="PictureLimits.Small"/> or <see cref="PictureLimits.Large"/>.</param>
    public Task<Stream> OpenPictureAsync(ConversationId room, string version, int size = PictureLimits.Small, CancellationToken cancellationToken = default) => _http.OpenAsync($"{Path}/{room}/pictures/{version}/{size}", cancellationToken);

    /// <summary>Into a public room, or one that one is invited to.</summary>
    public Task<RoomResponse> JoinAsync(ConversationId room, CancellationToken cancellationToken = default) => AskAsync(HttpMethod.Post, $"/{room}/join", null, cancellationToken);

    /// <param name="link">The <see cref="RoomLinkInfo.Link"/> that one was given.</param>
    public Task<RoomResponse> JoinByLinkAsync(string link, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Post, "/join", JsonContent.Create(new JoinByLinkRequest(link), ProtocolJson.Wire.JoinByLinkRequest), cancellationToken);

    /// <summary>An owner who leaves hands the room over to the administrator of longest standing; where there is none, it is archived.</summary>
    public Task LeaveAsync(ConversationId room, CancellationToken cancellationToken = default) => _http.CallAsync<object>(HttpMethod.Post, $"{Path}/{room}/leave", null, null, cancellationToken);

    public Task<IReadOnlyList<InvitationInfo>> InvitationsAsync(CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Get, $"{Path}/invitations", null, ProtocolJson.Wire.IReadOnlyListInvitationInfo, cancellationToken);

    public Task DeclineAsync(ConversationId room, CancellationToken cancellationToken = default) => _http.CallAsync<object>(HttpMethod.Post, $"{Path}/{room}/decline", null, null, cancellationToken);

    public Task<RoomResponse> InviteAsync(ConversationId room, string nickname, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Post, $"/{room}/invitations", JsonContent.Create(new InviteRequest(nickname), ProtocolJson.Wire.InviteRequest), cancellationToken);

    public Task<RoomResponse> RemoveAsync(ConversationId room, Guid user, CancellationToken cancellationToken = default) => AskAsync(HttpMethod.Delete, $"/{room}/members/{user}", null, cancellationToken);

    public Task<RoomResponse> BanAsync(ConversationId room, Guid user, CancellationToken cancellationToken = default) => AskAsync(HttpMethod.Put, $"/{room}/bans/{user}", null, cancellationToken);

    public Task<RoomResponse> UnbanAsync(ConversationId room, Guid user, CancellationToken cancellationToken = default) => AskAsync(HttpMethod.Delete, $"/{room}/bans/{user}", null, cancellationToken);

    /// <param name="role">One of <see cref="RoomRoles"/>; <c>owner</c> hands the room over.</param>
    public Task<RoomResponse> SetRoleAsync(ConversationId room, Guid user, string role, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Put, $"/{room}/members/{user}/role", JsonContent.Create(new RoleRequest(role), ProtocolJson.Wire.RoleRequest), cancellationToken);

    /// <summary>A link by which people join; its secret is told this once.</summary>
    public Task<RoomLinkInfo> CreateLinkAsync(ConversationId room, TimeSpan? lifetime = null, int? maxUses = null, CancellationToken cancellationToken = default) => _http.CallAsync(
        HttpMethod.Post, $"{Path}/{room}/links", JsonContent.Create(new CreateLinkRequest((int)(lifetime ?? TimeSpan.FromSeconds(RoomLimits.DefaultLinkSeconds)).TotalSeconds, maxUses), ProtocolJson.Wire.CreateLinkRequest),
        ProtocolJson.Wire.RoomLinkInfo, cancellationToken);

    public Task<IReadOnlyList<RoomLinkInfo>> LinksAsync(ConversationId room, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Get, $"{Path}/{room}/links", null, ProtocolJson.Wire.IReadOnlyListRoomLinkInfo, cancellationToken);

    public Task RevokeLinkAsync(ConversationId room, Guid link, CancellationToken cancellationToken = default) => _http.CallAsync<object>(HttpMethod.Delete, $"{Path}/{room}/links/{link}", null, null, cancellationToken);

    /// <summary>For administrators of the room: its webhooks, without their secrets.</summary>
    public Task<IReadOnlyList<WebhookInfo>> WebhooksAsync(ConversationId room, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Get, $"{Path}/{room}/webhooks", null, ProtocolJson.Wire.IReadOnlyListWebhookInfo, cancellationToken);

    /// <summary>One that sends what happens in the room from here on; its secret, with which it signs, is told this once.</summary>
    public Task<WebhookInfo> CreateWebhookAsync(ConversationId room, string name, Uri address, CancellationToken cancellationToken = default) =>
        CreateWebhookAsync(room, new(name, address.OriginalString), cancellationToken);

    /// <summary>One with which a program posts under <paramref name="nickname"/>, with <c>POST /api/webhooks?token=</c> and its secret, which is told this once.</summary>
    public Task<WebhookInfo> CreatePostingWebhookAsync(ConversationId room, string nickname, CancellationToken cancellationToken = default) => CreateWebhookAsync(room, new(nickname), cancellationToken);

    /// <summary>Another secret, and it is switched on. One that sends signs with the secret before, too, for a day.</summary>
    public Task<WebhookInfo> RenewWebhookAsync(ConversationId room, Guid webhook, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Post, $"{Path}/{room}/webhooks/{webhook}/secret", null, ProtocolJson.Wire.WebhookInfo, cancellationToken);

    public Task RemoveWebhookAsync(ConversationId room, Guid webhook, CancellationToken cancellationToken = default) =>
        _http.CallAsync<object>(HttpMethod.Delete, $"{Path}/{room}/webhooks/{webhook}", null, null, cancellationToken);

    private Task<WebhookInfo> CreateWebhookAsync(ConversationId room, CreateWebhookRequest webhook, CancellationToken cancellationToken) =>
        _http.CallAsync(HttpMethod.Post, $"{Path}/{room}/webhooks", JsonContent.Create(webhook, ProtocolJson.Wire.CreateWebhookRequest), ProtocolJson.Wire.WebhookInfo, cancellationToken);

    private Task<RoomResponse> AskAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken) =>
        _http.CallAsync(method, Path + path, body, ProtocolJson.Wire.RoomResponse, cancellationToken);
}
