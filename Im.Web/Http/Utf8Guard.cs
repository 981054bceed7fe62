using Microsoft.Net.Http.Headers;

namespace Im.Web.Http;

/// <summary>Bodies are UTF-8. ASP.NET Core fails, and writes an error into the log, where a body says that it is in an encoding nobody knows.</summary>
internal sealed class Utf8Guard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && HeaderUtilities.RemoveQuotes(type.Charset) is { Length: > 0 } charset && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            ? ProblemKind.BadRequest.WriteAsync(context, "The body must be UTF-8.")
            : next(context);
}
