using Im.Client.Chat;
using Im.Tests.Client;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>The page in a window as narrow as a phone, where one pane is shown at a time, in a real Chromium.</summary>
[Collection(PageCollection.Name)]
public sealed class PhonePageTests(PageFixture im)
{
    [Fact]
    public async Task A_conversation_behind_the_list_reads_no_history_for_what_is_said_in_it()
    {
        await im.WaitForTwoNodesAsync();
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        await using var robin = await ChatUser.JoinAsync(im.WebAddress, "robin");
        await StoredBacklog.AddAsync(im.Database.ConnectionString, tom.User, robin.User.Id, 500);
        var tomsTab = await tom.ConnectAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await ChromiumBrowser.LaunchAsync(playwright);
        await using var context = await browser.NewContextAsync();
        var pagesRead = 0;
        context.Page += (_, page) => page.WebSocket += (_, socket) => socket.FrameSent += (_, frame) => pagesRead += frame.Text?.Contains("\"type\":\"lines\"") is true ? 1 : 0;
        var phone = await ChatPage.OpenAsync("phone", context, im.WebAddress);
        await phone.LoginAsync(robin.User.Nickname, robin.Password);
        await phone.OpenConversationAsync(tom.User.Nickname);
        await phone.Page.Locator("[data-line='1']").WaitForAsync(); // where reading begins
        await phone.Find("to-newest").ClickAsync();
        await phone.ExpectMessageAsync("stored 500");
        await phone.Page.SetViewportSizeAsync(400, 800);
        await phone.Find("back").ClickAsync();
        await Assertions.Expect(phone.Find("messages")).ToBeHiddenAsync();

        var before = pagesRead;
        for (var i = 1; i <= 5; i++)
            await tomsTab.Client.SendAsync(robin.User.Id, $"new {i}.");
        var toms = phone.Page.Locator($"[data-testid=conversation][data-conversation='{tom.User.Id}']");
        await Assertions.Expect(toms).ToHaveAttributeAsync("data-unread", "5");
        await toms.ClickAsync();
        await phone.ExpectMessageAsync("new 5.");
        await Assertions.Expect(toms).ToHaveAttributeAsync("data-unread", "0");
        Assert.True(before > 0);
        Assert.Equal(before, pagesRead);
        Assert.Empty(phone.Errors);
    }
}
