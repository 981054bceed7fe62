using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Im.Core.Kinds;
using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Tests.Protocol;

/// <summary>The files in <c>Im.Protocol/Golden</c> are what the C# and the TypeScript client agree on: each is read and written again without a difference.</summary>
public sealed class GoldenTests
{
    private static readonly Dictionary<string, JsonTypeInfo> HttpBodies = new()
    {
        ["login-request"] = ProtocolJson.Wire.LoginRequest,
        ["login-response"] = ProtocolJson.Wire.LoginResponse,
        ["me-response"] = ProtocolJson.Wire.MeResponse,
        ["picture-request"] = ProtocolJson.Wire.PictureRequest,
        ["profile-request"] = ProtocolJson.Wire.ProfileRequest,
        ["user"] = ProtocolJson.Wire.UserInfo,
        ["ticket-response"] = ProtocolJson.Wire.TicketResponse,
        ["connect-response"] = ProtocolJson.Wire.ConnectResponse,
        ["nodes"] = ProtocolJson.Wire.IReadOnlyListNodeInfo,
        ["conversations"] = ProtocolJson.Wire.IReadOnlyListConversationSummary,
        ["messages-response"] = ProtocolJson.Wire.MessagesResponse,
        ["sessions"] = ProtocolJson.Wire.IReadOnlyListSessionInfo,
        ["ended-response"] = ProtocolJson.Wire.EndedResponse,
        ["password-request"] = ProtocolJson.Wire.PasswordRequest,
        ["delete-account-request"] = ProtocolJson.Wire.DeleteAccountRequest,
        ["token-response"] = ProtocolJson.Wire.TokenResponse,
        ["create-key-request"] = ProtocolJson.Wire.CreateKeyRequest,
        ["api-key"] = ProtocolJson.Wire.ApiKeyInfo,
        ["api-keys"] = ProtocolJson.Wire.IReadOnlyListApiKeyInfo,
        ["publish-request"] = ProtocolJson.Wire.PublishRequest,
        ["publish-response"] = ProtocolJson.Wire.PublishResponse,
        ["admin-user"] = ProtocolJson.Wire.AdminUserInfo,
        ["penalty-request"] = ProtocolJson.Wire.PenaltyRequest,
        ["admin-request"] = ProtocolJson.Wire.AdminRequest,
        ["announcement-request"] = ProtocolJson.Wire.AnnouncementRequest,
        ["admin-users-response"] = ProtocolJson.Wire.AdminUsersResponse,
        ["erase-user-request"] = ProtocolJson.Wire.EraseUserRequest,
        ["admin-room"] = ProtocolJson.Wire.AdminRoomInfo,
        ["admin-rooms-response"] = ProtocolJson.Wire.AdminRoomsResponse,
        ["archive-request"] = ProtocolJson.Wire.ArchiveRequest,
        ["admin-keys-response"] = ProtocolJson.Wire.AdminKeysResponse,
        ["admin-nodes"] = ProtocolJson.Wire.IReadOnlyListAdminNodeInfo,
        ["people-response"] = ProtocolJson.Wire.PeopleResponse,
        ["audit"] = ProtocolJson.Wire.IReadOnlyListAuditInfo,
        ["create-room-request"] = ProtocolJson.Wire.CreateRoomRequest,
        ["edit-room-request"] = ProtocolJson.Wire.EditRoomRequest,
        ["room"] = ProtocolJson.Wire.RoomInfo,
        ["room-response"] = ProtocolJson.Wire.RoomResponse,
        ["rooms-response"] = ProtocolJson.Wire.RoomsResponse,
        ["invite-request"] = ProtocolJson.Wire.InviteRequest,
        ["invitations"] = ProtocolJson.Wire.IReadOnlyListInvitationInfo,
        ["room-members-response"] = ProtocolJson.Wire.RoomMembersResponse,
        ["room-bans-response"] = ProtocolJson.Wire.RoomBansResponse,
        ["room-invited-response"] = ProtocolJson.Wire.RoomInvitedResponse,
        ["role-request"] = ProtocolJson.Wire.RoleRequest,
        ["create-link-request"] = ProtocolJson.Wire.CreateLinkRequest,
        ["room-link"] = ProtocolJson.Wire.RoomLinkInfo,
        ["room-links"] = ProtocolJson.Wire.IReadOnlyListRoomLinkInfo,
        ["join-by-link-request"] = ProtocolJson.Wire.JoinByLinkRequest,
        ["create-webhook-request"] = ProtocolJson.Wire.CreateWebhookRequest,
        ["webhook"] = ProtocolJson.Wire.WebhookInfo,
        ["webhooks"] = ProtocolJson.Wire.IReadOnlyListWebhookInfo,
        ["webhook-post-request"] = ProtocolJson.Wire.WebhookPostRequest,
        ["webhook-post-response"] = ProtocolJson.Wire.WebhookPostResponse,
        ["directory-response"] = ProtocolJson.Wire.DirectoryResponse,
        ["profile"] = ProtocolJson.Wire.ProfileInfo,
        ["settings"] = ProtocolJson.Wire.SettingsInfo,
        ["blocks"] = ProtocolJson.Wire.IReadOnlyListUserInfo,
        ["report-request"] = ProtocolJson.Wire.ReportRequest,
        ["reports"] = ProtocolJson.Wire.IReadOnlyListReportInfo,
        ["close-report-request"] = ProtocolJson.Wire.CloseReportRequest,
        ["create-recovery-codes-request"] = ProtocolJson.Wire.CreateRecoveryCodesRequest,
        ["recovery-codes"] = ProtocolJson.Wire.RecoveryCodesInfo,
        ["recover-request"] = ProtocolJson.Wire.RecoverRequest,
        ["search-response"] = ProtocolJson.Wire.SearchResponse,
        ["file"] = ProtocolJson.Wire.FileContent,
        ["file-space"] = ProtocolJson.Wire.FileSpace,
        ["notification-settings"] = ProtocolJson.Wire.NotificationSettings,
        ["conversation-settings"] = ProtocolJson.Wire.ConversationSettings,
        ["push-key"] = ProtocolJson.Wire.PushKeyResponse,
        ["push-subscription-request"] = ProtocolJson.Wire.PushSubscriptionRequest,
        ["push-notification"] = ProtocolJson.Wire.PushNotification,
        ["add-widget-site-request"] = ProtocolJson.Wire.AddWidgetSiteRequest,
        ["widget-site"] = ProtocolJson.Wire.WidgetSiteInfo,
        ["widget-sites"] = ProtocolJson.Wire.IReadOnlyListWidgetSiteInfo,
        ["widget-token-request"] = ProtocolJson.Wire.WidgetTokenRequest,
        ["widget-token-response"] = ProtocolJson.Wire.WidgetTokenResponse,
        ["widget-session-response"] = ProtocolJson.Wire.WidgetSessionResponse,
        ["problem"] = ProtocolJson.Wire.ProblemBody,
    };

