using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Im.Protocol.Kinds;

namespace Im.Protocol;

/// <summary>Source-generated JSON of the protocol: camelCase, nulls left out, bounded depth, no property twice. Unknown properties are ignored.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict,
    MaxDepth = 2 * ProtocolLimits.MaxJsonDepth, // a client's frame stands inside of what a node tells of it
    AllowDuplicateProperties = false,
    PropertyNameCaseInsensitive = false,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(ClientFrame))]
[JsonSerializable(typeof(ServerFrame))]
[JsonSerializable(typeof(MessageInfo))]
[JsonSerializable(typeof(EventFrame))]
[JsonSerializable(typeof(ConversationListFrame))]
[JsonSerializable(typeof(ReadLineRequest))]
[JsonSerializable(typeof(ConversationInfo))]
[JsonSerializable(typeof(TextContent))]
[JsonSerializable(typeof(RecallContent))]
[JsonSerializable(typeof(ReactionContent))]
[JsonSerializable(typeof(PollContent))]
[JsonSerializable(typeof(VoteContent))]
[JsonSerializable(typeof(ErasureContent))]
[JsonSerializable(typeof(MemberContent))]
[JsonSerializable(typeof(TitleContent))]
[JsonSerializable(typeof(FileContent))]
[JsonSerializable(typeof(FileSpace))]
[JsonSerializable(typeof(PictureRequest))]
[JsonSerializable(typeof(RoomInfo))]
[JsonSerializable(typeof(RoomsResponse))]
[JsonSerializable(typeof(CreateRoomRequest))]
[JsonSerializable(typeof(EditRoomRequest))]
[JsonSerializable(typeof(RoomResponse))]
[JsonSerializable(typeof(InviteRequest))]
[JsonSerializable(typeof(IReadOnlyList<InvitationInfo>))]
[JsonSerializable(typeof(RoomMembersResponse))]
[JsonSerializable(typeof(RoomBansResponse))]
[JsonSerializable(typeof(RoomInvitedResponse))]
[JsonSerializable(typeof(RoleRequest))]
[JsonSerializable(typeof(CreateLinkRequest))]
[JsonSerializable(typeof(IReadOnlyList<RoomLinkInfo>))]
[JsonSerializable(typeof(JoinByLinkRequest))]
[JsonSerializable(typeof(CreateWebhookRequest))]
[JsonSerializable(typeof(WebhookInfo))]
[JsonSerializable(typeof(IReadOnlyList<WebhookInfo>))]
[JsonSerializable(typeof(WebhookPostRequest))]
[JsonSerializable(typeof(WebhookPostResponse))]
[JsonSerializable(typeof(SearchResponse))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(LoginResponse))]
[JsonSerializable(typeof(MeResponse))]
[JsonSerializable(typeof(ProfileRequest))]
[JsonSerializable(typeof(UserInfo))]
[JsonSerializable(typeof(TicketResponse))]
[JsonSerializable(typeof(IReadOnlyList<NodeInfo>))]
[JsonSerializable(typeof(ConnectResponse))]
[JsonSerializable(typeof(IReadOnlyList<ConversationSummary>))]
[JsonSerializable(typeof(PeopleResponse))]
[JsonSerializable(typeof(MessagesResponse))]
[JsonSerializable(typeof(IReadOnlyList<SessionInfo>))]
[JsonSerializable(typeof(EndedResponse))]
[JsonSerializable(typeof(PasswordRequest))]
[JsonSerializable(typeof(DeleteAccountRequest))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(CreateKeyRequest))]
[JsonSerializable(typeof(ApiKeyInfo))]
[JsonSerializable(typeof(IReadOnlyList<ApiKeyInfo>))]
[JsonSerializable(typeof(PublishRequest))]
[JsonSerializable(typeof(PublishResponse))]
[JsonSerializable(typeof(AdminUserInfo))]
[JsonSerializable(typeof(PenaltyRequest))]
[JsonSerializable(typeof(AdminRequest))]
[JsonSerializable(typeof(AnnouncementRequest))]
[JsonSerializable(typeof(IReadOnlyList<AuditInfo>))]
[JsonSerializable(typeof(AdminUsersResponse))]
[JsonSerializable(typeof(EraseUserRequest))]
[JsonSerializable(typeof(AdminRoomInfo))]
[JsonSerializable(typeof(AdminRoomsResponse))]
[JsonSerializable(typeof(ArchiveRequest))]
[JsonSerializable(typeof(AdminKeysResponse))]
[JsonSerializable(typeof(IReadOnlyList<AdminNodeInfo>))]
[JsonSerializable(typeof(DirectoryResponse))]
[JsonSerializable(typeof(ProfileInfo))]
[JsonSerializable(typeof(SettingsInfo))]
[JsonSerializable(typeof(IReadOnlyList<UserInfo>))]
[JsonSerializable(typeof(ReportRequest))]
[JsonSerializable(typeof(IReadOnlyList<ReportInfo>))]
[JsonSerializable(typeof(CloseReportRequest))]
[JsonSerializable(typeof(CreateRecoveryCodesRequest))]
[JsonSerializable(typeof(RecoveryCodesInfo))]
[JsonSerializable(typeof(RecoverRequest))]
[JsonSerializable(typeof(NotificationSettings))]
[JsonSerializable(typeof(ConversationSettings))]
[JsonSerializable(typeof(PushKeyResponse))]
[JsonSerializable(typeof(PushSubscriptionRequest))]
[JsonSerializable(typeof(PushNotification))]
[JsonSerializable(typeof(AddWidgetSiteRequest))]
[JsonSerializable(typeof(WidgetSiteInfo))]
[JsonSerializable(typeof(IReadOnlyList<WidgetSiteInfo>))]
[JsonSerializable(typeof(WidgetTokenRequest))]
[JsonSerializable(typeof(WidgetTokenResponse))]
[JsonSerializable(typeof(WidgetSessionResponse))]
[JsonSerializable(typeof(ProblemBody))]
public sealed partial class ProtocolJson : JsonSerializerContext
{
    /// <summary>The same without escaping what JSON allows as it is (Chinese would double in size): for sockets, never for inside a page.</summary>
    public static ProtocolJson Wire => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>A frame as it goes over the wire, of whichever version it is.</summary>
    public static byte[] Write(ClientFrame frame) => frame is ReadLineRequest read
        ? JsonSerializer.SerializeToUtf8Bytes(read, Wire.ReadLineRequest) : JsonSerializer.SerializeToUtf8Bytes(frame, Wire.ClientFrame);

    /// <inheritdoc cref="Write(ClientFrame)"/>
    public static byte[] Write(ServerFrame frame) => frame is ConversationListFrame list
        ? JsonSerializer.SerializeToUtf8Bytes(list, Wire.ConversationListFrame) : JsonSerializer.SerializeToUtf8Bytes(frame, Wire.ServerFrame);
}
