using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service of the application has: telemetry, health, service discovery and HTTP clients that recover. Knows nothing of what the service does.</summary>
public static class ServiceDefaults
{
    /// <summary>
    /// Adds OpenTelemetry (see <see cref="Telemetry"/>), health checks, service discovery and the standard resilience handler for every HTTP client.
    /// </summary>
    /// <param name="telemetryNames">
    /// Activity sources and meters to collect beside the application's own; a trailing <c>*</c> matches the rest of a name. Client integrations add theirs themselves.
    /// </param>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder, params string[] telemetryNames) where TBuilder : IHostApplicationBuilder
    {
        builder.AddTelemetry([builder.Environment.ApplicationName, .. telemetryNames]);
        builder.AddDefaultHealthChecks();

        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.AddServerHeader = false);

        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });
        return builder;
    }
}
