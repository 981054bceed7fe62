using System.Threading.RateLimiting;
using Im.Core.Limits;
using Im.ServiceDefaults.Connections;
using Im.Web.Gateway;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Im.Web.Http;

/// <summary>How often one address may ask: the API, logins, connections, everything else; and how many connections it may have. Over it: 429 <c>slow_down</c> with <c>Retry-After</c>. The rates are <see cref="LimitOptions"/>.</summary>
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
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => context.Request.Path switch
            {
                var path when path.StartsWithSegments(HttpSetup.ApiPath) => Bucket(context, limits.Value.Requests),
                var path when path.StartsWithSegments(GatewaySetup.Path, out var rest) && rest.Value is "" or "/" => RateLimitPartition.GetNoLimiter(""), // has one of its own
                _ => Bucket(context, limits.Value.Pages, " page"),
            });
            limiter.AddPolicy(Logins, context => Bucket(context, limits.Value.Logins));
            limiter.AddPolicy(Connects, context => Bucket(context, limits.Value.Connects));
        });
        builder.Services.AddConnectionCounts<LimitOptions>(limits => new(limits.MaxConnections, limits.MaxConnectionsPerAddress, limits.MaxConnectionsPerUser));
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<LimitOptions>, ConnectionCounts, ProxyNetworks>((kestrel, limits, counts, proxies) =>
        {
            kestrel.BoundConnections(counts.Plain, proxies.OwnerOf);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(limits.Value.KeepAliveSeconds);
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(limits.Value.HeadersTimeoutSeconds);
        });
        return builder;
    }

    public static RouteHandlerBuilder LimitLogins(this RouteHandlerBuilder endpoint) => endpoint.RequireRateLimiting(Logins);

    public static TBuilder LimitConnects<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder => endpoint.RequireRateLimiting(Connects);

    // The two kinds of the global limiter have one name space.
    private static RateLimitPartition<string> Bucket(HttpContext context, Rate rate, string kind = "") =>
        RateLimitPartition.GetTokenBucketLimiter($"{AddressKey.Of(context.Connection.RemoteIpAddress)}{kind}", _ => new()
        {
            TokenLimit = (int)rate.Burst,
            TokensPerPeriod = (int)Math.Max(1, rate.PerSecond),
            ReplenishmentPeriod = TimeSpan.FromSeconds(1 / Math.Min(1, rate.PerSecond)),
        });
}
