using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace Im.Web.Http;

/// <summary>
/// The page's files. Its build has compressed each of them, and what it wrote is served as it is: the same bytes in Development, from the build's output and from a publish.
/// Files with a hash in their name are kept by browsers for good, all others are asked for anew each time.
/// </summary>
internal static class PageFiles
{
    // Vite writes everything with a hash in its name here, and nothing else.
    private const string HashedPath = "/assets";
    private const string Start = "/index.html";

    // The better one first.
    private static readonly (string Coding, string Extension)[] Codings = [("br", ".br"), ("gzip", ".gz")];

    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".json"] = "application/json",
        [".png"] = "image/png",
        [".svg"] = "image/svg+xml",
        [".webmanifest"] = "application/manifest+json",
    };

    /// <summary>Answers for every file of the page, where no end point has the address. To be called after routing and the rate limits.</summary>
    public static void UsePage(this WebApplication app)
    {
        var files = app.Environment.WebRootFileProvider;
        app.Use((context, next) =>
        {
            var path = context.Request.Path.Value is "/" ? Start : context.Request.Path.Value ?? "";
            if (context.GetEndpoint() is not null || !Types.TryGetValue(Path.GetExtension(path), out var type) || files.GetFileInfo(path) is not { Exists: true } file)
                return next(context);
            if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
                return ServeAsync(context, files, path, file, type);
            context.Response.Headers.Allow = "GET, HEAD";
            return ProblemKind.BadMethod.WriteAsync(context);
        });
    }

    private static async Task ServeAsync(HttpContext context, IFileProvider files, string path, IFileInfo file, string type)
    {
        var headers = context.Response.Headers;
        headers.Vary = HeaderNames.AcceptEncoding;
        foreach (var (coding, extension) in Acceptable(context.Request))
            if (files.GetFileInfo(path + extension) is { Exists: true } compressed)
            {
                headers.ContentEncoding = coding;
                file = compressed;
                break;
            }
        headers.CacheControl = path.StartsWith(HashedPath + "/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
        var tag = new EntityTagHeaderValue($"\"{file.LastModified.Ticks:x}-{file.Length:x}\"");
        await TypedResults.PhysicalFile(file.PhysicalPath!, type, lastModified: file.LastModified, entityTag: tag, enableRangeProcessing: true).ExecuteAsync(context);
        if (context.Response is not { StatusCode: >= StatusCodes.Status400BadRequest and var refused, HasStarted: false })
            return;
        // A range or a condition was refused: the body says so, and is not the file's.
        headers.ContentEncoding = headers.CacheControl = headers.ETag = headers.LastModified = default;
        context.Response.ContentLength = null;
        await ProblemKind.OfStatus(refused).WriteAsync(context);
    }

    private static IEnumerable<(string Coding, string Extension)> Acceptable(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        return Codings.Where(each => Quality(each.Coding) > 0).OrderByDescending(each => Quality(each.Coding));

        double Quality(string coding) => (Find(coding) ?? Find("*")) is { } named ? named.Quality ?? 1 : 0;
        StringWithQualityHeaderValue? Find(string coding) => accepted.FirstOrDefault(each => each.Value.Equals(coding, StringComparison.OrdinalIgnoreCase));
    }
}
