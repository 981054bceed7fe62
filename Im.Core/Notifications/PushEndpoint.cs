using System.Net;
using System.Security.Cryptography;
using System.Buffers.Text;
using Im.Core.Outbound;
using Im.Protocol;
using Microsoft.Extensions.Options;

namespace Im.Core.Notifications;

/// <summary>
/// Where a push may go. A user says the address, and this server calls it: so https, the usual port, a public address (<see cref="OutboundClient"/>).
/// </summary>
public sealed class PushEndpoint(IOptions<PushOptions> options)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private bool AllowsLoopback => options.Value.AllowLoopback;

    /// <summary>Null where it is none that may be pushed to.</summary>
    public PushTarget? Parse(PushSubscriptionRequest request) =>
        IsAllowed(request.Endpoint) && Bytes(request.Keys.P256dh, 65) is [4, ..] key && IsOnCurve(key) && Bytes(request.Keys.Auth, 16) is { } auth ? new(request.Endpoint, key, auth) : null;

    private bool IsAllowed(string endpoint)
    {
        if (endpoint.Length > NotificationLimits.MaxEndpointChars || !endpoint.All(char.IsAscii) || endpoint.Any(char.IsControl) || !Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            return false;
        var isAddress = IPAddress.TryParse(uri.IdnHost, out var address);
        if (AllowsLoopback && isAddress && IPAddress.IsLoopback(address!) && uri.Scheme is "http" or "https")
            return true;
        return uri is { Scheme: "https", IsDefaultPort: true } && (isAddress ? PublicAddress.Is(address!) : uri.IdnHost.Contains('.'));
    }

    private static byte[]? Bytes(string text, int length)
    {
        if (text.Length > 2 * length || !Base64Url.IsValid(text, out var decoded) || decoded != length)
            return null;
        return Base64Url.DecodeFromChars(text);
    }

    private static bool IsOnCurve(byte[] point)
    {
        try
        {
            using var key = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = point[1..33], Y = point[33..] } });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>A client that goes nowhere else, whatever it is asked for.</summary>
    internal HttpClient CreateClient() => OutboundClient.Create(address => AllowsLoopback && IPAddress.IsLoopback(address), Timeout);
}
