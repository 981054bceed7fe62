using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>
/// The demo of the README, in real browsers: two people, each with a tab on node 1, a tab on node 2 and a private window. One long test, because it is one story.
/// </summary>
[Collection(ImAppCollection.Name)]
public sealed class WalkthroughTests(ImAppFixture im) : IAsyncLifetime
{
    private readonly string _jenny = $"Jenny{Random.Shared.Next(100_000)}";
    private readonly string _tom = $"Tom{Random.Shared.Next(100_000)}";
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async Task InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await ChromiumBrowser.LaunchAsync(_playwright);
    }

    public async Task DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    /// <param name="blocked">Nobody answers at the nodes' addresses, as behind a firewall.</param>
    [Theory, InlineData(false), InlineData(true)]
    public async Task Two_people_walk_through_the_demo_with_three_windows_each_on_two_nodes(bool blocked)
    {
        var nodes = (await im.GetNodesAsync()).Where(n => n.Live).Select(n => n.Name).Distinct().ToList();
        Assert.Equal(2, nodes.Count);

        // Two browsers, each with a private window: four cookie jars, six pages.
        await using var jennyBrowser = await NewContextAsync(blocked);
        await using var jennyPrivate = await NewContextAsync(blocked);
        await using var tomBrowser = await NewContextAsync(blocked);
        await using var tomPrivate = await NewContextAsync(blocked);
        var jenny1 = await ChatPage.OpenAsync("Jenny, node 1", jennyBrowser, im.WebAddress, nodes[0]);
        var jenny2 = await ChatPage.OpenAsync("Jenny, node 2", jennyBrowser, im.WebAddress, nodes[1]);
        var jenny3 = await ChatPage.OpenAsync("Jenny, private", jennyPrivate, im.WebAddress);
        var tom1 = await ChatPage.OpenAsync("Tom, node 1", tomBrowser, im.WebAddress, nodes[0]);
        var tom2 = await ChatPage.OpenAsync("Tom, node 2", tomBrowser, im.WebAddress, nodes[1]);
        var tom3 = await ChatPage.OpenAsync("Tom, private", tomPrivate, im.WebAddress);
        ChatPage[] jenny = [jenny1, jenny2, jenny3], tom = [tom1, tom2, tom3], all = [.. jenny, .. tom];

        // The nodes really are two, and each page says which one it is on.
        Assert.Equal(nodes[0], await jenny1.GetNodeAsync());
        Assert.Equal(nodes[1], await jenny2.GetNodeAsync());
        Assert.Equal(nodes[0], await tom1.GetNodeAsync());
        Assert.Equal(nodes[1], await tom2.GetNodeAsync());

        // Straight to the nodes; or by the gateway at once, where that leads nowhere.
        foreach (var page in all)
            await Assertions.Expect(page.Find("node-badge")).ToHaveAttributeAsync("data-door", blocked ? "gateway" : "node");

        // A login in one tab logs in the other open tab of that browser, on the other node, without reconnecting; the private window is another session.
        await jenny1.LoginAsync(_jenny, "correct horse", "likes tea");
        await jenny2.ExpectUserAsync(_jenny);
        Assert.Equal(1, blocked ? jenny2.SocketsTo(im.WebAddress) : jenny2.SocketsOpened);
        await jenny3.ExpectGuestAsync();
        await jenny3.LoginAsync(_jenny, "correct horse");
        await tom1.LoginAsync(_tom, "battery staple");
        await tom2.ExpectUserAsync(_tom);
        await tom3.ExpectGuestAsync();

        var (hello, greeting) = ($"hello, everybody, says {_jenny}", $"大家好，{_tom}");

        // The lobby reaches all six pages, the guest's too, once each.
        await jenny1.SendAsync(hello);
        await Each(all, page => page.ExpectMessageAsync(hello));
        await tom2.SendAsync(greeting);
        await Each(all, page => page.ExpectMessageAsync(greeting));
        Assert.Equal(nodes[0], await tom2.Message(hello).GetAttributeAsync("data-node"));
        Assert.Equal(nodes[1], await tom2.Message(hello).GetAttributeAsync("data-via"));

        // Everybody sees both in three places.
        await tom3.LoginAsync(_tom, "battery staple");
        await Each(all, page => page.ExpectPlacesAsync(_jenny, 3));
        await Each(all, page => page.ExpectPlacesAsync(_tom, 3));

        // A direct message from a click in the online list reaches every window of both.
        await tom1.OpenChatWithAsync(_jenny);
        await tom1.SendAsync("hello, Jenny");
        await tom1.ExpectMessageAsync("hello, Jenny");
        await Each([tom2, tom3], page => page.OpenConversationAsync(_jenny));
        await Each(jenny, page => page.OpenConversationAsync(_tom));
        await Each(all, page => page.ExpectMessageAsync("hello, Jenny"));
        await jenny3.SendAsync("hello, Tom");
        await Each(all, page => page.ExpectMessageAsync("hello, Tom"));

        // A brief changed in one window is everywhere in under a second.
        await Each(all, page => page.WatchForBriefAsync(_jenny, "prefers coffee"));
        var saved = await jenny2.ChangeBriefAsync("prefers coffee");
        foreach (var page in all)
            Assert.InRange((await page.WhenBriefSeenAsync() - saved).TotalMilliseconds, 0, 1_000);
        await Each(jenny, page => Assertions.Expect(page.Find("me-brief")).ToHaveAttributeAsync("data-brief", "prefers coffee"));

        // Logging out logs out both tabs of that browser, and nobody else.
        await jenny1.Find("logout").ClickAsync();
        await Each([jenny1, jenny2], page => page.ExpectGuestAsync());
        await jenny3.ExpectUserAsync(_jenny);
        await Each(all, page => page.ExpectPlacesAsync(_jenny, 1));
        Assert.Equal(1, blocked ? jenny2.SocketsTo(im.WebAddress) : jenny2.SocketsOpened);
        Assert.All(all, page => Assert.Empty(page.Errors));
    }

    // The policy names the nodes' own addresses: what is blocked is the network, not the page.
    private async Task<IBrowserContext> NewContextAsync(bool blocked)
    {
        var context = await _browser.NewContextAsync(new() { BypassCSP = blocked, ServiceWorkers = ServiceWorkerPolicy.Block });
        if (blocked)
            await context.RouteAsync("**/api/connect*", async route =>
            {
                var answer = await route.FetchAsync();
                var door = System.Text.Json.Nodes.JsonNode.Parse(await answer.TextAsync())!;
                door["url"] = $"ws://localhost:{FreePort.Next()}/ws";
                await route.FulfillAsync(new() { Response = answer, Body = door.ToJsonString() });
            });
        return context;
    }

    private static Task Each(IEnumerable<ChatPage> pages, Func<ChatPage, Task> check) => Task.WhenAll(pages.Select(async page =>
    {
        try
        {
            await check(page);
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            throw new Xunit.Sdk.XunitException($"[{page.Name}] {e.Message}");
        }
    }));
}
