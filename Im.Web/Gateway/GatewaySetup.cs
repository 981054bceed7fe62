using System.Net;
using Im.Core.Data;
using Im.Web.Http;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Transforms;

namespace Im.Web.Gateway;

/// <summary>
/// <c>/ws</c>: a reverse proxy (YARP) to the WebSocket nodes. <see cref="NodeDestinations"/> says which there are, YARP's probes of each node's
/// <c>/alive</c> which of them answer, <see cref="SocketRouting"/> which of those takes a connection. No node keeps a place by cookie or address:
/// any node serves any session.
/// </summary>
internal static class GatewaySetup
{
    public const string Path = "/ws";
    public const string ClusterId = "nodes";

    // A hung node fails its second probe after at most 1 + 1 + 1 + 1 s.
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1);
    private const int FailedProbes = 2;

    // Far beyond the silence after which a node or a client closes: ends what a vanished machine left behind, never a socket at rest.
    private static readonly TimeSpan SocketSilence = TimeSpan.FromMinutes(5);

    public static IHostApplicationBuilder AddGateway(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SocketAdmission>().AddSingleton<KnownNodes>();
        builder.Services.AddSingleton<IForwarderHttpClientFactory, NodeHttpClientFactory>();
        builder.Services.AddReverseProxy()
            .LoadFromMemory([new RouteConfig { RouteId = "socket", ClusterId = ClusterId, Match = new() { Path = Path } }], [Cluster(new Dictionary<string, DestinationConfig>())])
            .AddTransforms(transforms =>
            {
                // Said by the gateway alone: what a client claims about its way here is dropped.
                transforms.AddXForwarded(ForwardedTransformActions.Set);
                transforms.AddRequestHeaderRemove("Forwarded");
                transforms.AddRequestTransform(ProveAsync);
                // The node compares a browser's Origin with the page's address.
                transforms.AddOriginalHost();
            });
        builder.Services.AddHostedService<NodeDestinations>();
        return builder;
    }

    public static void MapGateway(this WebApplication app) => app.MapReverseProxy(proxy =>
    {
        proxy.UseWebSockets();
        proxy.UseMiddleware<SocketRouting>();
        proxy.UseLoadBalancing();
    }).LimitConnects().DisableHttpMetrics();

    // Without the database or Redis there is no proof: the node then goes by what it sees itself.
    private static async ValueTask ProveAsync(RequestTransformContext context)
    {
        context.ProxyRequest.Headers.Remove(GatewayProof.Header);
        try
        {
            var (proof, request) = (context.HttpContext.RequestServices.GetRequiredService<GatewayProof>(), context.HttpContext.Request);
            if (await proof.CreateAsync($"{context.HttpContext.Connection.RemoteIpAddress}", request.Scheme, request.Host.ToUriComponent()) is { } value)
                context.ProxyRequest.Headers.Add(GatewayProof.Header, value);
        }
        catch (StoreUnavailableException)
        {
        }
    }

    public static ClusterConfig Cluster(IReadOnlyDictionary<string, DestinationConfig> destinations) => new()
    {
        ClusterId = ClusterId,
        Destinations = destinations,
        LoadBalancingPolicy = LoadBalancingPolicies.LeastRequests,
        HttpRequest = new ForwarderRequestConfig { Version = HttpVersion.Version11, ActivityTimeout = SocketSilence },
        HealthCheck = new HealthCheckConfig
        {
            // With every node dead the answer is 503 at once: the default would try the dead ones.
            AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyAndUnknown,
            Active = new ActiveHealthCheckConfig
            {
                Enabled = true,
                Path = HealthEndpoints.LivePath,
                Interval = ProbeInterval,
                Timeout = ProbeTimeout,
                Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
            },
        },
        Metadata = new Dictionary<string, string> { [ConsecutiveFailuresHealthPolicyOptions.ThresholdMetadataName] = $"{FailedProbes}" },
    };
}
