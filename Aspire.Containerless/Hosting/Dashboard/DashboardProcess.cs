using Aspire.Containerless.Servers;

namespace Aspire.Containerless.Dashboard;

/// <summary>Where the dashboard listens (all on 127.0.0.1) and what it asks for.</summary>
internal sealed record DashboardProcessOptions
{
    /// <summary>The pages and the telemetry API.</summary>
    public int FrontendPort { get; init; } = 18888;

    public required int OtlpGrpcPort { get; init; }
    public required int OtlpHttpPort { get; init; }

    /// <summary>Of a running <see cref="DashboardHost"/>.</summary>
    public required string ResourceServiceUrl { get; init; }

    public required string ResourceServiceApiKey { get; init; }

    /// <summary>Asked of the person at login (<c>/login?t=</c>); null lets anybody in.</summary>
    public required string? BrowserToken { get; init; }

    /// <summary>Header <c>x-otlp-api-key</c> of every exporter (<c>OTEL_EXPORTER_OTLP_HEADERS</c>).</summary>
    public required string OtlpApiKey { get; init; }

    /// <summary>Header <c>X-API-Key</c> of the telemetry API (<c>/api/telemetry/*</c>).</summary>
    public required string TelemetryApiKey { get; init; }
}

/// <summary>How to start Aspire's own dashboard.</summary>
internal static class DashboardProcess
{
    public static ServerLaunch CreateLaunch(AspireBundle bundle, DashboardProcessOptions options) => throw new NotImplementedException();

    /// <summary>The address a person opens.</summary>
    public static string LoginUrl(DashboardProcessOptions options) => throw new NotImplementedException();
}
