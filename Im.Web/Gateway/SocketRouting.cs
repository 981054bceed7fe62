using Im.Web.Http;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Im.Web.Gateway;

/// <summary>
/// Finds a node for a connection: the one asked for with <c>?node=</c> if it is available, else any. When a node refuses the handshake the next one is
/// tried, so that a node's death is not the client's to notice; when none is left the answer is 503. Connections end with this process.
/// </summary>
internal sealed partial class SocketRouting(RequestDelegate next, IHostApplicationLifetime lifetime, SocketAdmission admission, ILogger<SocketRouting> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // The same answers as a node's own.
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsConnect(context.Request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Get;
            await ProblemKind.BadMethod.WriteAsync(context);
            return;
        }
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            context.Response.Headers.SecWebSocketVersion = "13";
            await ProblemKind.UpgradeRequired.WriteAsync(context, "A WebSocket handshake of version 13 is needed.");
            return;
        }

        context.Request.Headers.Upgrade = "websocket"; // also where it was one of several: YARP passes no other on

        using var place = await admission.EnterAsync(context);
        if (place is null)
            return;
        using var stopping = lifetime.ApplicationStopping.Register(context.Abort);
        var proxy = context.GetReverseProxyFeature();
        var candidates = proxy.AvailableDestinations;
        if (context.Request.Query["node"].ToString() is { Length: > 0 } wanted)
        {
            DestinationState[] asked = [.. candidates.Where(candidate => NodeDestinations.NodeOf(candidate.Model.Config) == wanted)];
            if (asked.Length > 0)
                proxy.AvailableDestinations = asked;
        }

        while (candidates.Count > 0)
        {
            await next(context);
            if (context.GetForwarderErrorFeature() is not { } failure || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
                return;
            LogRefused(proxy.ProxiedDestination?.DestinationId, failure.Error, failure.Exception?.Message);

            context.Response.Clear();
            context.Features.Set<IForwarderErrorFeature>(null);
            proxy.AvailableDestinations = candidates = [.. candidates.Where(candidate => candidate != proxy.ProxiedDestination)];
        }
        await ProblemKind.Unavailable.WriteAsync(context, "No node is live. Try again.");
    }

    [LoggerMessage(1, LogLevel.Warning, "Node {Destination} took no connection ({Error}: {Reason}); trying another")]
    private partial void LogRefused(string? destination, ForwarderError error, string? reason);
}
