namespace Im.Protocol;

/// <summary>Bounds of the embeddable widget, <c>docs/protocol.md</c>, section 1.</summary>
public static class WidgetLimits
{
    /// <summary>Origins that administrators may allow.</summary>
    public const int MaxSites = 100;

    /// <summary>What a site's server calls somebody, in characters.</summary>
    public const int MaxSubjectChars = 128;

    /// <summary>Of a token, in seconds.</summary>
    public const int MinTokenSeconds = 10, MaxTokenSeconds = 3_600, TokenSeconds = 300;

    /// <summary>Between somebody's name and the label of the site that they come from. No other nickname may have it.</summary>
    public const string LabelMark = " • ";
}

/// <param name="Origin">Such as <c>https://shop.example</c>.</param>
/// <param name="Label">Stands behind the names of those who come from there; a nickname.</param>
/// <param name="Owner">Whose keys may ask for tokens: a nickname. Null: the administrator's own.</param>
public sealed record AddWidgetSiteRequest(string Origin, string Label, string? Owner = null);

/// <param name="Created">Unix milliseconds.</param>
public sealed record WidgetSiteInfo(Guid Id, string Origin, string Label, SenderInfo Owner, long Created);

/// <param name="Origin">Of the page that the token is for.</param>
/// <param name="Conversation">The only one it is good for.</param>
/// <param name="ExpiresInSeconds">By default <see cref="WidgetLimits.TokenSeconds"/>.</param>
public sealed record WidgetTokenRequest(string Origin, WidgetUser User, ConversationId Conversation, int? ExpiresInSeconds = null);

/// <param name="Id">What the site's server calls them: the same for the same person, always.</param>
/// <param name="Name">As the site knows them; cut to a nickname's length.</param>
public sealed record WidgetUser(string Id, string Name);

/// <param name="Token">For the page, once.</param>
/// <param name="User">The account that the person has here.</param>
public sealed record WidgetTokenResponse(string Token, int ExpiresInSeconds, UserInfo User);

/// <param name="Token">A bearer token.</param>
public sealed record WidgetSessionResponse(string Token, int ExpiresInSeconds, UserInfo User, string Session, ConversationId Conversation);
