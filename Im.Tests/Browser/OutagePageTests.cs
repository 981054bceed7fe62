using Aspire.Hosting.ApplicationModel;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

[Collection(ImAppCollection.Name)]
public sealed class OutagePageTests(ImAppFixture im)
{
    [Fact]
    [Trait("Category", "Faults")]
    public async Task With_all_nodes_down_the_page_says_so_and_recovers_by_itself()
    {
        var (one, two) = await im.WaitForTwoNodesAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await ChromiumBrowser.LaunchAsync(playwright);
        await using var context = await browser.NewContextAsync();
        var page = await ChatPage.OpenAsync("somebody", context, im.WebAddress);
        await page.LoginAsync($"Robin{Random.Shared.Next(100_000)}", "correct horse");

        await Task.WhenAll(im.ExecuteAsync(one, KnownResourceCommands.StopCommand), im.ExecuteAsync(two, KnownResourceCommands.StopCommand));
        await page.Page.Locator("[data-testid=connection-state][data-cause=no_node]").WaitForAsync(new() { Timeout = 30_000 });
        await page.SendAsync("written while nobody listens");

        await Task.WhenAll(im.ExecuteAsync(one, KnownResourceCommands.StartCommand), im.ExecuteAsync(two, KnownResourceCommands.StartCommand));
        await page.WaitUntilReadyAsync(60_000);
        await Assertions.Expect(page.Message("written while nobody listens")).ToHaveCountAsync(1, new() { Timeout = 15_000 });
        await im.WaitForTwoNodesAsync();
    }
}
