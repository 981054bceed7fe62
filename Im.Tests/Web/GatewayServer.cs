using Im.Core.Nodes;
using Im.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Web;

/// <summary>Im.Web whose registry says what a test wants it to, and whose service discovery knows one node.</summary>
public sealed class GatewayServer : WebServer
{
    private TestNode? _discovered;

    internal FakeRegistry Registry { get; } = new();

    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("services:realtime:http:0", _discovered!.Address)];

    protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<INodeRegistry>(Registry);

    public override async Task InitializeAsync()
    {
        _discovered = await TestNode.StartAsync("by-discovery");
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _discovered!.DisposeAsync();
    }

    internal sealed class FakeRegistry : INodeRegistry
    {
        public Func<IReadOnlyList<NodeInfo>> Nodes { get; set; } = () => [];

        public Task<IReadOnlyList<NodeInfo>> ListAsync(CancellationToken cancellationToken = default) => Task.FromResult(Nodes());
    }
}
