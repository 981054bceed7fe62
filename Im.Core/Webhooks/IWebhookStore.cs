using Im.Core.Data;
using Im.Core.Rooms;
using Im.Protocol;

namespace Im.Core.Webhooks;

/// <summary>
/// The webhooks of rooms. Who looks after a room makes, lists and removes them, and one works while who made it looks after the room.
/// Every method throws <see cref="StoreUnavailableException"/> when the database cannot be reached.
/// </summary>
public interface IWebhookStore
{
    /// <summary>One that sends what happens in the room from here on, or one that posts: then its account is made, and joins.</summary>
    Task<WebhookResult> AddAsync(ConversationId room, SenderInfo by, NewWebhook hook, CancellationToken cancellationToken = default);

    /// <summary>In the order in which they were made. Null for who does not look after the room.</summary>
    Task<IReadOnlyList<WebhookInfo>?> ListAsync(ConversationId room, Guid user, CancellationToken cancellationToken = default);

    /// <summary>Those that somebody made, with their rooms.</summary>
    Task<IReadOnlyList<(ConversationId Room, WebhookInfo Webhook)>> ListOfAsync(Guid by, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives it another secret, and switches it on: it is from now on who did that who answers for it. Of one that sends, the secret before signs too for <see cref="WebhookLimits.FormerSecretSeconds"/>;
    /// of one that posts it is worth nothing at once. What waited is sent, unless it is more than may wait.
    /// </summary>
    Task<WebhookResult> RenewAsync(ConversationId room, SenderInfo by, Guid hook, Func<bool, byte[]> newSecret, CancellationToken cancellationToken = default);

    /// <summary>After it nothing more is sent, but for a request that is under way, and nothing more is posted.</summary>
    Task<RoomResult> RemoveAsync(ConversationId room, SenderInfo by, Guid hook, CancellationToken cancellationToken = default);

    /// <summary>Of an account that is being deleted: the webhooks it made go.</summary>
    /// <param name="by">As it is called from now on.</param>
    /// <returns>What their rooms say of it: stored, to be published.</returns>
    Task<IReadOnlyList<EventFrame>> RemoveAllOfAsync(SenderInfo by, CancellationToken cancellationToken = default);

    /// <summary>One that posts; null where there is none of this id.</summary>
    Task<PostingWebhook?> FindPostingAsync(Guid hook, CancellationToken cancellationToken = default);
}

/// <param name="Secret">As it is stored: see <see cref="WebhookRow.Secret"/>.</param>
/// <param name="Program">Of one that posts; then there is no address.</param>
public sealed record NewWebhook(string Name, string? Address, byte[] Secret, NewProgram? Program);

/// <summary>An account for a webhook: its name is nobody else's.</summary>
/// <param name="Key">What its nickname is compared by, and <paramref name="Skeleton"/> what look-alikes have in common.</param>
public sealed record NewProgram(string Nickname, string Key, string Skeleton);

/// <param name="Events">Stored, to be published.</param>
public sealed record WebhookResult(RoomRefusal? Refusal, WebhookInfo? Webhook, IReadOnlyList<EventFrame> Events)
{
    public static implicit operator WebhookResult(RoomRefusal refusal) => new(refusal, null, []);
}

/// <param name="Hash">The SHA-256 of its secret.</param>
/// <param name="IsOn">Who made it looks after the room.</param>
public sealed record PostingWebhook(ConversationId Room, Guid By, Guid User, byte[] Hash, bool IsOn);
