using System.Text.Json;
using System.Text.Json.Serialization;
using Im.Protocol;

namespace Im.Core.Presence;

/// <summary>The payload of <c>BusKind.Presence</c>: what changed in a node's column. A hint: who cannot use it reads the column.</summary>
/// <param name="Version">The column's after the change.</param>
/// <param name="Guests">The node's connections without a user.</param>
internal sealed record PresenceDelta(string Node, long Version, int Guests)
{
    /// <summary>What is new of the users named; places on that node, 0: none. Null: the whole column is new, or (<see cref="Ended"/>) gone.</summary>
    public IReadOnlyList<OnlineUser>? Users { get; init; }

    /// <summary>The node's lease ended and its column was removed.</summary>
    public bool Ended { get; init; }

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, PresenceJson.Wire.PresenceDelta);

    /// <summary>Null where the bytes are nothing this version knows.</summary>
    public static PresenceDelta? Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return JsonSerializer.Deserialize(utf8, PresenceJson.Wire.PresenceDelta);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PresenceDelta))]
[JsonSerializable(typeof(OnlineUser))]
internal sealed partial class PresenceJson : JsonSerializerContext
{
    /// <summary>Unescaped: it never gets inside a page, and Chinese would double in size.</summary>
    public static PresenceJson Wire => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
