using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Im.Core.Posting;

public static class PostingServices
{
    /// <summary><see cref="PostRules"/> and <see cref="EventPublisher"/>. After <c>AddImAccounts</c> and <c>AddImBus</c>.</summary>
    public static IServiceCollection AddImPosting(this IServiceCollection services)
    {
        services.TryAddSingleton<PostRules>();
        services.TryAddSingleton<EventPublisher>();
        return services;
    }
}
