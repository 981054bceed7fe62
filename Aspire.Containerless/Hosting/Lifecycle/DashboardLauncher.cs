using System.Net.Sockets;
using Aspire.Containerless.Dashboard;
using Aspire.Containerless.Servers;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Containerless.Lifecycle;

/// <summary>The dashboard as a resource named as in stock, so that a test finds it: <c>app.GetEndpoint("aspire-dashboard", "http")</c>.</summary>
internal sealed partial class DashboardLauncher : IAsyncDisposable
{
    public const string ResourceName = "aspire-dashboard";

    private const string FrontendEndpoint = "http";
    private const string OtlpGrpcEndpoint = "otlp-grpc";
    private const string OtlpHttpEndpoint = "otlp-http";

    private readonly DashboardSettings _settings;
    private DashboardHost? _host;
    private DashboardProcessOptions? _options;

    public DashboardLauncher(DashboardSettings settings, EndpointAllocation allocation, ILogger logger)
    {
        _settings = settings;
        Resource = new ExecutableResource(ResourceName, ResourceName, "");
        AddEndpoint(FrontendEndpoint, settings.Url.Port, DashboardSettings.UrlKey);
        AddEndpoint(OtlpGrpcEndpoint, PortIfFree(settings.OtlpUrl));
        AddEndpoint(OtlpHttpEndpoint, PortIfFree(settings.OtlpHttpUrl));
        Resource.Annotations.Add(new HiddenAnnotation());
        Replicas = allocation.Allocate(Resource);
        Resource.Annotations.Add(new ReplicaHealthCheckAnnotation(
            $"{ResourceName}_check", (addresses, cancellationToken) => HttpProbe.RunAsync(new Uri(addresses[FrontendEndpoint], "/health"), 200, cancellationToken)));
        Resource.Annotations.Add(new ResourceReadyCallbackAnnotation((_, _) =>
        {
            LogLogin(logger, DashboardProcess.LoginUrl(_options!));
            return Task.CompletedTask;
        }));
    }

    public ExecutableResource Resource { get; }

    public IReadOnlyList<Replica> Replicas { get; }

    /// <summary>Starts what the dashboard asks for resources.</summary>
    public async Task<ILaunchPlanner> PlanAsync(AspireBundle bundle, IDashboardFeed feed, CancellationToken cancellationToken)
    {
        _host = await DashboardHost.StartAsync(feed, new DashboardOptions(), cancellationToken).ConfigureAwait(false);
        _options = new DashboardProcessOptions
        {
            FrontendPort = PortOf(FrontendEndpoint),
            OtlpGrpcPort = PortOf(OtlpGrpcEndpoint),
            OtlpHttpPort = PortOf(OtlpHttpEndpoint),
            ResourceServiceUrl = _host.ResourceServiceUrl,
            ResourceServiceApiKey = _host.ApiKey,
            BrowserToken = _settings.BrowserToken,
            OtlpApiKey = _settings.OtlpApiKey,
            TelemetryApiKey = _settings.TelemetryApiKey,
        };
        _settings.Exporter = DashboardProcess.ExporterEnvironment(_options);
        return new DashboardPlanner(bundle, _options);
    }

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;

    private int PortOf(string endpointName) => new EndpointReference(Resource, endpointName).Port;

    /// <summary>Else any: programs are told which, and a second application needs no more than another address for people.</summary>
    private static int? PortIfFree(Uri? url) => url is not null && PortAllocator.IsFree(url.Port) ? url.Port : null;

    private void AddEndpoint(string name, int? port, string? urlKey = null) => Resource.Annotations.Add(
        new EndpointAnnotation(ProtocolType.Tcp, uriScheme: "http", name: name, port: port, isProxied: false) { IsProxiedInStock = true, UrlKey = urlKey });

    [LoggerMessage(21, LogLevel.Information, "Login to the dashboard at {DashboardLoginUrl}")]
    private static partial void LogLogin(ILogger logger, string dashboardLoginUrl);
}
