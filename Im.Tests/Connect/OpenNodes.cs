using Im.Tests.Fixtures;

namespace Im.Tests.Connect;

/// <summary>Nodes that clients may come to straight, at the addresses they listen on. 127.0.0.9 is a proxy before both.</summary>
public sealed class OpenNodes : TwoNodes
{
    public const string Proxy = "127.0.0.9";
    public const int Connects = 60;

    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Proxies", $"{Proxy}/32")];

    protected override IEnumerable<KeyValuePair<string, string>> NodeSettings =>
    [
        new("PublicUrl", "own"), new("Proxies", $"{Proxy}/32"), new("Limits:Connects:Burst", $"{Connects}"), new("Limits:Connects:PerSecond", "0.1"),
    ];

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        using var browser = NewBrowser();
        await browser.GetAsync("/api/me");
        // The gateway has heard of both, and where they are.
        foreach (var node in (string[])["node-1", "node-2"])
            await Eventually.TrueAsync(async () => (await browser.GetAsync($"/api/connect?node={node}")).Json.TryGetProperty("node", out var chosen) && chosen.GetString() == node, seconds: 30);
    }
}

[CollectionDefinition(Name)]
public sealed class OpenNodesCollection : ICollectionFixture<OpenNodes>
{
    public const string Name = "Nodes that are open";
}
