using System.Net;
using System.Net.Sockets;

namespace Im.Core.Outbound;

/// <summary>
/// Clients for addresses that somebody from outside chose, such as a webhook's. They go to public addresses alone. A name is looked up when it is called, and what is called is the address that was
/// looked at: it cannot be another one a moment later. No proxy, redirect, cookie or span has a part in it.
/// </summary>
internal static class OutboundClient
{
    private const int MaxHeadKiB = 16, MaxDrainBytes = 64 * 1024, MaxConnectionsPerHost = 32;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <param name="isAllowed">What may be called besides public addresses.</param>
    /// <param name="timeout">Of a whole request.</param>
    public static HttpClient Create(Func<IPAddress, bool> isAllowed, TimeSpan timeout) => new(new SocketsHttpHandler
    {
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, isAllowed, cancellationToken),
        ConnectTimeout = ConnectTimeout,
        UseProxy = false, // it would be the proxy's address that is looked at
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null, // and no span, as the address may hold a secret
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        MaxConnectionsPerServer = MaxConnectionsPerHost,
        MaxResponseHeadersLength = MaxHeadKiB,
        MaxResponseDrainSize = MaxDrainBytes,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
    })
    { Timeout = timeout, MaxResponseContentBufferSize = MaxDrainBytes };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, Func<IPAddress, bool> isAllowed, CancellationToken cancellationToken)
    {
        var found = IPAddress.TryParse(host.Host, out var number) ? [number] : await Dns.GetHostAddressesAsync(host.Host, cancellationToken);
        var allowed = Array.FindAll(found, address => PublicAddress.Is(address) || isAllowed(address));
        if (allowed.Length == 0)
            throw new AddressRefusedException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, host.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>Within what a request throws.</summary>
internal sealed class AddressRefusedException() : Exception("The address is none of the internet's.")
{
    public static bool IsIn(Exception exception) => exception is AddressRefusedException || exception.InnerException is { } inner && IsIn(inner);
}
