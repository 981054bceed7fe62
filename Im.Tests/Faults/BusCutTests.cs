using Im.Tests.Fixtures;
using Xunit.Abstractions;

namespace Im.Tests.Faults;

/// <summary>One node alone loses its way to Redis: its messages still reach the other node's people, and theirs its own.</summary>
[Collection(ImAppCollection.Name)]
[Trait("Category", "Faults")]
public sealed class BusCutTests(ImAppFixture im, NodeBehindRelay behindRelay, PageDevice page, ITestOutputHelper output) : IClassFixture<NodeBehindRelay>, IClassFixture<PageDevice>
{
    [Theory, FaultSeeds]
    public async Task The_bus_connection_of_one_node_is_cut_for_three_seconds(int seed)
    {
        var node = behindRelay.Node;
        var (one, two) = await im.WaitUntilWholeAsync();
        await Eventually.TrueAsync(node.IsHealthyAsync);
        await Eventually.TrueAsync(() => im.TakesConnectionsAsync(node.Name)); // the gateway asks once a second
        string[] nodes = seed % 2 == 0 ? [node.Name, two] : [one, node.Name];
        await new FaultRun(im, output, new(seed), $"{nameof(BusCutTests)}", page).RunAsync(nodes, async _ =>
        {
            node.Redis.Close();
            await Eventually.TrueAsync(async () => !await node.IsHealthyAsync());
            await Task.Delay(TimeSpan.FromSeconds(3)); // the fault itself
            node.Redis.Open();
            await Eventually.TrueAsync(node.IsHealthyAsync, seconds: 30); // its probe comes back by the bus
        });
    }
}

public sealed class NodeBehindRelay(ImAppFixture im) : IAsyncLifetime
{
    internal ExtraNode Node { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await im.WaitUntilWholeAsync();
        Node = await ExtraNode.StartAsync(im, "realtime-3");
    }

    public async Task DisposeAsync() => await Node.DisposeAsync();
}
