using System.Net.Sockets;
using Im.Core.Bus;
using Im.Core.Messages;
using Im.Core.Nodes;
using Im.Core.Sessions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using StackExchange.Redis;

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
            case var _ when IsServerAway(exception):
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

    private static bool IsServerAway(Exception exception) => exception switch
    {
        SessionsUnavailableException or NodesUnavailableException or StoreUnavailableException or StoreBusyException or BusUnavailableException => true,
        RedisConnectionException or RedisTimeoutException or RetryLimitExceededException or TimeoutException or SocketException => true,
        NpgsqlException { IsTransient: true } => true,
        { InnerException: { } inner } => IsServerAway(inner), // Entity Framework wraps what it meets
        _ => false,
    };

    [LoggerMessage(1, LogLevel.Warning, "{Path} was answered with 503: Redis or Postgres is away ({Reason})")]
    private partial void LogUnavailable(string path, string reason);

    [LoggerMessage(2, LogLevel.Error, "{Path} failed")]
    private partial void LogFailed(string path, Exception exception);
}
