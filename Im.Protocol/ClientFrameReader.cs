using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Im.Protocol;

/// <summary>Reads a client's frame. Whatever the bytes are, the outcome is a frame or a coded error, never an exception.</summary>
public static class ClientFrameReader
{
    private const int MaxStackChars = 256;

    private static readonly FrozenDictionary<string, JsonTypeInfo>[] Versions = ProtocolVersions.ReadAs<ClientFrame>();

    /// <param name="version">Of the protocol, as the connection negotiated it: each has frames that the other does not know.</param>
    /// <returns>The frame, or an error with the frame's id where that could be read.</returns>
    public static (ClientFrame? Frame, ErrorFrame? Error) Read(ReadOnlySpan<byte> utf8, int version)
    {
        string? id = null;
        try
        {
            if (!TryReadHead(utf8, out var type, out id))
                return (null, new(ErrorCodes.BadFrame, "A frame has a string \"type\"; its \"id\", if any, is a string of 1 to 64 characters.") { Id = id });
            if (!Versions[version - 1].TryGetValue(type!, out var info))
                return (null, new(ErrorCodes.UnknownType, "There is no such frame type.") { Id = id });
            return ((ClientFrame?)JsonSerializer.Deserialize(utf8, info), null);
        }
        catch (MalformedJsonException)
        {
            return (null, new(ErrorCodes.BadJson, "Not a JSON object, or nested too deep, or text that is not valid Unicode.") { Id = id });
        }
        catch (JsonException)
        {
            return (null, new(ErrorCodes.BadFrame, "A field is missing, given twice or of the wrong type.") { Id = id });
        }
    }

    // Walks the whole frame once, so that what fails after this is about fields and not about syntax.
    private static bool TryReadHead(ReadOnlySpan<byte> utf8, out string? type, out string? id)
    {
        type = id = null;
        var (valid, typeSeen) = (true, false);
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = ProtocolLimits.MaxJsonDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new MalformedJsonException();
            Span<char> some = stackalloc char[MaxStackChars];
            while (reader.Read())
            {
                if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.String))
                    continue;
                CheckText(ref reader, some);
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                    continue;
                var isType = reader.ValueTextEquals("type"u8);
                if (!isType && !reader.ValueTextEquals("id"u8))
                    continue;
                reader.Read();
                var value = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                if (isType)
                {
                    valid &= !typeSeen; // the serialiser sees each field's second coming, but not the type's
                    (type, typeSeen) = (value, true);
                }
                else if (value is { Length: >= 1 and <= ProtocolLimits.MaxIdChars })
                    id = value;
                else if (reader.TokenType != JsonTokenType.Null)
                    valid = false;
            }
            return valid && type is not null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new MalformedJsonException(); // InvalidOperationException: a string with a lone surrogate
        }
    }

    // Throws where it is no text. No string is made of what is read again later.
    private static void CheckText(ref Utf8JsonReader reader, scoped Span<char> some)
    {
        if (reader.ValueSpan.Length <= some.Length)
            reader.CopyString(some);
        else
            reader.GetString();
    }

    private sealed class MalformedJsonException : Exception;
}
