using System.Globalization;
using Im.Protocol;

namespace Im.Core.Messages;

/// <summary>A place in the list of a user's conversations: after the one it names, as that was when it was listed. Clients take it as opaque; what it says is checked, and it shows nobody else's list.</summary>
/// <param name="LastMessageMicros">Unix microseconds.</param>
public sealed record ConversationCursor(bool Written, long LastMessageMicros, ConversationId Conversation)
{
    private const int MaxChars = 64;

    public static bool TryParse(string text, out ConversationCursor? cursor)
    {
        cursor = text.Length <= MaxChars && text.Split('-') is [var written, var micros, var id] && (written is "0" or "1")
            && long.TryParse(micros, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= DateTimeOffset.MaxValue.ToUnixMicroseconds() && Guid.TryParseExact(id, "N", out var guid)
                ? new(written == "1", at, new(guid)) : null;
        return cursor is not null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Written ? 1 : 0)}-{LastMessageMicros}-{Conversation.Value:N}");
}
