using System.Globalization;
using Im.Core.Limits;
using Im.Protocol;
using Microsoft.Extensions.Options;

namespace Im.Realtime.Limits;

/// <summary>How often one address may ask a node for anything but a WebSocket: <c>/health</c>, <c>/alive</c>, and what is not there.</summary>
internal sealed class OtherRequests(IOptions<LimitOptions> limits, TimeProvider time)
{
    private readonly OwnerBuckets<string> _buckets = new(limits.Value.Pages, time);

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/ws", out var rest) && rest.Value is "" or "/" || _buckets.Take(AddressKey.Of(context.Connection.RemoteIpAddress)) is not { } wait)
            return next(context);
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return HttpRefusal.WriteAsync(context, StatusCodes.Status429TooManyRequests, ProblemCodes.SlowDown, "Too many requests from this address.");
    }
}
