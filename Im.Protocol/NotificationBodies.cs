namespace Im.Protocol;

/// <summary>Bounds of what tells people of messages.</summary>
public static class NotificationLimits
{
    /// <summary>Browsers of one user that are pushed to. Another one takes the place of the oldest.</summary>
    public const int MaxSubscriptions = 20;

    public const int MaxEndpointChars = 2_048;

    /// <summary>Conversations that one user has pinned.</summary>
    public const int MaxPinned = 20;

    /// <summary>Code points of a message in a push.</summary>
    public const int MaxTextChars = 200;
}

/// <summary>Of which messages of a conversation somebody is told.</summary>
public static class NotifyLevels
{
    public const string All = "all", Mentions = "mentions", Nothing = "nothing";

    /// <summary>As for a conversation of its kind: of a direct one all, else mentions.</summary>
    public const string Default = "default";
}

/// <param name="Text">A push holds what the message says; else only who wrote where.</param>
/// <param name="Quiet">When nobody is told anything; null: never.</param>
public sealed record NotificationSettings(bool Text, QuietHours? Quiet = null);

/// <param name="From">A time of day, such as <c>22:00</c>.</param>
/// <param name="Until">The first minute after; where it is not later than <paramref name="From"/>, of the next day.</param>
/// <param name="Zone">A time zone's IANA name, such as <c>Europe/Berlin</c>.</param>
public sealed record QuietHours(string From, string Until, string Zone);

/// <summary>What one user has set for a conversation. In a request what is left out stays.</summary>
/// <param name="Notify">One of <see cref="NotifyLevels"/>.</param>
/// <param name="Pinned">It stands before the others.</param>
public sealed record ConversationSettings(string? Notify = null, bool? Pinned = null);

/// <param name="Key">The servers' public VAPID key (RFC 8292), base64url: what a browser's subscription is made for.</param>
public sealed record PushKeyResponse(string Key);

/// <summary>A browser's subscription, as <c>PushSubscription.toJSON()</c> has it.</summary>
public sealed record PushSubscriptionRequest(string Endpoint, PushKeys Keys);

/// <param name="P256dh">The browser's public key, an uncompressed point of P-256, base64url.</param>
/// <param name="Auth">16 bytes, base64url.</param>
public sealed record PushKeys(string P256dh, string Auth);

/// <summary>What a push says once the browser has decrypted it.</summary>
/// <param name="Kind">As <see cref="ConversationInfo.Kind"/>.</param>
/// <param name="Line">The message's. Whoever has shown a later one of the conversation shows nothing.</param>
public sealed record PushNotification(ConversationId Conversation, string Kind, long Line, SenderInfo From)
{
    /// <summary>The sender's display name.</summary>
    public string? Name { get; init; }

    /// <summary>A room's.</summary>
    public string? Title { get; init; }

    /// <summary>What it says, cut; null where the user wants no texts in pushes, and of a stranger's request.</summary>
    public string? Text { get; init; }

    /// <summary>True where it names the user. Else null.</summary>
    public bool? Mention { get; init; }
}
