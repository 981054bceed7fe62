using Im.Core.Data;
using Im.Core.Widgets;
using Im.Protocol;
using Im.Web.Gateway;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.Net.Http.Headers;

namespace Im.Web.Widgets;

/// <summary>
/// What pages of allowed origins may ask for, and nothing else: five addresses with a token of their own, without cookies, and the socket with a ticket. Everybody else from elsewhere is refused
/// as if there were no widget.
/// </summary>
internal sealed class WidgetCors(IWidgetSites sites)
{
    public const string SessionsPath = HttpSetup.ApiPath + "/widget/sessions";

    private const string AllowedHeaders = "authorization, content-type, x-im";

    /// <summary>How long a browser need not ask again, in seconds. What it then sends is looked at all the same.</summary>
    private const string MaxAge = "600";

    private static readonly HashSet<(string Method, string Path)> Requests =
    [
        (HttpMethods.Post, SessionsPath), (HttpMethods.Get, $"{HttpSetup.ApiPath}/me"), (HttpMethods.Get, $"{HttpSetup.ApiPath}/connect"),
        (HttpMethods.Post, $"{HttpSetup.ApiPath}/ticket"), (HttpMethods.Post, $"{HttpSetup.ApiPath}/tokens/renew"),
    ];

    /// <summary>Whether a widget's session may ask for this.</summary>
    public static bool IsOpen(HttpRequest request) => Requests.Contains((request.Method, request.Path.Value ?? ""));

    /// <summary>A request with a foreign <c>Origin</c>: true where it goes on, or was answered, being a preflight.</summary>
    public async Task<bool> AdmitsAsync(HttpContext context, string origin)
    {
        var request = context.Request;
        if (request.Path.StartsWithSegments(GatewaySetup.Path))
            return HttpMethods.IsGet(request.Method) && HasTicket(context) && await IsAllowedAsync(origin, context.RequestAborted);
        var isPreflight = HttpMethods.IsOptions(request.Method);
        var asked = isPreflight ? request.Headers.AccessControlRequestMethod.ToString() : request.Method;
        // With `Authorization` no cookie is looked at.
        if (!Requests.Contains((asked, request.Path.Value ?? "")) || !isPreflight && Bearer.Of(request) is null || !await IsAllowedAsync(origin, context.RequestAborted))
            return false;
        context.Features.Set(new ForeignPage());
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.Vary = HeaderNames.Origin;
        if (isPreflight)
        {
            headers.AccessControlAllowMethods = asked;
            headers.AccessControlAllowHeaders = AllowedHeaders;
            headers.AccessControlMaxAge = MaxAge;
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
            headers.AccessControlExposeHeaders = HeaderNames.RetryAfter;
        return true;
    }

    private async ValueTask<bool> IsAllowedAsync(string origin, CancellationToken cancellationToken)
    {
        try
        {
            return await sites.FindAsync(origin, cancellationToken) is not null;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    private static bool HasTicket(HttpContext context) => context.Request.Headers.SecWebSocketProtocol.ToString().Split(',', StringSplitOptions.TrimEntries)
        .Any(name => name.StartsWith(ProtocolLimits.TicketSubProtocol, StringComparison.Ordinal));
}

/// <summary>The request is from a page of an allowed origin: a widget's session alone is good for it.</summary>
internal sealed class ForeignPage;
