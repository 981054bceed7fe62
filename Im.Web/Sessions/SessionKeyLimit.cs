using Im.Core.Limits;
using Im.Web.Http;
using Microsoft.Extensions.Options;

namespace Im.Web.Sessions;

/// <summary>How many tokens and tickets a session may be given, over all web servers: each is kept in Redis until it runs out.</summary>
internal static class SessionKeyLimit
{
    public static RouteHandlerBuilder LimitSessionKeys(this RouteHandlerBuilder endpoint) => endpoint.AddEndpointFilter(async (invocation, next) =>
    {
        var services = invocation.HttpContext.RequestServices;
        var rate = services.GetRequiredService<IOptions<LimitOptions>>().Value.SessionKeys;
        var session = CurrentSession.Of(invocation.HttpContext)!.Session.Id;
        return await services.GetRequiredService<ISharedBuckets>().TakeAsync("session-keys", session, rate, 1) is { } wait
            ? (ProblemKind.SlowDown with { RetryAfter = wait }).Because("Too many tokens or tickets of this session.") : await next(invocation);
    });
}
