using Im.Client;
using Im.Client.Chat;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>What is new in a conversation that was not the one shown, in a real Chromium.</summary>
[Collection(PageCollection.Name)]
public sealed class UnreadPageTests(PageFixture im)
{
    /// <summary>More than a screen, and than is loaded at once.</summary>
    private const int Unread = 60;

    [Fact]
    public async Task Changing_to_a_conversation_shows_where_reading_stopped_and_then_it_is_read()
    {
        await im.WaitForTwoNodesAsync();
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        var tomsTab = await tom.ConnectAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await ChromiumBrowser.LaunchAsync(playwright);
        await using var context = await browser.NewContextAsync();
        var page = await ChatPage.OpenAsync("robin", context, im.WebAddress);
        var nickname = $"Robin{Random.Shared.Next(100_000)}";
        await page.LoginAsync(nickname, "correct horse");
        var robin = Guid.Parse((await page.Online(nickname).GetAttributeAsync("data-user"))!);
        await tomsTab.Client.SendAsync(robin, "read already");
        await page.OpenConversationAsync(tom.User.Nickname);
        await page.ExpectMessageAsync("read already");
        await Assertions.Expect(Toms(page)).ToHaveAttributeAsync("data-unread", "0");

        var lobby = $"said in the lobby {Guid.NewGuid():N}";
        await tomsTab.Client.SendAsync(ChatTarget.Lobby, lobby);
        await page.Page.Locator("[data-testid=conversation][data-conversation=lobby]").ClickAsync();
        await page.ExpectMessageAsync(lobby);
        for (var i = 1; i <= Unread; i++)
            await tomsTab.Client.SendAsync(robin, $"new {i}.");
        await Assertions.Expect(Toms(page)).ToHaveAttributeAsync("data-unread", $"{Unread}");
        await page.Page.ReloadAsync(); // so the newest page alone is loaded
        await page.ExpectMessageAsync(lobby);
        await Assertions.Expect(Toms(page)).ToHaveAttributeAsync("data-unread", $"{Unread}");

        await page.OpenConversationAsync(tom.User.Nickname);
        await Assertions.Expect(page.Find("new-divider")).ToBeInViewportAsync();
        await Assertions.Expect(page.Message("new 1.")).ToBeInViewportAsync();
        await Eventually.TrueAsync(async () => int.Parse((await Toms(page).GetAttributeAsync("data-unread"))!) is > 0 and < Unread); // what is below the screen is not read
        await page.Find("to-newest").ClickAsync();
        await Assertions.Expect(page.Message($"new {Unread}.")).ToBeInViewportAsync();
        await Assertions.Expect(Toms(page)).ToHaveAttributeAsync("data-unread", "0");
        var another = await ChatPage.OpenAsync("robin's other tab", context, im.WebAddress);
        await Assertions.Expect(Toms(another)).ToHaveAttributeAsync("data-unread", "0"); // the node knows it too
        Assert.Empty(page.Errors.Concat(another.Errors));

        ILocator Toms(ChatPage of) => of.Page.Locator($"[data-testid=conversation][data-conversation='{tom.User.Id}']");
    }
}
