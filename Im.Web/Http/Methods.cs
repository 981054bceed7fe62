using Microsoft.AspNetCore.Routing.Template;

namespace Im.Web.Http;

/// <summary>
/// Which methods an address takes: HEAD wherever GET, and 405 with a true <c>Allow</c> for the others. The framework's own answer is 404 where a route with a wildcard takes the method, and its <c>Allow</c> names the
/// methods of that route too.
/// </summary>
internal sealed class Methods(EndpointDataSource endpoints)
{
    private readonly Lazy<(TemplateMatcher Matcher, IReadOnlyList<string> Methods)[]> _addresses = new(() => [.. endpoints.Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.RoutePattern is { RawText: not null } pattern && !pattern.Parameters.Any(parameter => parameter.IsCatchAll))
        .Select(endpoint => (new TemplateMatcher(TemplateParser.Parse(endpoint.RoutePattern.RawText!), []), endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []))
        .Where(address => address.Item2.Count > 0)]);

    /// <summary>Answers a request for which there is no end point, or nothing was said.</summary>
    public static Task RefuseAsync(HttpContext context)
    {
        var status = context.Response.StatusCode;
        if (status is not (StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed))
            return ProblemKind.OfStatus(status).WriteAsync(context);
        var methods = context.RequestServices.GetRequiredService<Methods>().Of(context.Request.Path);
        if (methods.Count == 0 || methods.Contains(context.Request.Method))
        {
            context.Response.Headers.Remove("Allow");
            return ProblemKind.NotFound.WriteAsync(context);
        }
        context.Response.Headers.Allow = string.Join(", ", methods.Order(StringComparer.Ordinal));
        return ProblemKind.BadMethod.WriteAsync(context);
    }

    /// <summary>Empty where there is no such address.</summary>
    private HashSet<string> Of(PathString path)
    {
        var allowed = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (matcher, methods) in _addresses.Value)
            if (matcher.TryMatch(path, []))
                allowed.UnionWith(methods);
        return allowed;
    }
}

internal static class HeadWhereGet
{
    /// <summary>Kestrel leaves the body of an answer to HEAD out.</summary>
    public static TBuilder WithHead<TBuilder>(this TBuilder endpoints) where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(endpoint =>
        {
            for (var i = 0; i < endpoint.Metadata.Count; i++)
                if (endpoint.Metadata[i] is HttpMethodMetadata { HttpMethods: [var only] } && HttpMethods.IsGet(only))
                    endpoint.Metadata[i] = new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]);
        });
        return endpoints;
    }
}
