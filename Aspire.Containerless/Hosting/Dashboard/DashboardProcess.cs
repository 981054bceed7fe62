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

    /// <summary>Header <c>x-api-key</c> of the telemetry API (<c>/api/telemetry/*</c>), and of the dashboard's MCP endpoint.</summary>
    public required string TelemetryApiKey { get; init; }
}

/// <summary>How to start Aspire's own dashboard.</summary>
internal static class DashboardProcess
{
    public static ServerLaunch CreateLaunch(AspireBundle bundle, DashboardProcessOptions options)
    {
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = FrontendUrl(options),
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = OtlpGrpcUrl(options),
            ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = OtlpHttpUrl(options),
            ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = options.ResourceServiceUrl,
            ["ASPIRE_DASHBOARD_TELEMETRY_OPTOUT"] = "true",
            ["DASHBOARD__RESOURCESERVICECLIENT__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__RESOURCESERVICECLIENT__APIKEY"] = options.ResourceServiceApiKey,
            ["DASHBOARD__OTLP__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__OTLP__PRIMARYAPIKEY"] = options.OtlpApiKey,
            ["DASHBOARD__API__ENABLED"] = "true",
            ["DASHBOARD__API__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__API__PRIMARYAPIKEY"] = options.TelemetryApiKey,
            ["DASHBOARD__FRONTEND__AUTHMODE"] = options.BrowserToken is null ? "Unsecured" : "BrowserToken",
        };
        if (options.BrowserToken is not null) environment["DASHBOARD__FRONTEND__BROWSERTOKEN"] = options.BrowserToken;
        return new(bundle.ManagedPath, ["dashboard"], Path.GetDirectoryName(bundle.ManagedPath)!, environment);
    }

    /// <summary>The address a person opens.</summary>
    public static string LoginUrl(DashboardProcessOptions options) =>
        options.BrowserToken is null ? FrontendUrl(options) : $"{FrontendUrl(options)}/login?t={options.BrowserToken}";

    /// <summary>What every process of the application needs to export its telemetry.</summary>
    public static IReadOnlyDictionary<string, string> ExporterEnvironment(DashboardProcessOptions options) => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = OtlpGrpcUrl(options),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
        ["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={options.OtlpApiKey}",
    };

    // By name, as stock prints it: the browser keeps its login cookie by host.
    private static string FrontendUrl(DashboardProcessOptions options) => $"http://localhost:{options.FrontendPort}";

    private static string OtlpGrpcUrl(DashboardProcessOptions options) => $"http://localhost:{options.OtlpGrpcPort}";

    private static string OtlpHttpUrl(DashboardProcessOptions options) => $"http://localhost:{options.OtlpHttpPort}";
}
