using System.Net;
using System.Threading.RateLimiting;
using Im.Core.Data;
using Im.Core.Limits;
using Im.Protocol;
using Microsoft.Extensions.Options;

namespace Im.Realtime.Limits;

/// <summary>
/// Looks at whoever comes to <c>/ws</c> before anything is asked of Redis: by the gateway or not, from which page, from which address, how often. What the gateway says of
/// address and host is believed of the gateway alone (<see cref="GatewayProof"/>), and of the address what a proxy says that <c>Proxies</c> names. From then on the client's address is the connection's remote one.
/// </summary>
internal sealed class Doorkeeper(GatewayProof proof, KnownGateways gateways, ProxyNetworks proxies, IOptions<LimitOptions> limits, IOptions<DoorOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _connects = PartitionedRateLimiter.Create<string, string>(address => RateLimitPartition.GetTokenBucketLimiter(address, _ => new()
    {
        TokenLimit = (int)limits.Value.Connects.Burst,
        TokensPerPeriod = (int)Math.Max(1, limits.Value.Connects.PerSecond),
        ReplenishmentPeriod = TimeSpan.FromSeconds(1 / Math.Min(1, limits.Value.Connects.PerSecond)),
    }));

    public async ValueTask<Visit> ReceiveAsync(HttpContext context)
    {
        var request = context.Request;
        var (forwarded, scheme, host) = (request.Headers["X-Forwarded-For"].ToString(), request.Headers["X-Forwarded-Proto"].ToString(), request.Headers["X-Forwarded-Host"].ToString());
        var byGateway = await IsByGatewayAsync(request, forwarded, scheme, host);
        if (!byGateway && options.Value.OnlyByGateway)
            return Visit.NotByGateway;
        var isOwn = byGateway ? IsOwnOrigin(request, scheme, host) : request.Headers.Origin.Count == 0;
        if (!isOwn && TicketOf(context) is null)
            return Visit.ForeignOrigin;
        var address = byGateway && IPAddress.TryParse(forwarded, out var client) ? client : proxies.ClientOf(context.Connection.RemoteIpAddress, forwarded);
        if (byGateway)
            gateways.Add(context.Connection.RemoteIpAddress);
        context.Connection.RemoteIpAddress = address;
        using var lease = _connects.AttemptAcquire(AddressKey.Of(address));
        return !lease.IsAcquired ? Visit.TooOften : byGateway && !isOwn ? Visit.OnlyWidgets : Visit.Welcome;
    }

    public void Dispose() => _connects.Dispose();

    /// <summary>What stands behind <see cref="ProtocolLimits.TicketSubProtocol"/>: a browser's WebSocket can send nothing of its own but subprotocols, and an address would be written into logs.</summary>
    public static string? TicketOf(HttpContext context) => context.WebSockets.WebSocketRequestedProtocols
        .FirstOrDefault(name => name.StartsWith(ProtocolLimits.TicketSubProtocol, StringComparison.Ordinal))?[ProtocolLimits.TicketSubProtocol.Length..];

    // Where the secret was never read and cannot be now, a visit counts as one past the gateway.
    private async ValueTask<bool> IsByGatewayAsync(HttpRequest request, string address, string scheme, string host)
    {
        try
        {
            return await proof.IsValidAsync(request.Headers[GatewayProof.Header], address, scheme, host);
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    // Only browsers send Origin, and a page cannot forge it. The page is the gateway's; a node serves none, so a browser that comes by itself comes from somebody else's,
    // unless it has a ticket: the API gives those to the page alone, and with one no cookie is looked at.
    private static bool IsOwnOrigin(HttpRequest request, string scheme, string host) =>
        request.Headers.Origin.Count == 0 || (request.Headers.Origin is [{ } origin] && $"{scheme}://{host}".Equals(origin, StringComparison.OrdinalIgnoreCase));
}

internal enum Visit
{
    Welcome,

    /// <summary>A foreign page, by the gateway, with a ticket: that of a widget alone is good for it.</summary>
    OnlyWidgets,

    NotByGateway,
    ForeignOrigin,
    TooOften,
}

/// <summary>Section <c>Door</c>.</summary>
internal sealed class DoorOptions
{
    /// <summary>Whether connections that did not come by the gateway are refused. Without it programs on the same network may connect to a node itself.</summary>
    public bool OnlyByGateway { get; set; }
}
