using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Im.Core.Search;

public static class SearchServices
{
    /// <summary><see cref="ISearchStore"/>. After <c>AddImMessages</c>.</summary>
    public static IServiceCollection AddImSearch(this IServiceCollection services)
    {
        services.TryAddSingleton<ISearchStore, SearchStore>();
        return services;
    }

    /// <summary>The indexer behind it, of which one works over all processes that have it (settings: section <c>Search</c>). After <c>AddImMessages</c>.</summary>
    public static IServiceCollection AddImSearchIndex(this IServiceCollection services)
    {
        services.AddOptions<SearchOptions>().BindConfiguration("Search");
        services.TryAddSingleton<SearchIndexer>();
        services.AddHostedService<SearchWorker>();
        return services;
    }
}
