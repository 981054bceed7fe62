using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Im.Protocol;

namespace Im.Tests.Protocol;

/// <summary>The files in <c>Im.Protocol/Golden</c> are what the C# and the TypeScript client agree on: each is read and written again without a difference.</summary>
public sealed class GoldenTests
{
    private static readonly Dictionary<string, JsonTypeInfo> HttpBodies = new()
    {
        ["login-request"] = ProtocolJson.Wire.LoginRequest,
        ["login-response"] = ProtocolJson.Wire.LoginResponse,
        ["me-response"] = ProtocolJson.Wire.MeResponse,
        ["brief-request"] = ProtocolJson.Wire.BriefRequest,
        ["user"] = ProtocolJson.Wire.UserInfo,
        ["ticket-response"] = ProtocolJson.Wire.TicketResponse,
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
        ["people-response"] = ProtocolJson.Wire.PeopleResponse,
        ["audit"] = ProtocolJson.Wire.IReadOnlyListAuditInfo,
        ["problem"] = ProtocolJson.Wire.ProblemBody,
    };

    public static TheoryData<string> Files => [.. GoldenFiles().Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Files))]
    public void A_golden_file_is_read_and_written_again_without_a_difference(string file)
    {
        var json = File.ReadAllBytes(Path.Combine(Folder, file));
        var written = file.Split('.') switch
        {
            ["client", ..] => WriteAgain(ReadClientFrame(json)),
            ["node", ..] => WriteAgain(Assert.IsAssignableFrom<ServerFrame>(ServerFrameReader.Read(json))),
            ["http", var body, ..] => JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(json, HttpBodies[body]), HttpBodies[body]),
            _ => throw new InvalidOperationException($"{file} is named neither client.*, node.* nor http.*"),
        };
        Assert.True(
            JsonElement.DeepEquals(JsonDocument.Parse(json).RootElement, JsonDocument.Parse(written).RootElement),
            $"{file} came back as {System.Text.Encoding.UTF8.GetString(written)}");
    }

    [Fact]
    public void Every_frame_type_and_every_http_body_has_a_golden_file()
    {
        var expected = Discriminators<ClientFrame>().Select(t => $"client.{t}").Concat(Discriminators<ServerFrame>().Select(t => $"node.{t}")).Concat(HttpBodies.Keys.Select(b => $"http.{b}"));
        var found = GoldenFiles().Select(file => string.Join('.', file.Split('.')[..2])).ToHashSet();
        Assert.DoesNotContain(expected, name => !found.Contains(name));
    }

    [Fact]
    public void Every_property_of_a_record_is_named_in_the_protocol_page()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "protocol.md"));
        var frames = Derived<ClientFrame>().Concat(Derived<ServerFrame>()).Select(d => ProtocolJson.Wire.GetTypeInfo(d.DerivedType)!);
        Type[] parts = [typeof(MessageInfo), typeof(SenderInfo), typeof(UserInfo), typeof(OnlineUser), typeof(ConversationSummary), typeof(LimitsInfo), typeof(LobbyInfo), typeof(ViaInfo), typeof(NodeInfo), typeof(SessionInfo), typeof(AuditInfo)];
        var names = frames.Concat(HttpBodies.Values).Concat(parts.Select(p => ProtocolJson.Wire.GetTypeInfo(p)!)).SelectMany(info => info.Properties).Select(p => p.Name).Distinct();
        Assert.DoesNotContain(names, name => !page.Contains($"\"{name}\"") && !page.Contains($"`{name}`"));
    }

    [Fact]
    public void A_frame_of_a_newer_node_is_read_without_what_is_unknown()
    {
        Assert.Null(ServerFrameReader.Read("""{"type":"weather","sun":true}"""u8));
        var pong = Assert.IsType<PongFrame>(ServerFrameReader.Read("""{"later":{"type":"x"},"type":"pong","time":7}"""u8));
        Assert.Equal(7, pong.Time);
    }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    private static IEnumerable<string> GoldenFiles() => Directory.EnumerateFiles(Folder, "*.json").Select(path => Path.GetFileName(path));

    private static ClientFrame ReadClientFrame(byte[] json)
    {
        var (frame, error) = ClientFrameReader.Read(json, 1);
        Assert.Null(error);
        return frame!;
    }

    private static byte[] WriteAgain(ClientFrame frame) => JsonSerializer.SerializeToUtf8Bytes(frame, ProtocolJson.Wire.ClientFrame);

    private static byte[] WriteAgain(ServerFrame frame) => JsonSerializer.SerializeToUtf8Bytes(frame, ProtocolJson.Wire.ServerFrame);

    private static IEnumerable<JsonDerivedTypeAttribute> Derived<T>() => typeof(T).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false).Cast<JsonDerivedTypeAttribute>();

    private static IEnumerable<object> Discriminators<T>() => Derived<T>().Select(d => d.TypeDiscriminator!);
}
