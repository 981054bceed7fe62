using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Buffers.Text;
using Im.Protocol;
using Microsoft.Extensions.Options;

namespace Im.Core.Notifications;

/// <summary>
/// Where a push may go. A user says the address, and this server calls it: so https, the usual port, a public address, no redirect. A name is looked up when it is called, and what is called is the
/// address that was looked at: it cannot be another one a moment later.
/// </summary>
public sealed class PushEndpoint(IOptions<PushOptions> options)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

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
    public HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false, // it would be the proxy's address that is looked at
        ActivityHeadersPropagator = null,
        MaxResponseHeadersLength = 16,
        MaxConnectionsPerServer = 32,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = ConnectAsync,
    })
    {
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = 64 * 1024,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = (await Dns.GetHostAddressesAsync(host, cancellationToken)).Where(address => PublicAddress.Is(address) || AllowsLoopback && IPAddress.IsLoopback(address)).ToArray();
        if (addresses.Length == 0)
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The host has no public address.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(ConnectTimeout);
            await socket.ConnectAsync(addresses, port, limit.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
