using System.Security.Cryptography;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Where the dashboard listens and what it asks for. The keys are stock's, so that one launchSettings.json serves both.</summary>
internal sealed class DashboardSettings(IConfiguration configuration, DistributedApplicationOptions options)
{
    public const string UrlKey = "ASPNETCORE_URLS";

    private const string DefaultUrl = "http://localhost:18888";

    public bool IsEnabled => !options.DisableDashboard;

    /// <summary>Where it is asked to be.</summary>
    public Uri Url { get; } = new((configuration[UrlKey] ?? DefaultUrl).Split(';')[0]);

    /// <summary>Null for a free port; a free port too where this one is taken.</summary>
    public Uri? OtlpUrl { get; } = Parse(configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"]);

    /// <inheritdoc cref="OtlpUrl" />
    public Uri? OtlpHttpUrl { get; } = Parse(configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"]);

    /// <summary>Null lets everybody in who reaches loopback.</summary>
    public string? BrowserToken { get; } = configuration.GetValue("ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS", false)
        ? null
        : configuration["ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN"] ?? NewToken();

    public string OtlpApiKey { get; } = configuration["AppHost:OtlpApiKey"] ?? NewToken();

    /// <summary>Of the telemetry API, header <c>X-API-Key</c>.</summary>
    public string TelemetryApiKey { get; } = configuration["AppHost:DashboardApiKey"] ?? NewToken();

    /// <summary>What programs need to send telemetry; null while there is no dashboard.</summary>
    public IReadOnlyDictionary<string, string>? Exporter { get; set; }

    private static Uri? Parse(string? url) => string.IsNullOrEmpty(url) ? null : new Uri(url);

    private static string NewToken() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
