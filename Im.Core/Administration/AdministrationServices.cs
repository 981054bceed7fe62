using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Im.Core.Administration;

public static class AdministrationServices
{
    /// <summary><see cref="IAdminStore"/> and <see cref="INodeLoads"/>. After <c>AddImData</c> and <c>AddImNodes</c>.</summary>
    public static IServiceCollection AddImAdministration(this IServiceCollection services)
    {
        services.TryAddSingleton<IAdminStore, AdminStore>();
        services.TryAddSingleton<INodeLoads, NodeLoads>();
        return services;
    }
}
