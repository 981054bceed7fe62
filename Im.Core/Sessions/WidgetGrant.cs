using Im.Protocol;

namespace Im.Core.Sessions;

/// <summary>What a widget's session is good for: one conversation, from one page.</summary>
/// <param name="Site">By its id: an origin that was removed and allowed again is another one.</param>
/// <param name="Origin">Of the page, as its browser says it.</param>
public sealed record WidgetGrant(Guid Site, string Origin, ConversationId Conversation)
{
    /// <summary>As a session's hash has it; null for none.</summary>
    internal static WidgetGrant? Parse(string? text) =>
        text?.Split(' ', 3) is [var site, var conversation, var origin] && ConversationId.TryParse(conversation, out var id) ? new(Guid.ParseExact(site, "N"), origin, id) : null;

    public override string ToString() => $"{Site:N} {Conversation} {Origin}";
}
