using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Im.AppHost.Orchestration;

/// <summary>Prints where the page is, when it answers for the first time.</summary>
internal static partial class PageAnnouncement
{
    public static IResourceBuilder<ProjectResource> WithPageAnnouncement(this IResourceBuilder<ProjectResource> web, string endpointName)
    {
        var isSaid = false;
        return web.OnResourceReady((resource, ready, _) =>
        {
            if (Interlocked.Exchange(ref isSaid, true))
                return Task.CompletedTask; // it was started again
            var logger = ready.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Im");
            LogPage(logger, resource.GetEndpoint(endpointName).Url);
            return Task.CompletedTask;
        });
    }

    [LoggerMessage(1, LogLevel.Information, "Chat at {PageUrl}")]
    private static partial void LogPage(ILogger logger, string pageUrl);
}
