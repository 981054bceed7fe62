using Im.Core.Accounts;
using Im.Core.Data;
using Im.Core.Messages;
using Im.Core.Rooms;
using Im.Core.Search;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Im.Tests.Messages;

/// <summary>One node's stores, with its own writer and connections.</summary>
internal sealed class StoreNode : IAsyncDisposable
{
    private readonly IHost _host;

    private StoreNode(IHost host) => _host = host;

    public IEventStore Messages => _host.Services.GetRequiredService<IEventStore>();

    public IConversationStore Conversations => _host.Services.GetRequiredService<IConversationStore>();

    public IRoomStore Rooms => _host.Services.GetRequiredService<IRoomStore>();

    public ISearchStore Search => _host.Services.GetRequiredService<ISearchStore>();

    /// <summary>Indexes when it is told to.</summary>
    public SearchIndexer Index => _host.Services.GetRequiredService<SearchIndexer>();

    public IAccountData Accounts => _host.Services.GetRequiredService<IAccountData>();

    public IUserDirectory Users => _host.Services.GetRequiredService<IUserDirectory>();

    public IUserStandings Standings => _host.Services.GetRequiredService<IUserStandings>();

    public StoreEpoch NewEpoch() => new(_host.Services.GetRequiredService<StoreReader>());

    public static async Task<StoreNode> StartAsync(string connectionString, Action<MessageWriterOptions>? configure = null, TimeProvider? time = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddImData(connectionString).AddImMessages().AddImSearch().AddImAccounts().AddSingleton<SearchIndexer>();
        builder.Services.Configure(configure ?? (_ => { }));
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
