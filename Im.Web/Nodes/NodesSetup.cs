using Im.Core.Nodes;
using Im.Core.Presence;
using Im.Protocol;
using Im.Web.Gateway;
using Im.Web.Http;

namespace Im.Web.Nodes;

/// <summary><c>GET /api/nodes</c>: the WebSocket nodes as people and tests want to see them.</summary>
internal static class NodesSetup
{
    public static void MapNodes(this IEndpointRouteBuilder api)
    {
        api.MapGet("/people", ListPeopleAsync)
            .WithSummary("Who is online")
            .WithDescription($"Everybody, on all nodes, up to {ProtocolLimits.MaxPresenceUsers} on a page, in an order of its own; `after` is the `next` of the page before.")
            .WithTags("Nodes")
            .Produces<PeopleResponse>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.Unavailable);
        api.MapGet("/nodes", ListAsync)
            .WithSummary("The WebSocket nodes")
            .WithDescription("Every node with a lease: name, own address, open connections, whether it is given new ones, and where clients may come to it straight.")
            .WithTags("Nodes")
            .WithProblems(ProblemKind.Unavailable);
    }

    private static async Task<IResult> ListPeopleAsync(string? after, IOnlinePeople people, CancellationToken cancellationToken)
    {
        Guid? cursor = Guid.TryParseExact(after, "N", out var id) ? id : null;
        if (after is not null && cursor is null)
            return ProblemKind.BadRequest.Because("`after` is the `next` of the page before.");
        var page = await people.ListAfterAsync(cursor, cancellationToken);
        return TypedResults.Ok(new PeopleResponse(page.Users, page.Online, page.Next?.ToString("N")));
    }

    // A node is live when it says so (it is not draining) and it answers the gateway's probes.
    private static async Task<IReadOnlyList<NodeInfo>> ListAsync(INodeRegistry registry, KnownNodes known, CancellationToken cancellationToken) =>
        [.. (await registry.ListAsync(cancellationToken)).Select(node => node with { Live = node.Live && !known.IsUnhealthy(node.Name, node.Address) })];
}
