using Im.Core.Limits;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.Extensions.Options;

namespace Im.Web.Gateway;

/// <summary>
/// <c>GET /api/connect</c>: a live node with few connections and a ticket for it, so that the bytes of a connection need not pass this process. Nothing, and the gateway is the way: where no node has an
/// address that this page can use, and without a session.
/// </summary>
internal static class ConnectSetup
{
    private static readonly ConnectResponse ByGateway = new();

    public static void MapConnect(this IEndpointRouteBuilder api) =>
        api.MapGet("/connect", ConnectAsync)
            .WithSummary("A node to connect to")
            .WithDescription("The WebSocket of a live node and a ticket for one connection there; an empty object where `/ws` of this server is the way. `node` asks for a certain one, `avoid` for another one.")
            .WithTags("Nodes")
            .WithCredentials(null, ApiDescription.Session, ApiDescription.Bearer)
            .Produces<ConnectResponse>()
            .WithProblems(ProblemKind.SlowDown, ProblemKind.Unavailable);

    private static async Task<IResult> ConnectAsync(
        string? node, string? avoid, HttpContext context, KnownNodes nodes, ISessionManager sessions, ISharedBuckets buckets, IOptions<LimitOptions> limits, IOptions<Core.Sessions.SessionOptions> options,
        CancellationToken cancellationToken)
    {
        if (CurrentSession.Of(context)?.Session is not { } session || nodes.Choose(context.Request, node, avoid) is not var (chosen, url))
            return TypedResults.Ok(ByGateway);
        if (await buckets.TakeAsync("connects", session.Id, limits.Value.ConnectTickets, 1) is { } wait)
            return (ProblemKind.SlowDown with { RetryAfter = wait }).Because("Too many tickets of this session. The gateway is open.");
        var origin = session.Widget?.Origin ?? $"{context.Request.Scheme}://{context.Request.Host}"; // as the browser says it to the node
        var ticket = await sessions.CreateConnectTicketAsync(session, chosen.Name, origin, cancellationToken);
        return TypedResults.Ok(new ConnectResponse(chosen.Name, url.ToString(), ticket, (int)options.Value.TicketLifetime.TotalSeconds));
    }
}
