using Im.Client.Chat;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>Everybody can use what opens: menus, pickers and dialogs, in both colours, wide and narrow.</summary>
[Collection(PageCollection.Name)]
public sealed class MenusAxePageTests(PageFixture im)
{
    [Theory]
    [InlineData(1280, ColorScheme.Light), InlineData(1280, ColorScheme.Dark), InlineData(390, ColorScheme.Light), InlineData(390, ColorScheme.Dark)]
    public async Task Menus_pickers_and_dialogs_keep_nobody_out(int width, ColorScheme scheme)
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom", brief: "likes tea");
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        var jennys = await jenny.ConnectAsync();
        await jennys.Client.SendAsync(tom.User.Id, "tea at https://tea.example?");
        await jennys.Client.ReactAsync(tom.User.Id, 1, ["👍"]);
        await using var context = await im.NewContextAsync(tom, new() { ViewportSize = new() { Width = width, Height = 844 }, ColorScheme = scheme });
        var page = await ChatPage.OpenAsync("tom", context, new(im.Address, $"/#/u/{jenny.User.Id}"));
        await page.SendAsync("at five");
        await page.ExpectMessageAsync("at five");
        await page.Message("at five").GetByTestId("message-how").ClickAsync();
        await Axe.ExpectCleanAsync(page.Page, "a conversation, with the way of a message");
        var keys = page.Page.Keyboard;
        await page.Message("at five").FocusAsync();
        await keys.PressAsync("Enter");
        await page.Find("actions").WaitForAsync();
        await Axe.ExpectCleanAsync(page.Page, "the menu of a line");
        await page.Find("action-recall").ClickAsync();
        await page.Find("action-recall-yes").WaitForAsync();
        await Axe.ExpectCleanAsync(page.Page, "the question whether to recall");
        await keys.PressAsync("Escape");
        await keys.PressAsync("+");
        await page.Find("emoji").First.WaitForAsync();
        await Axe.ExpectCleanAsync(page.Page, "the emoji");
        await keys.PressAsync("Escape");
        await keys.PressAsync("ControlOrMeta+k");
        await page.Find("goto-option").First.WaitForAsync();
        await Axe.ExpectCleanAsync(page.Page, "where to go");
        await keys.PressAsync("Escape");
        await keys.PressAsync("ControlOrMeta+/");
        await page.Find("shortcuts").WaitForAsync();
        await Axe.ExpectCleanAsync(page.Page, "the shortcuts");
        Assert.Empty(page.Errors);
    }
}
