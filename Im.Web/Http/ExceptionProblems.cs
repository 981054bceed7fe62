using Im.Core.Outages;
using Microsoft.AspNetCore.Diagnostics;

namespace Im.Web.Http;

/// <summary>Answers exceptions with problems: a request that cannot be read, a server that is away, and what should not have happened.</summary>
internal sealed partial class ExceptionProblems(ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
            return true; // nobody is there to be answered
        switch (exception)
        {
            case BadHttpRequestException bad:
                await ProblemKind.BadRequest.WriteAsync(httpContext, bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                    ? "The body is larger than 16 KiB." : "A parameter or the JSON body is missing, malformed or of the wrong type.");
                break;
            case var _ when ServerAway.Is(exception):
                LogUnavailable(httpContext.Request.Path, exception.GetBaseException().Message);
                await ProblemKind.Unavailable.WriteAsync(httpContext);
                break;
            default:
                LogFailed(httpContext.Request.Path, exception);
                await ProblemKind.Internal.WriteAsync(httpContext);
                break;
        }
        return true;
    }

    [LoggerMessage(1, LogLevel.Warning, "{Path} was answered with 503: Redis or Postgres is away ({Reason})")]
    private partial void LogUnavailable(string path, string reason);

    [LoggerMessage(2, LogLevel.Error, "{Path} failed")]
    private partial void LogFailed(string path, Exception exception);
}
