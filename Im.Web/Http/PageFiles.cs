namespace Im.Web.Http;

/// <summary>The page's files: compressed and with entity tags by the build; those with a hash in their name are kept by browsers for good.</summary>
internal static class PageFiles
{
    // Vite writes everything with a hash in its name here, and nothing else.
    private const string HashedPath = "/assets";

    public static void MapPage(this WebApplication app)
    {
        app.MapStaticAssets().Add(endpoint =>
        {
            if (endpoint.RequestDelegate is not { } serve || endpoint is not RouteEndpointBuilder { RoutePattern.RawText: { } route } || !$"/{route.TrimStart('/')}".StartsWith(HashedPath + "/", StringComparison.Ordinal))
                return;
            endpoint.RequestDelegate = context =>
            {
                context.Response.OnStarting(() =>
                {
                    context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
                    return Task.CompletedTask;
                });
                return serve(context);
            };
        });
    }
}
