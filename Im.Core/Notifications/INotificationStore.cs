using Im.Core.Data;
using Im.Protocol;

namespace Im.Core.Notifications;

/// <summary>Of what users want to be told, and where. Every method throws <see cref="StoreUnavailableException"/> when the database cannot be reached.</summary>
public interface INotificationStore
{
    Task<NotificationSettings> GetAsync(Guid userId, CancellationToken cancellationToken = default);

    /// <param name="settings">Checked: see <see cref="QuietTimes.TryParse"/>.</param>
    Task SetAsync(Guid userId, NotificationSettings settings, CancellationToken cancellationToken = default);

    /// <summary>Sets what is not null for one conversation.</summary>
    /// <returns>What holds now; null where it is not the user's, or nothing was said in it yet.</returns>
    /// <exception cref="TooManyPinnedException">It would be more than <see cref="NotificationLimits.MaxPinned"/>.</exception>
    Task<ConversationSettings?> SetAsync(Guid userId, ConversationId conversation, ConversationSettings settings, CancellationToken cancellationToken = default);

    /// <summary>From now on this browser is pushed to, as this session's. What the session had before goes, and beyond <see cref="NotificationLimits.MaxSubscriptions"/> the user's oldest.</summary>
    /// <returns>False where this endpoint is there with other keys: who says it now is not the browser that has it.</returns>
    Task<bool> SubscribeAsync(Guid userId, string sessionId, PushTarget target, CancellationToken cancellationToken = default);

    Task UnsubscribeAsync(string sessionId, CancellationToken cancellationToken = default);

    /// <summary>The user's, oldest first.</summary>
    Task<IReadOnlyList<PushTarget>> ListAsync(Guid userId, CancellationToken cancellationToken = default);

    /// <summary>The public VAPID key, base64url. Made with the private one when it is asked for first.</summary>
    Task<string> GetPublicKeyAsync(CancellationToken cancellationToken = default);
}

/// <param name="PublicKey">The browser's, an uncompressed point of P-256.</param>
/// <param name="Auth">16 bytes.</param>
public sealed record PushTarget(string Endpoint, byte[] PublicKey, byte[] Auth)
{
    internal byte[] Hash => field ??= System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Endpoint));

    internal string SessionId { get; init; } = "";
}

public sealed class TooManyPinnedException() : Exception("So many conversations are pinned already.");
