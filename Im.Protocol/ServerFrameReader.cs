using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Im.Protocol;

/// <summary>Reads a node's frame; a client's half of <see cref="ClientFrameReader"/>.</summary>
public static class ServerFrameReader
{
    private static readonly FrozenDictionary<string, JsonTypeInfo>[] Versions = ProtocolVersions.ReadAs<ServerFrame>();

    /// <param name="version">Of the protocol, as the connection negotiated it.</param>
    /// <returns>The frame, or null for a type this version does not know: a newer node's, to be ignored.</returns>
    /// <exception cref="JsonException">Not a frame, or a field is missing or of the wrong type.</exception>
    public static ServerFrame? Read(ReadOnlySpan<byte> utf8, int version) =>
        ReadType(utf8) is { } type && Versions[version - 1].TryGetValue(type, out var info) ? (ServerFrame?)JsonSerializer.Deserialize(utf8, info) : null;

    private static string? ReadType(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 2 * ProtocolLimits.MaxJsonDepth });
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
