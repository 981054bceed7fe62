using System.Threading.RateLimiting;
using Im.Core.Limits;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Im.Web.Http;

/// <summary>How often one address may ask: the API, logins, connections. Over it: 429 <c>slow_down</c> with <c>Retry-After</c>. The rates are <see cref="LimitOptions"/>.</summary>
internal static class RateLimits
{
    private const string Logins = "logins", Connects = "connects";

    public static IHostApplicationBuilder AddRateLimits(this IHostApplicationBuilder builder)
    {
        builder.Services.AddRateLimiter(_ => { });
        builder.Services.AddOptions<RateLimiterOptions>().Configure<IOptions<LimitOptions>>((limiter, limits) =>
        {
            limiter.OnRejected = (rejected, _) => new((rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait)
                ? ProblemKind.SlowDown with { RetryAfter = wait } : ProblemKind.SlowDown).WriteAsync(rejected.HttpContext));
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
                context.Request.Path.StartsWithSegments(HttpSetup.ApiPath) ? Bucket(context, limits.Value.Requests) : RateLimitPartition.GetNoLimiter(""));
            limiter.AddPolicy(Logins, context => Bucket(context, limits.Value.Logins));
            limiter.AddPolicy(Connects, context => Bucket(context, limits.Value.Connects));
        });
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<LimitOptions>>((kestrel, limits) =>
        {
            kestrel.Limits.MaxConcurrentConnections = limits.Value.MaxConnections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(limits.Value.HeadersTimeoutSeconds);
        });
        return builder;
    }

    public static RouteHandlerBuilder LimitLogins(this RouteHandlerBuilder endpoint) => endpoint.RequireRateLimiting(Logins);

    public static TBuilder LimitConnects<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder => endpoint.RequireRateLimiting(Connects);

    private static RateLimitPartition<string> Bucket(HttpContext context, Rate rate) =>
        RateLimitPartition.GetTokenBucketLimiter(AddressKey.Of(context.Connection.RemoteIpAddress), _ => new()
        {
            TokenLimit = (int)rate.Burst,
            TokensPerPeriod = (int)Math.Max(1, rate.PerSecond),
            ReplenishmentPeriod = TimeSpan.FromSeconds(1 / Math.Min(1, rate.PerSecond)),
        });
}
