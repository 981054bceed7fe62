using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Im.Protocol;

/// <summary>
/// A JSON object as the bytes it is written in. What an event holds is checked once, when it is posted; from then on, to the store and to every socket, nobody parses it again.
/// </summary>
[JsonConverter(typeof(JsonConverter))]
public readonly record struct RawJson(ReadOnlyMemory<byte> Utf8)
{
    public bool Equals(RawJson other) => Utf8.Span.SequenceEqual(other.Utf8.Span);

    public override int GetHashCode() => Utf8.Length;

    /// <summary>The bytes as an array, without copying where they are one.</summary>
    public byte[] ToArray() => MemoryMarshal.TryGetArray(Utf8, out var part) && part is { Array: { } whole, Offset: 0 } && part.Count == whole.Length ? whole : Utf8.ToArray();

    public override string ToString() => $"{Utf8.Length} bytes"; // never the text: records are printed

    internal sealed class JsonConverter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.StartObject
                ? new(JsonMarshal.GetRawUtf8Value(JsonElement.ParseValue(ref reader)).ToArray()) : throw new JsonException("Content is an object.");

        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) => writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
    }
}