    public static TheoryData<string> Files => [.. GoldenFiles().Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Files))]
    public void A_golden_file_is_read_and_written_again_without_a_difference(string file)
    {
        var json = File.ReadAllBytes(Path.Combine(Folder, file));
        var written = file.Split('.') switch
        {
            ["client", ..] => ProtocolJson.Write(ReadClientFrame(json, 1)),
            ["node", ..] => ProtocolJson.Write(Assert.IsAssignableFrom<ServerFrame>(ServerFrameReader.Read(json, 1))),
            ["v2", "client", ..] => ProtocolJson.Write(ReadClientFrame(json, 2)),
            ["v2", "node", ..] => ProtocolJson.Write(Assert.IsAssignableFrom<ServerFrame>(ServerFrameReader.Read(json, 2))),
            ["http", var body, ..] => JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(json, HttpBodies[body]), HttpBodies[body]),
            _ => throw new InvalidOperationException($"{file} is named neither client.*, node.*, v2.client.*, v2.node.* nor http.*"),
        };
        Assert.True(
            JsonElement.DeepEquals(JsonDocument.Parse(json).RootElement, JsonDocument.Parse(written).RootElement),
            $"{file} came back as {System.Text.Encoding.UTF8.GetString(written)}");
    }

    [Fact]
    public void Every_frame_type_and_every_http_body_has_a_golden_file()
    {
        var found = GoldenFiles().Select(file => string.Join('.', file.Split('.')[..(file.StartsWith("v2.", StringComparison.Ordinal) ? 3 : 2)])).ToHashSet();
        Assert.DoesNotContain(FramesOf(1).Concat(HttpBodies.Keys.Select(body => $"http.{body}")), name => !found.Contains(name));
        // What both versions have in one form is told once.
        string[] changed = [.. ChangedOf<ClientFrame>("client"), .. ChangedOf<ServerFrame>("node")];
        Assert.DoesNotContain(FramesOf(2), name => !found.Contains($"v2.{name}") && (changed.Contains(name) || !found.Contains(name)));
    }

    [Fact]
    public void Every_kind_has_a_golden_event_and_a_golden_post_with_the_content_that_it_takes()
    {
        var golden = GoldenFiles().Select(file => (File: file, Json: File.ReadAllBytes(Path.Combine(Folder, file)))).ToList();
        var posts = golden.Where(one => one.File.StartsWith("v2.client.post.", StringComparison.Ordinal)).Select(one => Assert.IsType<PostFrame>(ReadClientFrame(one.Json, 2))).ToList();
        var events = golden.Where(one => one.File.StartsWith("v2.node.event.", StringComparison.Ordinal)).Select(one => Assert.IsType<EventFrame>(ServerFrameReader.Read(one.Json, 2))).ToList();
        Assert.Equal(EventKinds.All.Where(kind => kind.IsForClients).Select(kind => kind.Name).Order(), posts.Select(post => post.Kind).Distinct().Order());
        Assert.Equal(EventKinds.All.Select(kind => kind.Name).Order(), events.Select(e => e.Kind).Distinct().Order());
        Assert.Equal(EventKinds.All.Select(kind => kind.Name).Order(), typeof(KindNames).GetFields().Select(field => (string)field.GetRawConstantValue()!).Order());
        Assert.All(events, e => Assert.Equal(EventKinds.Find(e.Kind)!.Effect, e.Effect));
        Assert.All(events.Where(e => e.Effect is not null), e =>
        {
            Assert.Null(EventKinds.Find(e.Kind)!.Check(e.Content!.Value, new(e.From.Id, e.From.Nickname, ""), out var result));
            Assert.Equal(result.Slot, e.Slot);
        });
        foreach (var (name, content) in posts.Select(post => (post.Kind, post.Content)).Concat(events.Where(e => EventKinds.Find(e.Kind)!.IsForClients).Select(e => (e.Kind, e.Content!.Value))))
        {
            Assert.Null(EventKinds.Find(name)!.Check(content, new(Guid.NewGuid(), "Jenny", ""), out var result));
            Assert.True(JsonElement.DeepEquals(JsonElement.Parse(content.Utf8.Span), JsonElement.Parse(result.Content.Utf8.Span)), $"The content of a {name} has something that the kind does not know.");
        }
    }

    [Fact]
    public void Every_property_of_a_record_is_named_in_the_protocol_page()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "protocol.md"));
        var frames = Derived<ClientFrame>().Concat(Derived<ServerFrame>()).Select(d => ProtocolJson.Wire.GetTypeInfo(d.DerivedType)!);
        Type[] parts = [typeof(MessageInfo), typeof(SenderInfo), typeof(UserInfo), typeof(OnlineUser), typeof(ConversationSummary), typeof(LimitsInfo), typeof(LobbyInfo), typeof(ViaInfo), typeof(NodeInfo), typeof(SessionInfo), typeof(AuditInfo), typeof(AdminPersonInfo), typeof(AdminKeyInfo), typeof(AdminNodeInfo)];
        var names = frames.Concat(HttpBodies.Values).Concat(parts.Select(p => ProtocolJson.Wire.GetTypeInfo(p)!)).SelectMany(info => info.Properties).Select(p => p.Name).Distinct();
        Assert.DoesNotContain(names, name => !page.Contains($"\"{name}\"") && !page.Contains($"`{name}`"));
    }

    [Fact]
    public void A_frame_of_a_newer_node_is_read_without_what_is_unknown()
    {
        Assert.Null(ServerFrameReader.Read("""{"type":"weather","sun":true}"""u8, ProtocolLimits.Version));
        var pong = Assert.IsType<PongFrame>(ServerFrameReader.Read("""{"later":{"type":"x"},"type":"pong","time":7}"""u8, ProtocolLimits.Version));
        Assert.Equal(7, pong.Time);
    }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    private static IEnumerable<string> GoldenFiles() => Directory.EnumerateFiles(Folder, "*.json").Select(path => Path.GetFileName(path));

    private static ClientFrame ReadClientFrame(byte[] json, int version)
    {
        var (frame, error) = ClientFrameReader.Read(json, version);
        Assert.Null(error);
        return frame!;
    }

    private static IEnumerable<JsonDerivedTypeAttribute> Derived<T>() => typeof(T).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false).Cast<JsonDerivedTypeAttribute>();

    private static IEnumerable<string> FramesOf(int version) =>
        [.. ProtocolSchema.TypesOf<ClientFrame>(version).Select(type => $"client.{type}"), .. ProtocolSchema.TypesOf<ServerFrame>(version).Select(type => $"node.{type}")];

    // What both versions have, and not in one form.
    private static IEnumerable<string> ChangedOf<TFrame>(string side) => ProtocolVersions.FramesOf<TFrame>(1)
        .Join(ProtocolVersions.FramesOf<TFrame>(2), one => one.Name, two => two.Name, (one, two) => (one.Name, IsChanged: one.Record != two.Record || IsChanged(two.Record)))
        .Where(frame => frame.IsChanged).Select(frame => $"{side}.{frame.Name}");

    private static bool IsChanged(Type record) => record.GetProperties().Any(property =>
        ProtocolVersions.Has(property, 1) != ProtocolVersions.Has(property, 2) || property.PropertyType.IsClass && property.PropertyType.Assembly == typeof(ProtocolVersions).Assembly && IsChanged(property.PropertyType));
}
