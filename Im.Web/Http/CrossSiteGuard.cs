using Im.Web.Sessions;

namespace Im.Web.Http;

/// <summary>
/// Keeps other sites out, whatever the browser sends along for them. Where there is an <c>Origin</c> it must be this one (the API and the socket), and what
/// changes something must carry <c>X-Im</c>, which a form cannot and a foreign script may not, or <c>Authorization</c>, of which the same is true, and with which no cookie is looked at.
/// </summary>
internal sealed class CrossSiteGuard(RequestDelegate next)
{
    public const string Header = "X-Im";

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.Origin is [_, ..] origin && !origin.ToString().Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
            return ProblemKind.CrossSite.WriteAsync(context, "The Origin is not this page's.");

        var changes = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsConnect(request.Method);
        if (changes && !request.Headers.ContainsKey(Header) && Bearer.Of(request) is null)
            return ProblemKind.CrossSite.WriteAsync(context, $"The header {Header} is missing.");
        return next(context);
    }
}
