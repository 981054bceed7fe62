using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Im.Core.Data;

public static class DataServices
{
    /// <summary>
    /// The database, for a host that has registered <see cref="ImDbContext"/> with a connection string
    /// (<c>builder.AddNpgsqlDbContext&lt;ImDbContext&gt;("im")</c>): migrated before any hosted service starts, with the health check <c>database-schema</c>.
    /// Call it before the features that use it: hosted services start in the order of their registration.
    /// </summary>
    public static IServiceCollection AddImData(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.ConfigureDbContext<ImDbContext>(options => options.AddInterceptors(CommitInterceptor.Instance).UseNpgsql(npgsql => npgsql.ConfigureDataSource(source => source.ConfigureStore())));
        services.TryAddSingleton<ImDataSource>();
        services.TryAddSingleton<DatabaseMigrator>();
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseMigrator>());
        services.AddHealthChecks().AddCheck<DatabaseMigrator>("database-schema");
        return services;
    }

    /// <summary>The same for a host without Aspire's client integrations: registers <see cref="ImDbContext"/>, pooled, with retries, too.</summary>
    public static IServiceCollection AddImData(this IServiceCollection services, string connectionString) => services
        .AddDbContextPool<ImDbContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure()))
        .AddImData();
}
