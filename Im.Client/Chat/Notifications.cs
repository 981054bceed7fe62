using System.Net.Http.Json;
using Im.Client.Http;
using Im.Protocol;

namespace Im.Client.Chat;

/// <summary>
/// Of what the user is told, and where: <see cref="ImClient.Notifications"/>. What the user's other devices set comes as <see cref="SettingsFrame"/> in <see cref="ImClient.FrameReceived"/>, and is in the list of conversations.
/// Methods throw <see cref="ImException"/> with the code of what went wrong.
/// </summary>
public sealed class Notifications
{
    private readonly ImHttp _http;

    internal Notifications(ImHttp http) => _http = http;

    public Task<NotificationSettings> SettingsAsync(CancellationToken cancellationToken = default) => _http.CallAsync(HttpMethod.Get, "/api/me/notifications", null, ProtocolJson.Wire.NotificationSettings, cancellationToken);

    public Task<NotificationSettings> ChangeSettingsAsync(NotificationSettings settings, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Put, "/api/me/notifications", JsonContent.Create(settings, ProtocolJson.Wire.NotificationSettings), ProtocolJson.Wire.NotificationSettings, cancellationToken);

    /// <summary>Mutes, pins, or wants to be told more of a conversation; what is null stays. <see cref="ProblemCodes.TooMany"/>: <see cref="NotificationLimits.MaxPinned"/> are pinned.</summary>
    public Task<ConversationSettings> SetAsync(ConversationId conversation, ConversationSettings settings, CancellationToken cancellationToken = default) =>
        _http.CallAsync(HttpMethod.Put, $"/api/me/conversations/{conversation}", JsonContent.Create(settings, ProtocolJson.Wire.ConversationSettings), ProtocolJson.Wire.ConversationSettings, cancellationToken);

    /// <summary>The servers' public VAPID key, for which a Web Push subscription is made.</summary>
    public async Task<string> PushKeyAsync(CancellationToken cancellationToken = default) => (await _http.CallAsync(HttpMethod.Get, "/api/push/key", null, ProtocolJson.Wire.PushKeyResponse, cancellationToken)).Key;

    /// <summary>From now on this Web Push subscription is pushed to, as long as the session is the user's.</summary>
    public Task SubscribeAsync(PushSubscriptionRequest subscription, CancellationToken cancellationToken = default) =>
        _http.CallAsync<object>(HttpMethod.Put, "/api/push/subscription", JsonContent.Create(subscription, ProtocolJson.Wire.PushSubscriptionRequest), null, cancellationToken);

    public Task UnsubscribeAsync(CancellationToken cancellationToken = default) => _http.CallAsync<object>(HttpMethod.Delete, "/api/push/subscription", null, null, cancellationToken);
}
