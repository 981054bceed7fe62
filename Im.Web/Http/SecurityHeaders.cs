using Im.Web.Gateway;

namespace Im.Web.Http;

/// <summary>What a browser may do with our answers: run our own script, talk to our own address and to the nodes that have one for it, be framed by nobody.</summary>
internal static class SecurityHeaders
{
    // 'self' is the own address for WebSockets too: CSP level 3 matches ws and wss to http and https.
    private const string Before = "default-src 'self'; connect-src 'self'", After =
        "; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private const string WidgetPath = "/widget.js";

    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            // The widget's script is for pages of other origins; with the second they may pin it by its hash.
            var isWidget = context.Request.Path.Value == WidgetPath;
            headers["Cross-Origin-Resource-Policy"] = isWidget ? "cross-origin" : "same-origin";
            if (isWidget)
                headers.AccessControlAllowOrigin = "*";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            // The API's reference page of Development brings a script of its own kind.
            if (!context.Request.Path.StartsWithSegments(ApiDescription.ReferencePath) && headers.ContentSecurityPolicy.Count == 0)
                headers.ContentSecurityPolicy = context.RequestServices.GetRequiredService<KnownNodes>().Sources is { Length: > 0 } nodes ? $"{Before} {nodes}{After}" : Before + After;
            // A file says itself how it is kept, an answer that is none does not.
            if (context.Request.Path.StartsWithSegments(HttpSetup.ApiPath) && headers.CacheControl is not [['p', 'r', 'i', 'v', 'a', 't', 'e', ..]])
                headers.CacheControl = "no-store";
            return Task.CompletedTask;
        });
        return next(context);
    });
}
