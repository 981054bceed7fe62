using Im.Web.Sessions;
using Im.Web.Widgets;

namespace Im.Web.Http;

/// <summary>
/// Keeps other sites out, whatever the browser sends along for them, but for the widget of those that are allowed (<see cref="WidgetCors"/>). Where there is an <c>Origin</c> it must be this one (the API and the socket), and what
/// changes something must carry <c>X-Im</c>, which a form cannot and a foreign script may not, or <c>Authorization</c>, of which the same is true, and with which no cookie is looked at.
/// </summary>
internal sealed partial class CrossSiteGuard(RequestDelegate next, WidgetCors widgets, ILogger<CrossSiteGuard> logger)
{
    public const string Header = "X-Im";

    /// <summary>Where programs post that can set no header.</summary>
    public const string WebhooksPath = HttpSetup.ApiPath + "/webhooks";

    private int _warned;

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.Origin is [_, ..] origin && !IsAt(origin, request.Scheme, request.Host))
        {
            if (origin is [{ } one] && await widgets.AdmitsAsync(context, one))
            {
                if (!HttpMethods.IsOptions(request.Method))
                    await next(context);
                return;
            }
            if (IsAt(origin, Uri.UriSchemeHttps, request.Host) && Interlocked.Exchange(ref _warned, 1) == 0)
                LogUnknownProxy();
            await ProblemKind.CrossSite.WriteAsync(context, "The Origin is not this page's.");
            return;
        }

        // The socket takes GET alone, which says who may; whatever else comes there is refused as that.
        // A webhook's token is in its address, which no other site knows, and no cookie is looked at there.
        var changes = !request.Path.StartsWithSegments(Gateway.GatewaySetup.Path) && !request.Path.StartsWithSegments(WebhooksPath) && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsConnect(request.Method);
        if (changes && !request.Headers.ContainsKey(Header) && Bearer.Of(request) is null)
            await ProblemKind.CrossSite.WriteAsync(context, $"The header {Header} is missing.");
        else
            await next(context);
    }

    private static bool IsAt(string? origin, string scheme, HostString host) => $"{scheme}://{host}".Equals(origin, StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(1, LogLevel.Warning, "A page of this host was refused because it came by https and its request by http. If TLS ends at a proxy before this server, name the proxy's network in the setting Proxies, and let it send X-Forwarded-Proto")]
    private partial void LogUnknownProxy();
}
