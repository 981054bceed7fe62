using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Im.AppHost;

/// <summary>Prints where the page is, once it answers.</summary>
internal static partial class PageAnnouncement
{
    public static IResourceBuilder<ProjectResource> WithPageAnnouncement(this IResourceBuilder<ProjectResource> web, string endpointName) =>
        web.OnResourceReady((resource, ready, _) =>
        {
            var logger = ready.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Im");
            LogPage(logger, resource.GetEndpoint(endpointName).Url);
            return Task.CompletedTask;
        });

    [LoggerMessage(1, LogLevel.Information, "Chat at {PageUrl}")]
    private static partial void LogPage(ILogger logger, string pageUrl);
}
