using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Im.AppHost.Supervision;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Im.Tests.Hosting;

/// <summary>What the AppHost does for its resources from the first moment on.</summary>
public sealed class SupervisionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public void What_becomes_of_a_resource_is_watched_before_anything_starts()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        builder.AddExecutable("server", "true", ".").WithRestartOnCrash();

        // They start in this order.
        var hosted = builder.Services.Where(service => service.ServiceType == typeof(IHostedService))
            .Select(service => service.ImplementationType ?? service.ImplementationFactory!.GetType().GenericTypeArguments[1]).ToList();
        var firstOfAspire = hosted.FindIndex(type => type.Namespace!.StartsWith("Aspire.", StringComparison.Ordinal));
        Assert.NotEqual(-1, firstOfAspire);
        Assert.InRange(hosted.IndexOf(typeof(CrashWatch)), 0, firstOfAspire - 1);
        // A listener comes before who tells it.
        Assert.InRange(hosted.IndexOf(typeof(Replicas)), hosted.IndexOf(typeof(CrashWatch)), firstOfAspire - 1);
    }

    [Fact]
    public async Task A_server_that_starts_is_asked_for_its_health_once_its_port_is_open()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        var endpoint = new EndpointAnnotation(ProtocolType.Tcp, name: "tcp", isProxied: false);
        var port = FreePort.Next();
        endpoint.AllocatedEndpoint = new(endpoint, "127.0.0.1", port);
        var server = builder.AddExecutable("server", "true", ".").WithAnnotation(endpoint).WithRestartOnCrash().Resource;
        await using var app = builder.Build();
        var replicas = app.Services.GetRequiredService<Replicas>();
        await replicas.StartAsync(CancellationToken.None);
        await app.Services.GetRequiredService<ResourceNotificationService>()
            .PublishUpdateAsync(server, snapshot => snapshot with { State = KnownResourceStates.Running, StartTimeStamp = DateTime.UtcNow });
        await Eventually.TrueAsync(() => replicas.All.Any(replica => replica.Resource == server && replica.IsRunning));
        var asked = 0;
        var registration = new HealthCheckRegistration("server_check", _ => new Check(() => asked++), HealthStatus.Unhealthy, tags: null, timeout: TimeSpan.FromSeconds(2));
        PatientHealthCheck.Wrap(registration, app.Services, server);

        var looking = registration.Factory(app.Services).CheckHealthAsync(new() { Registration = registration });
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        Assert.False(looking.IsCompleted);
        Assert.Equal(0, asked);

        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        Assert.Equal(HealthStatus.Healthy, (await looking.WaitAsync(Limit)).Status);
        Assert.Equal(1, asked);
        await replicas.StopAsync(CancellationToken.None);
    }

    private sealed class Check(Action asked) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            asked();
            return Task.FromResult(HealthCheckResult.Healthy());
        }
    }
}
