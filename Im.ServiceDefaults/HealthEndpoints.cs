using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// <c>/health</c>: may this process be given work (every check)? <c>/alive</c>: does it run at all (checks tagged <c>live</c>)? Both answer with one word,
/// within a second whatever hangs: a check that has not come back by then has failed.
/// <c>/health</c> makes the process ask its databases, so outside Development it answers to this machine only; set <c>Health:Remote</c> to <c>true</c>
/// where probes come from elsewhere. <c>/alive</c> costs nothing and answers to everybody.
/// </summary>
public static class HealthEndpoints
{
    public const string ReadyPath = "/health";
    public const string LivePath = "/alive";

    /// <summary>Holds <c>Health:Of</c> where that is set, so that whoever asks knows whose health it is.</summary>
    public const string NameHeader = "X-Health-Of";

    private const string LiveTag = "live";

    internal static void AddDefaultHealthChecks(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag]);
        // After everybody has added theirs. They run beside one another.
        builder.Services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations)
                BoundedHealthCheck.Wrap(check);
        });
    }

    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        var ready = app.MapHealthChecks(ReadyPath).DisableHttpMetrics();
        ready.Add(endpoint => endpoint.RequestDelegate = Untraced(endpoint.RequestDelegate!));
        if (app.Configuration["Health:Of"] is { Length: > 0 } name)
            ready.Add(endpoint => endpoint.RequestDelegate = Named(endpoint.RequestDelegate!, name));
        if (!app.Environment.IsDevelopment() && !app.Configuration.GetValue<bool>("Health:Remote"))
            ready.Add(endpoint => endpoint.RequestDelegate = LocalOnly(endpoint.RequestDelegate!));

        app.MapHealthChecks(LivePath, new HealthCheckOptions { Predicate = check => check.Tags.Contains(LiveTag) }).DisableHttpMetrics();
        return app;
    }

    // What the checks ask of their servers would be traces of their own, once a second: the request's own span, their parent, is left out.
    private static RequestDelegate Untraced(RequestDelegate next) => async context =>
    {
        using (SuppressInstrumentationScope.Begin())
            await next(context);
    };

    private static RequestDelegate Named(RequestDelegate next, string name) => context =>
    {
        context.Response.Headers[NameHeader] = name;
        return next(context);
    };

    internal static bool IsHealthPath(PathString path) => path.Equals(ReadyPath) || path.Equals(LivePath);

    // A request that a proxy on this machine passed on is not a local one.
    private static RequestDelegate LocalOnly(RequestDelegate next) => context =>
    {
        var isLocal = context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
            && !context.Request.Headers.ContainsKey("X-Forwarded-For") && !context.Request.Headers.ContainsKey("Forwarded");
        if (isLocal)
            return next(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    };
}
