using Im.Core.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Im.Core.Notifications;

public static class NotificationServices
{
    /// <summary><see cref="INotificationStore"/>, <see cref="PushEndpoint"/>, and the worker that pushes, of which one works over all processes that have it; settings: section <c>Push</c>. After <c>AddImMessages</c>, <c>AddImSessions</c> and <c>AddImLimits</c>.</summary>
    public static IServiceCollection AddImNotifications(this IServiceCollection services)
    {
        services.AddOptions<PushOptions>().BindConfiguration("Push").ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PushOptions>, PushOptionsValidator>());
        services.TryAddSingleton<StoreReader>();
        services.TryAddSingleton<NotificationStore>();
        services.TryAddSingleton<INotificationStore>(provider => provider.GetRequiredService<NotificationStore>());
        services.TryAddSingleton<PushEndpoint>();
        services.TryAddSingleton<PushQueue>();
        services.TryAddSingleton<PushSender>();
        services.AddHostedService<PushWorker>();
        return services;
    }
}
