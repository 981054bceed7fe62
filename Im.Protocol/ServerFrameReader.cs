using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Im.Protocol;

/// <summary>Reads a node's frame; a client's half of <see cref="ClientFrameReader"/>.</summary>
public static class ServerFrameReader
{
    private static readonly FrozenDictionary<string, JsonTypeInfo> Types = new Dictionary<string, JsonTypeInfo>
    {
        ["hello"] = ProtocolJson.Default.HelloFrame,
        ["ready"] = ProtocolJson.Default.ReadyFrame,
        ["event"] = ProtocolJson.Default.EventFrame,
        ["lines"] = ProtocolJson.Default.LinesFrame,
        ["events"] = ProtocolJson.Default.EventsFrame,
        ["seen"] = ProtocolJson.Default.SeenFrame,
        ["message"] = ProtocolJson.Default.MessageFrame,
        ["ack"] = ProtocolJson.Default.AckFrame,
        ["history"] = ProtocolJson.Default.HistoryFrame,
        ["conversations"] = ProtocolJson.Default.ConversationsFrame,
        ["people"] = ProtocolJson.Default.PeopleFrame,
        ["presence"] = ProtocolJson.Default.PresenceFrame,
        ["session"] = ProtocolJson.Default.SessionFrame,
        ["read"] = ProtocolJson.Default.ReadFrame,
        ["typing"] = ProtocolJson.Default.TypingFrame,
        ["removed"] = ProtocolJson.Default.RemovedFrame,
        ["announcement"] = ProtocolJson.Default.AnnouncementFrame,
        ["move"] = ProtocolJson.Default.MoveFrame,
        ["pong"] = ProtocolJson.Default.PongFrame,
        ["error"] = ProtocolJson.Default.ErrorFrame,
    }.ToFrozenDictionary();

    /// <returns>The frame, or null for a type this version does not know: a newer node's, to be ignored.</returns>
    /// <exception cref="JsonException">Not a frame, or a field is missing or of the wrong type.</exception>
    public static ServerFrame? Read(ReadOnlySpan<byte> utf8) =>
        ReadType(utf8) is { } type && Types.TryGetValue(type, out var info) ? (ServerFrame?)JsonSerializer.Deserialize(utf8, info) : null;

    private static string? ReadType(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = ProtocolLimits.MaxJsonDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A frame is a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isType)
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new JsonException("A frame's type is a string.");
            reader.Skip();
        }
        throw new JsonException("A frame has a type.");
    }
}
