namespace Im.Protocol;

/// <summary>How many webhooks there may be, and how large.</summary>
public static class WebhookLimits
{
    /// <summary>Of one room, of both kinds.</summary>
    public const int MaxPerRoom = 10;

    public const int MaxNameChars = 64;

    /// <summary>Of an address.</summary>
    public const int MaxAddressChars = 500;

    /// <summary>For how long the secret before signs too.</summary>
    public const int FormerSecretSeconds = 24 * 3_600;

    /// <summary>Shown beside the name of one that posts.</summary>
    public const string Brief = "webhook";

    /// <summary>Before the Base64 of a secret that signs.</summary>
    public const string SecretPrefix = "whsec_";

    /// <summary>Before a secret that posts.</summary>
    public const string TokenPrefix = "imw_";
}

/// <summary>The headers of a request to a webhook, those of Standard Webhooks.</summary>
public static class WebhookHeaders
{
    /// <summary>The same for each attempt at one event.</summary>
    public const string Id = "webhook-id";

    /// <summary>Of the attempt, Unix seconds.</summary>
    public const string Timestamp = "webhook-timestamp";

    /// <summary>One signature or, after a change of the secret, two, with a blank between.</summary>
    public const string Signature = "webhook-signature";

    /// <summary>Of who posts with a webhook: with the same one again the line is stored once.</summary>
    public const string IdempotencyKey = "Idempotency-Key";
}

/// <summary>Why an attempt failed; besides, the status of the answer.</summary>
public static class WebhookFailures
{
    /// <summary>It is none of the internet's.</summary>
    public const string Address = "address";
    public const string Timeout = "timeout";

    /// <summary>No such name, no connection, no TLS, no HTTP.</summary>
    public const string Unreachable = "unreachable";
}

/// <summary>Why a webhook was switched off.</summary>
public static class WebhookEnds
{
    /// <summary>As many attempts at one event failed as there may be.</summary>
    public const string Failing = "failing";

    /// <summary>The receiver answered 410.</summary>
    public const string Gone = "gone";

    /// <summary>More waited than may.</summary>
    public const string Behind = "behind";

    /// <summary>Who made it does not look after the room any more.</summary>
    public const string MakerLeft = "maker_left";
}

/// <param name="Name">What it is called; of one that posts the nickname of its lines.</param>
/// <param name="Address">Where what happens in the room is sent; null for one that posts.</param>
public sealed record CreateWebhookRequest(string Name, string? Address = null);

/// <summary>A webhook of a room, as who looks after the room sees it.</summary>
/// <param name="By">Who made it, or gave it its newest secret.</param>
/// <param name="Created">Unix milliseconds, as all times.</param>
public sealed record WebhookInfo(Guid Id, string Name, SenderInfo By, long Created)
{
    /// <summary>Of one that sends.</summary>
    public string? Address { get; init; }

    /// <summary>Of one that posts: the account that its lines are from.</summary>
    public Guid? User { get; init; }

    /// <summary>Told once, when it is made or gets another.</summary>
    public string? Secret { get; init; }

    /// <summary>One of <see cref="WebhookEnds"/>; null while it is on.</summary>
    public string? Off { get; init; }

    /// <summary>When the receiver took something last.</summary>
    public long? Delivered { get; init; }

    /// <summary>When an attempt failed last.</summary>
    public long? Failed { get; init; }

    /// <summary>Why: one of <see cref="WebhookFailures"/>, or the status of the answer.</summary>
    public string? Failure { get; init; }

    /// <summary>Events that the receiver has not taken yet.</summary>
    public long? Waiting { get; init; }
}

public sealed record WebhookPostRequest(string Text);

/// <summary>A line that was stored.</summary>
public sealed record WebhookPostResponse(ConversationId Conversation, long Seq, long Line, long At, bool Duplicate);
