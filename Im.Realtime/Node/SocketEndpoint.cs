using System.Net.WebSockets;
using Im.Core.Data;
using Im.Core.Limits;
using Im.Core.Messages;
using Im.Core.Nodes;
using Im.Core.Sessions;
using Im.Core.Widgets;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Limits;
using Im.ServiceDefaults.Connections;

namespace Im.Realtime.Node;

/// <summary>Takes a WebSocket at <c>/ws</c>: whose it is, is settled here, by a ticket, a bearer token or the session cookie; a client's word counts for nothing.</summary>
internal sealed class SocketEndpoint(
    NodeIdentity node, ISessionManager sessions, IUserDirectory users, ConnectionLife life, NodeLifecycle lifecycle, Doorkeeper door, SessionCookie cookie, ConnectionCounts counts, ProxyNetworks proxies, IWidgetSites sites)
{
    private const string BearerScheme = "Bearer ";

    // Pings are the SilenceWatch's.
    private static readonly WebSocketAcceptContext Accept = new() { KeepAliveInterval = Timeout.InfiniteTimeSpan };

    private static readonly WebSocketAcceptContext AcceptOne = new() { KeepAliveInterval = Timeout.InfiniteTimeSpan, SubProtocol = ProtocolLimits.SubProtocolOne };
    private static readonly WebSocketAcceptContext AcceptTwo = new() { KeepAliveInterval = Timeout.InfiniteTimeSpan, SubProtocol = ProtocolLimits.SubProtocol };

    public async Task HandleAsync(HttpContext context)
    {
        // The same answers as the gateway's.
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsConnect(context.Request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Get;
            await HttpRefusal.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, ProblemCodes.BadRequest, "This address does not take this method.");
            return;
        }
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            context.Response.Headers.SecWebSocketVersion = "13";
            await HttpRefusal.WriteAsync(context, StatusCodes.Status426UpgradeRequired, ProblemCodes.BadRequest, "A WebSocket handshake of version 13 is needed.");
            return;
        }
        if (!lifecycle.IsServing)
        {
            await HttpRefusal.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "The node is starting or draining.");
            return;
        }
        switch (await door.ReceiveAsync(context))
        {
            case Visit.OnlyWidgets:
                await AdmitAsync(context, onlyWidgets: true);
                break;
            case Visit.NotByGateway:
                await HttpRefusal.WriteAsync(context, StatusCodes.Status403Forbidden, ProblemCodes.Forbidden, "This node takes connections by the gateway only.");
                break;
            case Visit.ForeignOrigin:
                await HttpRefusal.WriteAsync(context, StatusCodes.Status403Forbidden, ProblemCodes.CrossSite, "The Origin is not this page's own.");
                break;
            case Visit.TooOften:
                context.Response.Headers.RetryAfter = "1";
                await HttpRefusal.WriteAsync(context, StatusCodes.Status429TooManyRequests, ProblemCodes.SlowDown, "Too many connections from this address.");
                break;
            default:
                await AdmitAsync(context, onlyWidgets: false);
                break;
        }
    }

    private async Task AdmitAsync(HttpContext context, bool onlyWidgets)
    {
        var room = counts.TryEnter(proxies.OwnerOf(context.Connection.RemoteIpAddress), context.FindPlainPlace(), out var place);
        using (place)
            if (place is not null)
                await ServeAsync(context, place, onlyWidgets);
            else if (room == Room.OwnerIsFull)
                await RefuseFullAsync(context, StatusCodes.Status429TooManyRequests, ProblemCodes.SlowDown, "This address has as many open connections as it may have.");
            else
                await RefuseFullAsync(context, StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "This node has as many open connections as it may have.");
    }

    private async Task ServeAsync(HttpContext context, SocketPlace place, bool onlyWidgets)
    {
        Session? session;
        UserInfo? user;
        try
        {
            if (Doorkeeper.TicketOf(context) is { } connectTicket && connectTicket.StartsWith(ProtocolLimits.ConnectTicketPrefix, StringComparison.Ordinal))
            {
                var grant = await sessions.RedeemConnectTicketAsync(connectTicket, node.Name);
                if (grant is null)
                {
                    await HttpRefusal.WriteAsync(context, StatusCodes.Status401Unauthorized, ErrorCodes.BadTicket, "The ticket is used, expired, another node's, or its session is not what it was.");
                    return;
                }
                if (context.Request.Headers.Origin is { Count: > 0 } origin && !(origin is [{ } one] && one.Equals(grant.Origin, StringComparison.OrdinalIgnoreCase)))
                {
                    await HttpRefusal.WriteAsync(context, StatusCodes.Status403Forbidden, ProblemCodes.CrossSite, "The ticket was given to another page.");
                    return;
                }
                session = grant.Session;
            }
            else if (Doorkeeper.TicketOf(context) is { } ticket)
            {
                session = await sessions.RedeemTicketAsync(ticket);
                if (session?.UserId is null)
                {
                    await HttpRefusal.WriteAsync(context, StatusCodes.Status401Unauthorized, ErrorCodes.BadTicket, "The ticket is used, expired or was never given.");
                    return;
                }
            }
            else if (context.Request.Headers.Authorization is { Count: > 0 } credentials)
            {
                session = credentials is [{ } one] && one.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase) ? await sessions.FindBearerAsync(one[BearerScheme.Length..]) : null;
                if (session is null)
                {
                    // A program that believes to be somebody must not go on as a guest.
                    await HttpRefusal.WriteAsync(context, StatusCodes.Status401Unauthorized, ProblemCodes.NotLoggedIn, "The token ran out, or was revoked.");
                    return;
                }
            }
            else
                session = (await cookie.FindAsync(sessions, context.Request.Headers.Cookie, isHttps: null))?.Session;
            if (!await MayComeFromAsync(context, session?.Widget, onlyWidgets))
            {
                await HttpRefusal.WriteAsync(context, StatusCodes.Status403Forbidden, ProblemCodes.CrossSite, "The Origin is not this page's own.");
                return;
            }
            user = session?.UserId is { } id ? await users.FindAsync(id) : null;
        }
        catch (Exception e) when (e is SessionsUnavailableException or StoreUnavailableException)
        {
            await HttpRefusal.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "A server behind the node cannot be reached.");
            return;
        }
        if (user is null && session?.Widget is not null)
        {
            await HttpRefusal.WriteAsync(context, StatusCodes.Status401Unauthorized, ProblemCodes.NotLoggedIn, "The account is gone.");
            return;
        }
        if (!place.TryBecome(user is null ? null : $"{user.Id:N}"))
        {
            await RefuseFullAsync(context, StatusCodes.Status429TooManyRequests, ProblemCodes.SlowDown, "This user has as many open connections as there may be.");
            return;
        }
        var offered = context.WebSockets.WebSocketRequestedProtocols;
        var version = offered.Contains(ProtocolLimits.SubProtocol) ? 2 : 1;
        if (version == 1 && session?.Widget is not null)
        {
            await HttpRefusal.WriteAsync(context, StatusCodes.Status400BadRequest, ProblemCodes.BadRequest, "A widget speaks version 2.");
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync(version == 2 ? AcceptTwo : offered.Contains(ProtocolLimits.SubProtocolOne) ? AcceptOne : Accept);
        var stream = ClientStream.Of(context);
        context.Request.Headers.Clear(); // nobody reads them again, and they would be kept as long as the connection
        await life.RunAsync(socket, stream, session?.Id, user, place, version, session?.Widget);
        stream.Finish();
        if (socket.State == WebSocketState.Aborted)
            await stream.DrainAsync();
    }

    // What a widget's session opens comes from the page that it is for, whichever way; and what comes from a foreign page by the gateway is a widget's.
    private async ValueTask<bool> MayComeFromAsync(HttpContext context, WidgetGrant? widget, bool onlyWidgets) =>
        widget is null ? !onlyWidgets : context.Request.Headers.Origin is [{ } origin] && origin == widget.Origin && await sites.IsAllowedAsync(widget.Site, context.RequestAborted);

    private static Task RefuseFullAsync(HttpContext context, int status, string code, string detail)
    {
        context.Response.Headers.RetryAfter = "5";
        return HttpRefusal.WriteAsync(context, status, code, detail);
    }
}
