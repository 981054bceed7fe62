using Im.Core.Data;
using Im.Core.People;
using Im.Core.Rooms;
using Im.Core.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Im.Core.Accounts;

public static class AccountServices
{
    /// <summary><see cref="IUserStandings"/>, <see cref="IRoomStore"/>, <see cref="IWebhookStore"/>, <see cref="IPeopleStore"/>, <see cref="IAccountData"/> and <see cref="GatewayProof"/>. After <c>AddImMessages</c>.</summary>
    public static IServiceCollection AddImAccounts(this IServiceCollection services)
    {
        services.TryAddSingleton<IUserStandings, UserStandings>();
        services.TryAddSingleton<RoomStore>();
        services.TryAddSingleton<IRoomStore>(provider => provider.GetRequiredService<RoomStore>());
        services.AddImWebhooks();
        services.TryAddSingleton<IWebhookStore, WebhookStore>();
        services.TryAddSingleton<IPeopleStore, PeopleStore>();
        services.TryAddSingleton<IAccountData, AccountData>();
        services.TryAddSingleton<IInstallationSecret, InstallationSecret>();
        services.TryAddSingleton<GatewayProof>();
        return services;
    }
}
