using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Im.Protocol;
using Lib.Net.Http.WebPush;
using Lib.Net.Http.WebPush.Authentication;
using Microsoft.Extensions.Options;

namespace Im.Core.Notifications;

/// <summary>What became of a push.</summary>
internal enum PushOutcome
{
    Sent,

    /// <summary>The subscription is over.</summary>
    Gone,

    /// <summary>It may be tried again later.</summary>
    Later,

    /// <summary>The push service does not want it, or there is none that we may call.</summary>
    Refused,
}

/// <summary>Encrypts (RFC 8291) and sends a push. Its push service sees neither sender nor text.</summary>
internal sealed class PushSender(NotificationStore store, PushEndpoint endpoints, IOptions<PushOptions> options) : IDisposable
{
    private readonly HttpClient _http = endpoints.CreateClient();
    private VapidAuthentication? _authentication;

    public async Task<PushOutcome> SendAsync(PushTarget target, PushNotification notification, CancellationToken cancellationToken)
    {
        _authentication ??= await AuthenticateAsync(cancellationToken);
        var client = new PushServiceClient(_http) { AutoRetryAfter = false };
        var subscription = new PushSubscription { Endpoint = target.Endpoint };
        subscription.SetKey(PushEncryptionKeyName.P256DH, Base64Url.EncodeToString(target.PublicKey));
        subscription.SetKey(PushEncryptionKeyName.Auth, Base64Url.EncodeToString(target.Auth));
        var message = new PushMessage(JsonSerializer.Serialize(notification, ProtocolJson.Wire.PushNotification))
        {
            TimeToLive = options.Value.KeptSeconds,
            Topic = TopicOf(notification.Conversation, _authentication.PrivateKey),
            Urgency = PushMessageUrgency.High,
        };
        try
        {
            await client.RequestPushMessageDeliveryAsync(subscription, message, _authentication, cancellationToken);
            return PushOutcome.Sent;
        }
        catch (PushServiceClientException refused)
        {
            return refused.StatusCode switch
            {
                HttpStatusCode.NotFound or HttpStatusCode.Gone => PushOutcome.Gone,
                HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => PushOutcome.Later,
                _ => PushOutcome.Refused,
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return PushOutcome.Later;
        }
    }

    // Of what waits at a push service for a browser that is off only the newest of a conversation is kept. Which conversation it is, is nobody's business there.
    private static string TopicOf(ConversationId conversation, string secret) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{conversation}")))[..32];

    private async Task<VapidAuthentication> AuthenticateAsync(CancellationToken cancellationToken)
    {
        var (publicKey, privateKey) = await store.GetKeysAsync(cancellationToken);
        return new(publicKey, privateKey) { Subject = options.Value.Contact };
    }

    public void Dispose()
    {
        _http.Dispose();
        _authentication?.Dispose();
    }
}
