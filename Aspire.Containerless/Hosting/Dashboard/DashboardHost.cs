using System.Net;
using System.Security.Cryptography;
using System.Text;
using Aspire.Containerless.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Containerless.Dashboard;

/// <param name="Port">TCP port on 127.0.0.1; 0 for a free one.</param>
/// <param name="ApiKey">Asked of the dashboard with every call; null for a random one.</param>
/// <param name="Logging">Where failures are told; null for nowhere.</param>
internal sealed record DashboardOptions(int Port = 0, string? ApiKey = null, ILoggerFactory? Logging = null);

/// <summary>Serves the resource list to the dashboard: gRPC <c>aspire.v1.DashboardService</c>, h2c on loopback.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    public const string ApiKeyHeader = "x-resource-service-api-key";

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;

    private DashboardHost(WebApplication app, string apiKey)
    {
        _app = app;
        ApiKey = apiKey;
    }

    public string ApiKey { get; }

    /// <summary><c>http://127.0.0.1:PORT</c></summary>
    public string ResourceServiceUrl => _app.Urls.Single();

    /// <exception cref="ContainerlessException">The port is taken.</exception>
    public static async Task<DashboardHost> StartAsync(IDashboardFeed feed, DashboardOptions options, CancellationToken cancellationToken)
    {
        var host = new DashboardHost(Build(feed, options), options.ApiKey ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        host._app.Use(host.CheckKeyAsync);
        host._app.MapGrpcService<DashboardResourceService>();
        try
        {
            await host._app.StartAsync(cancellationToken);
            return host;
        }
        catch (IOException exception)
        {
            await host.DisposeAsync();
            throw new ContainerlessException($"Port {options.Port}, for the dashboard's resource list, is taken.", exception);
        }
    }

    /// <summary>Tells the dashboard goodbye: its streams end rather than break.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit);
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    private static WebApplication Build(IDashboardFeed feed, DashboardOptions options)
    {
        // Empty: the application's own settings files and variables are not about this server.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, options.Port, listen => listen.Protocols = HttpProtocols.Http2));
        if (options.Logging is not null) builder.Services.AddSingleton(options.Logging);
        builder.Services.AddRouting();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(feed);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<DashboardResourceService>();
        return builder.Build();
    }

    private Task CheckKeyAsync(HttpContext context, RequestDelegate next)
    {
        var given = Encoding.UTF8.GetBytes(context.Request.Headers[ApiKeyHeader].ToString());
        if (CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(ApiKey))) return next(context);
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }
}
