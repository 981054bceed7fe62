using System.Net.WebSockets;
using Im.Core.Messages;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Realtime.Node;

namespace Im.Realtime.Connections;

/// <summary>Takes a WebSocket at <c>/ws</c>: whose it is, is settled here, by the session cookie; a client's word counts for nothing.</summary>
internal sealed class SocketEndpoint(ISessionManager sessions, IUserDirectory users, ConnectionLife life, NodeLifecycle lifecycle)
{
    private static readonly WebSocketAcceptContext Accept = new()
    {
        KeepAliveInterval = TimeSpan.FromSeconds(ProtocolLimits.SocketPingSeconds),
        KeepAliveTimeout = TimeSpan.FromSeconds(ProtocolLimits.SocketPongSeconds),
    };

    private static readonly WebSocketAcceptContext AcceptNamed = new()
    {
        KeepAliveInterval = Accept.KeepAliveInterval,
        KeepAliveTimeout = Accept.KeepAliveTimeout,
        SubProtocol = ProtocolLimits.SubProtocol,
    };

    public async Task HandleAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await RefuseAsync(context, StatusCodes.Status426UpgradeRequired, ErrorCodes.BadFrame, "This address speaks WebSocket only.");
        }
        else if (!IsOwnOrigin(context.Request))
            await RefuseAsync(context, StatusCodes.Status403Forbidden, ProblemCodes.CrossSite, "The Origin is not this page's own.");
        else if (!lifecycle.IsServing)
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "The node is starting or draining.");
        else
            await ServeAsync(context);
    }

    private async Task ServeAsync(HttpContext context)
    {
        Session? session;
        UserInfo? user;
        try
        {
            session = context.Request.Cookies[SessionCookie.Name] is { Length: > 0 } token ? await sessions.FindAsync(token) : null;
            user = session?.UserId is { } id ? await users.FindAsync(id) : null;
        }
        catch (Exception e) when (e is SessionsUnavailableException or StoreUnavailableException)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "A server behind the node cannot be reached.");
            return;
        }
        var named = context.WebSockets.WebSocketRequestedProtocols.Contains(ProtocolLimits.SubProtocol);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(named ? AcceptNamed : Accept);
        var stream = ClientStream.Of(context);
        await life.RunAsync(socket, stream, session?.Id, user, context.RequestAborted);
        if (socket.State == WebSocketState.Aborted)
            await stream.DrainAsync();
    }

    // Only browsers send Origin, and a page cannot forge it. The gateway passes the page's host on as X-Forwarded-Host.
    private static bool IsOwnOrigin(HttpRequest request)
    {
        if (request.Headers.Origin is not [{ Length: > 0 } origin])
            return true;
        var host = request.Headers["X-Forwarded-Host"] is [{ Length: > 0 } forwarded] ? forwarded : request.Host.Value;
        return Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, host, StringComparison.OrdinalIgnoreCase);
    }

    private static Task RefuseAsync(HttpContext context, int status, string code, string detail) =>
        Results.Problem(detail, statusCode: status, extensions: new Dictionary<string, object?> { ["code"] = code }).ExecuteAsync(context);
}
