using System.Text.Json;
using Im.Core.Kinds;
using Im.Core.Messages;
using Im.Protocol;

namespace Im.Tests.Messages;

/// <summary>Texts as they go into the store and come out of it.</summary>
internal static class Texts
{
    extension(AppendResult result)
    {
        /// <summary>A line as version 1 sees it.</summary>
        public MessageInfo Message => VersionOne.ToMessage(result.Event);
    }

    extension(RawJson content)
    {
        public string Text => JsonSerializer.Deserialize(content.Utf8.Span, ProtocolJson.Wire.TextContent)!.Text;
    }

    public static NewEvent New(ConversationId conversation, SenderInfo from, Guid? to, string id, string text, long at, string node) =>
        new(conversation, from, to, id, EventKinds.Text, new(ContentOf(text), null, null), at, node);

    public static RawJson ContentOf(string text) => EventKinds.Text.ContentOf(text);
}
