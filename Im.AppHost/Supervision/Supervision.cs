using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Im.AppHost.Supervision;

/// <summary>What the AppHost does for its resources beyond starting them: says what becomes of them, starts again what crashed, and asks each replica itself how it is.</summary>
internal static class Supervision
{
    /// <summary>Starts a process again that ends without having been told to, and says why it ended, when it hangs, and when it answers again.</summary>
    public static IResourceBuilder<T> WithRestartOnCrash<T>(this IResourceBuilder<T> resource) where T : IResource
    {
        if (!resource.ApplicationBuilder.ExecutionContext.IsRunMode)
            return resource;
        resource.Supervisor();
        // The checks it has by now wait during its start, as those of replicas do.
        resource.ApplicationBuilder.Services.AddOptions<HealthCheckServiceOptions>().PostConfigure<IServiceProvider>((options, services) =>
        {
            var keys = resource.Resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key).ToHashSet();
            foreach (var check in options.Registrations.Where(check => keys.Contains(check.Name)))
                PatientHealthCheck.Wrap(check, services, resource.Resource);
        });
        return resource.WithAnnotation(new RestartOnCrashAnnotation());
    }

    /// <summary>
    /// A health check for each replica, at its own address and not at the one they share, where one stands for all. It takes no other program's word: the
    /// answer names the resource and this run of the AppHost.
    /// </summary>
    /// <param name="replicas">How many there are; null for a resource that has none, whose check has its name.</param>
    public static IResourceBuilder<ProjectResource> WithReplicaHealthChecks(this IResourceBuilder<ProjectResource> project, int? replicas = null)
    {
        if (!project.ApplicationBuilder.ExecutionContext.IsRunMode)
            return project.WithHttpHealthCheck("/health");
        var run = project.Supervisor();
        var resource = project.Resource;
        if (replicas is not null) // DCP fills the template in
            project.WithEnvironment(Replica.IndexVariable, "{{ index .Annotations \"resource-replica-index\" }}");
        for (var index = 0; index < (replicas ?? 1); index++)
        {
            var (key, number) = (replicas is null ? resource.Name : $"{resource.Name}-{index + 1}", replicas is null ? (int?)null : index);
            project.ApplicationBuilder.Services.AddHealthChecks().Add(new(
                key, services => new ReplicaHealthCheck(services.GetRequiredService<Replicas>(), services.GetRequiredService<ReplicaProbe>(), resource, number), HealthStatus.Unhealthy, tags: null));
            project.WithHealthCheck(key);
        }
        return project.WithEnvironment(ReplicaProbe.Variable, ReplicaProbe.Expected(resource, run));
    }

    /// <returns>What names this run of the AppHost.</returns>
    private static string Supervisor<T>(this IResourceBuilder<T> resource) where T : IResource
    {
        var services = resource.ApplicationBuilder.Services;
        if (services.FirstOrDefault(service => service.ServiceType == typeof(ReplicaProbe))?.ImplementationInstance is ReplicaProbe known)
            return known.Run;
        var probe = new ReplicaProbe(Guid.NewGuid().ToString("N"));
        services.AddSingleton(probe).AddSingleton<Replicas>().AddHostedService<HangWatch>();
        // Hosted services start in order, and Aspire's own returns only when every WaitFor is met. These must see what happens before that. Whoever listens starts before Replicas, which tells.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, Replicas>(provider => provider.GetRequiredService<Replicas>()));
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, ReplicaLinks>());
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, CrashWatch>());
        return probe.Run;
    }
}

internal sealed class RestartOnCrashAnnotation : IResourceAnnotation;
