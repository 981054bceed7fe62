using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Im.Core.Widgets;

public static class WidgetServices
{
    /// <summary><see cref="IWidgetSites"/>, for web servers and nodes. After <c>AddImData</c>.</summary>
    public static IServiceCollection AddImWidgetSites(this IServiceCollection services)
    {
        services.TryAddSingleton<IWidgetSites, WidgetSites>();
        return services;
    }

    /// <summary>The same with <see cref="IWidgetStore"/> and <see cref="IWidgetTokens"/>, for web servers. After <c>AddImMessages</c> and <c>AddImSessions</c>.</summary>
    public static IServiceCollection AddImWidgets(this IServiceCollection services)
    {
        services.AddImWidgetSites();
        services.TryAddSingleton<IWidgetStore, WidgetStore>();
        services.TryAddSingleton<IWidgetTokens, WidgetTokens>();
        return services;
    }
}
