using Im.Web.Gateway;

namespace Im.Web.Http;

/// <summary>What a browser may do with our answers: run our own script, talk to our own address and to the nodes that have one for it, be framed by nobody.</summary>
internal static class SecurityHeaders
{
    // 'self' is the own address for WebSockets too: CSP level 3 matches ws and wss to http and https.
    private const string Policy =
        "default-src 'self'; connect-src 'self'{0}; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this WebApplication app)
    {
        var nodes = app.Services.GetRequiredService<KnownNodes>();
        var policy = (Sources: "", Text: PolicyFor(""));
        app.Use((context, next) => AnswerAsync(context, next, () =>
        {
            if (nodes.Sources is var sources && policy.Sources != sources)
                policy = (sources, PolicyFor(sources));
            return policy.Text;
        }));
    }

    private static string PolicyFor(string sources) => Policy.Replace("{0}", sources.Length > 0 ? $" {sources}" : "", StringComparison.Ordinal);

    private static Task AnswerAsync(HttpContext context, RequestDelegate next, Func<string> policy)
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            // The API's reference page of Development brings a script of its own kind.
            if (!context.Request.Path.StartsWithSegments(ApiDescription.ReferencePath) && headers.ContentSecurityPolicy.Count == 0)
                headers.ContentSecurityPolicy = policy();
            // A file says itself how it is kept, an answer that is none does not.
            if (context.Request.Path.StartsWithSegments(HttpSetup.ApiPath) && headers.CacheControl is not [['p', 'r', 'i', 'v', 'a', 't', 'e', ..]])
                headers.CacheControl = "no-store";
            return Task.CompletedTask;
        });
        return next(context);
    }
}
