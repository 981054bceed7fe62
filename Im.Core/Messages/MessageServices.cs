using Im.Core.Data;
using Im.Core.Files;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Im.Core.Messages;

public static class MessageServices
{
    /// <summary>
    /// <see cref="IEventStore"/>, <see cref="IConversationStore"/> and <see cref="IUserDirectory"/> on Postgres, <c>AddImFiles</c>, and the node's message writer (settings: section
    /// <c>Messages</c>). After <c>AddImData</c>, and before what sends messages: on stopping, the writer then ends after it.
    /// </summary>
    public static IServiceCollection AddImMessages(this IServiceCollection services)
    {
        services.AddOptions<MessageWriterOptions>().BindConfiguration("Messages").ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MessageWriterOptions>, MessageWriterOptionsValidator>());
        services.AddImFiles();
        services.TryAddSingleton<MessageWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<MessageWriter>());
        services.TryAddSingleton<StoreReader>();
        services.TryAddSingleton<ReplicaReader>();
        services.TryAddSingleton(provider => new StoreEpoch(provider.GetRequiredService<StoreReader>()));
        services.TryAddSingleton<AppendsUnderWay>();
        services.TryAddSingleton<IEventStore, PostgresEventStore>();
        services.TryAddSingleton<IConversationStore, PostgresConversationStore>();
        services.TryAddSingleton<IUserDirectory, UserDirectory>();
        return services;
    }
}
