using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Logs, metrics and traces, sent by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set (the orchestrator sets it); everything else about the export follows
/// OpenTelemetry's own environment variables. Health probes leave no trace, on either side. Nor does a WebSocket's request: it would be one span of hours,
/// and everything that happens on the socket would hang below it. Work on a socket is traced by spans of its own: clear <c>Activity.Current</c> there first,
/// because children of a span left out are left out too.
/// </summary>
public static class Telemetry
{
    internal static void AddTelemetry(this IHostApplicationBuilder builder, string[] names)
    {
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddMeter(names)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation())
            .WithTracing(tracing => tracing
                .AddSource(names)
                .AddAspNetCoreInstrumentation(server => server.Filter = context => !HealthEndpoints.IsHealthPath(context.Request.Path) && !IsWebSocket(context))
                .AddHttpClientInstrumentation(client => client.FilterHttpRequestMessage = request =>
                    request.RequestUri is not { IsAbsoluteUri: true } uri || !HealthEndpoints.IsHealthPath(uri.AbsolutePath)));

        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            telemetry.UseOtlpExporter();
    }

    // The request is seen before the WebSocket middleware: read what the client sent. HTTP/1.1 upgrades, HTTP/2 connects.
    private static bool IsWebSocket(HttpContext context) =>
        string.Equals(context.Request.Headers[HeaderNames.Upgrade], "websocket", StringComparison.OrdinalIgnoreCase)
        || context.Features.Get<IHttpExtendedConnectFeature>() is { Protocol: "websocket" };
}
