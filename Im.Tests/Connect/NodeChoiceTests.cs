using Im.Protocol;
using Im.Realtime.Limits;
using Im.Realtime.Node;
using Im.Tests.Fixtures;
using Im.Tests.Web;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;

namespace Im.Tests.Connect;

/// <summary>Which node a client is handed, and what a node calls its public address.</summary>
public sealed class NodeChoiceTests(GatewayServer server) : IClassFixture<GatewayServer>
{
    [Fact]
    public async Task The_node_with_fewer_connections_is_handed_out_those_sent_there_since_included_and_none_that_drains_or_has_no_address()
    {
        await using var alive = await TestNode.StartAsync("all of them");
        using var browser = server.NewBrowser();
        await browser.GetAsync("/api/me");
        NodeInfo[] nodes = [Node("a", 0), Node("b", 30), Node("c", 0) with { Live = false }, Node("d", 0) with { PublicUrl = null }];
        server.Registry.Nodes = () => nodes;
        await Eventually.TrueAsync(async () => await AskAsync() is not null);
        var handed = new List<string?>();
        for (var i = 0; i < 100; i++)
            handed.Add(await AskAsync());
        Assert.Equal(["a", "b"], handed.Distinct().Order());
        // Of the first thirty those for which both looks fell on b are b's, about a quarter; then they are even.
        Assert.InRange(handed.Take(25).Count(name => name == "a"), 10, 25);
        Assert.InRange(handed.Count(name => name == "a") - handed.Count(name => name == "b"), 10, 50);
        Assert.Null(await AskAsync("d")); // it is there: by the gateway
        nodes = [nodes[3]];
        await Eventually.TrueAsync(async () => await AskAsync() is null);

        NodeInfo Node(string name, int connections) => new(name, alive.Address, connections, true) { PublicUrl = $"http://127.0.0.1:2{name[0] - 'a'}" };
        async Task<string?> AskAsync(string? node = null) =>
            (await browser.GetAsync($"/api/connect?node={node}")).ShouldBeOk().Json.TryGetProperty("node", out var name) ? name.GetString() : null;
    }

    [Theory]
    [InlineData(null, "Production", "http://127.0.0.1:8080", false, null)]
    [InlineData(null, "Development", "http://localhost:8080", false, "http://localhost:8080")]
    [InlineData(null, "Development", "http://localhost:8080", true, null)]
    [InlineData(null, "Development", "http://0.0.0.0:8080", false, null)]
    [InlineData("none", "Development", "http://localhost:8080", false, null)]
    [InlineData("own", "Production", "http://127.0.0.1:8080", false, "http://127.0.0.1:8080")]
    [InlineData("own", "Production", "http://[::]:8080", false, "refused")]
    [InlineData("https://node-1.chat.example", "Production", "http://[::]:8080", false, "https://node-1.chat.example")]
    [InlineData("https://node-1.chat.example", "Production", "http://[::]:8080", true, "refused")]
    [InlineData("https://node-1.chat.example/ws", "Production", "http://[::]:8080", false, "refused")]
    [InlineData("ftp://node-1.chat.example", "Production", "http://[::]:8080", false, "refused")]
    [InlineData("https://a@node-1.chat.example", "Production", "http://[::]:8080", false, "refused")]
    [InlineData("node-1", "Production", "http://[::]:8080", false, "refused")]
    public void A_nodes_public_address_is_what_it_is_told_and_its_own_only_on_this_machine(string? said, string environment, string own, bool onlyByGateway, string? expected)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(said is null ? [] : [new("PublicUrl", said)]).Build();
        var host = new HostingEnvironment { EnvironmentName = environment };
        var door = new DoorOptions { OnlyByGateway = onlyByGateway };
        if (expected == "refused")
            Assert.Throws<InvalidOperationException>(() => PublicAddress.Of(configuration, host, own, door));
        else
            Assert.Equal(expected, PublicAddress.Of(configuration, host, own, door));
    }
}
