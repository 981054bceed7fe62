using Im.Client.Chat;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>What was begun to be written, in a real Chromium.</summary>
[Collection(PageCollection.Name)]
public sealed class DraftPageTests(PageFixture im)
{
    [Fact]
    public async Task A_draft_outlives_its_tab_is_marked_in_the_list_shared_by_tabs_and_gone_with_the_login()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        var toms = await tom.ConnectAsync();
        await toms.Client.SendAsync(robin.User.Id, "hello");
        await using var context = await im.NewContextAsync(robin);
        var first = await ChatPage.OpenAsync("first", context, im.Address);
        await first.Find("composer").FillAsync("**half** a");
        await first.Page.CloseAsync();

        var page = await ChatPage.OpenAsync("second", context, im.Address);
        await Assertions.Expect(page.Find("composer")).ToHaveValueAsync("**half** a");
        await Assertions.Expect(page.Find("conversation-draft")).ToHaveCountAsync(0);
        await page.OpenChatWithAsync(tom.User.Nickname);
        await Assertions.Expect(page.Find("composer")).ToHaveValueAsync("");
        var lobby = page.Page.Locator("[data-testid=conversation][data-conversation=lobby]");
        await Assertions.Expect(lobby.GetByTestId("conversation-draft")).ToHaveTextAsync("Draft: half a");

        // What is written in one tab is in the other, unless somebody is writing there.
        var other = await ChatPage.OpenAsync("other", context, im.Address);
        await Assertions.Expect(other.Find("composer")).ToHaveValueAsync("**half** a");
        await other.Find("composer").EvaluateAsync("e => e.blur()");
        await lobby.ClickAsync();
        await page.Find("composer").FillAsync("more of it");
        await Assertions.Expect(other.Find("composer")).ToHaveValueAsync("more of it");
        await other.Find("composer").FocusAsync();
        await page.Find("composer").FillAsync("from the one");
        await page.OpenChatWithAsync(tom.User.Nickname);
        await page.Find("composer").FillAsync("to Tom");
        await Assertions.Expect(other.Find("conversation-draft")).ToHaveTextAsync("Draft: to Tom");
        await Assertions.Expect(other.Find("composer")).ToHaveValueAsync("more of it");
        await other.Find("composer").PressAsync("End");
        await other.Page.Keyboard.InsertTextAsync("!");
        await Assertions.Expect(lobby.GetByTestId("conversation-draft")).ToHaveTextAsync("Draft: more of it!");

        // Sent, it is a draft no longer.
        await other.Find("composer").PressAsync("Enter");
        await Assertions.Expect(lobby.GetByTestId("conversation-draft")).ToHaveCountAsync(0);
        Assert.Equal(1, await DraftsAsync());
        await page.Find("logout").ClickAsync();
        await page.ExpectGuestAsync();
        Assert.Equal(0, await DraftsAsync());
        Assert.Empty(page.Errors.Concat(other.Errors));

        Task<int> DraftsAsync() => page.Page.EvaluateAsync<int>("() => Object.keys(localStorage).filter(key => key.startsWith('im.draft ')).length");
    }
}
