using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Client;

/// <summary>Reads what an event holds.</summary>
public static class EventContents
{
    extension(EventFrame source)
    {
        /// <summary>What a text says. Null for any other kind, also an edit; and for a text that, by the time it was read, was recalled or edited.</summary>
        public string? Text => source.Kind == KindNames.Text ? source.ContentAs(ProtocolJson.Wire.TextContent)?.Text : null;

        /// <summary>The content; null where there is none, and where it is none of these.</summary>
        /// <param name="json">Of <see cref="ProtocolJson.Wire"/>, or the application's own.</param>
        public T? ContentAs<T>(JsonTypeInfo<T> json) where T : class
        {
            try
            {
                return source.Content is { } content ? JsonSerializer.Deserialize(content.Utf8.Span, json) : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}
