using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Registers everything.</summary>
internal static class ContainerlessHosting
{
    public static void AddContainerlessHosting(this IServiceCollection services, DistributedApplicationOptions options, IResourceCollection resources)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(new DistributedApplicationModel(resources));
        services.AddSingleton(provider => new ResourceNotificationService(
            provider,
            options.DisableDashboard ? WaitBehavior.StopOnResourceUnavailable : WaitBehavior.WaitOnResourceUnavailable,
            provider.GetRequiredService<ILogger<ResourceNotificationService>>()));
        services.AddSingleton(provider => new ResourceCommandService(
            provider.GetRequiredService<ResourceNotificationService>(), provider, provider.GetRequiredService<ILogger<ResourceCommandService>>()));
        services.AddSingleton<ResourceLogs>();
        services.AddSingleton<DependencyGate>();
        services.AddSingleton<HealthMonitor>();
        services.AddSingleton<DashboardSettings>();
        services.AddSingleton<DashboardFeed>();
        services.AddSingleton<ApplicationOrchestrator>();
        services.AddHostedService(provider => provider.GetRequiredService<ApplicationOrchestrator>());
    }
}
