using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Im.Protocol;

/// <summary>
/// Names a conversation: <c>lobby</c> on the wire for the lobby, a UUID for a direct conversation or a room. A direct conversation's id follows from its
/// two members, so both sides, and two nodes at once, arrive at the same one without asking anybody. A room's is random.
/// </summary>
[JsonConverter(typeof(JsonConverter))]
public readonly record struct ConversationId(Guid Value)
{
    /// <summary>The lobby; in the database it is the all-zero UUID.</summary>
    public static readonly ConversationId Lobby = default;

    public bool IsLobby => Value == Guid.Empty;

    /// <summary>What its id looks like: whether there is such a room is another question.</summary>
    public bool IsRoom => !IsLobby && Value.Version != DirectVersion;

    private const int DirectVersion = 8;

    public static ConversationId NewRoom() => new(Guid.NewGuid());

    /// <summary>The direct conversation of two users, whichever comes first: a UUID version 8 over SHA-256 of both ids in order.</summary>
    public static ConversationId Direct(Guid one, Guid other)
    {
        var (low, high) = one.CompareTo(other) < 0 ? (one, other) : (other, one);
        if (_last.Id == default || _last.Low != low || _last.High != high)
            _last = (low, high, Hash(low, high)); // a send asks for the same one several times
        return new(_last.Id);
    }

    [ThreadStatic]
    private static (Guid Low, Guid High, Guid Id) _last;

    private static Guid Hash(Guid low, Guid high)
    {
        Span<byte> members = stackalloc byte[32];
        low.TryWriteBytes(members, bigEndian: true, out _);
        high.TryWriteBytes(members[16..], bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(members, hash);
        hash[6] = (byte)(hash[6] & 0x0F | 0x80);
        hash[8] = (byte)(hash[8] & 0x3F | 0x80);
        return new(hash[..16], bigEndian: true);
    }

    public static bool TryParse(string? text, out ConversationId id)
    {
        id = default;
        if (text == "lobby")
            return true;
        if (!Guid.TryParseExact(text, "D", out var value) || value == Guid.Empty)
            return false;
        id = new(value);
        return true;
    }

    public override string ToString() => IsLobby ? "lobby" : Value.ToString("D");

    internal sealed class JsonConverter : JsonConverter<ConversationId>
    {
        public override ConversationId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && TryParse(reader.GetString(), out var id)
                ? id : throw new JsonException("A conversation is \"lobby\" or a UUID.");

        public override void Write(Utf8JsonWriter writer, ConversationId value, JsonSerializerOptions options)
        {
            if (value.IsLobby)
                writer.WriteStringValue("lobby"u8);
            else
                writer.WriteStringValue(value.Value);
        }
    }
}
