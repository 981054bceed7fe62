using Im.Core.Messages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Im.Core.Webhooks;

public static class WebhookServices
{
    /// <summary>Settings: section <c>Webhooks</c>. The store itself comes with <c>AddImAccounts</c>.</summary>
    public static IServiceCollection AddImWebhooks(this IServiceCollection services)
    {
        services.AddOptions<WebhookOptions>().BindConfiguration("Webhooks").ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WebhookOptions>, WebhookOptionsValidator>());
        return services;
    }

    /// <summary>What sends, in the one process that follows the log. After <c>AddImMessages</c>, beside <c>AddImSearchIndex</c>.</summary>
    public static IServiceCollection AddImWebhookSender(this IServiceCollection services)
    {
        services.AddImWebhooks();
        services.TryAddSingleton<WebhookQueue>();
        services.TryAddSingleton<WebhookClient>();
        services.TryAddSingleton<WebhookSender>();
        services.AddSingleton<ILogFollower>(provider => provider.GetRequiredService<WebhookSender>());
        services.AddHostedService(provider => provider.GetRequiredService<WebhookSender>());
        return services;
    }
}
