using Im.Client;
using Im.Client.Chat;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>No view has what axe calls a violation: light and dark, wide and narrow, with and without a connection.</summary>
[Collection(PageCollection.Name)]
public sealed class AxePageTests(PageFixture im)
{
    [Fact]
    public async Task Axe_finds_nothing_on_any_view_of_a_guest_and_of_a_user()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom", brief: "likes tea");
        await using var tomsTab = await tom.OpenAsync(im.Address);
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        await tomsTab.Client.SendAsync(ChatTarget.Lobby, "hello https://a.example");
        await tomsTab.Client.SendAsync(robin.User.Id, "hello");
        await using var context = await im.NewContextAsync();
        var page = await ChatPage.OpenAsync("guest", context, im.Address);
        await LookAsync("a guest in the lobby");
        await page.Find("login-open").First.ClickAsync();
        await page.Find("login-nickname").FillAsync("nobody has it");
        await page.Find("login-password").FillAsync("correct horse");
        await page.Find("login-submit").ClickAsync();
        await page.Find("login-unknown").WaitForAsync();
        await LookAsync("the login that asks");
        await page.Find("login-nickname").FillAsync(robin.User.Nickname);
        await page.Find("login-password").FillAsync("wrong horse");
        await page.Find("login-submit").ClickAsync();
        await page.Page.Locator("[role=alert]").WaitForAsync();
        await LookAsync("a wrong password");
        await page.Find("login-password").FillAsync(robin.Password);
        await page.Find("login-submit").ClickAsync();
        await page.ExpectUserAsync(robin.User.Nickname);
        await LookAsync("a user in the lobby");
        await page.OpenConversationAsync(tom.User.Nickname);
        await page.ExpectMessageAsync("hello");
        await LookAsync("a direct conversation");
        foreach (var dialog in new[] { "devices", "keys", "password", "delete" })
        {
            await page.Find("brief-edit").ClickAsync();
            await page.Find($"{dialog}-open").ClickAsync();
            await Assertions.Expect(page.Page.Locator("[aria-busy=true]")).ToHaveCountAsync(0);
            await LookAsync($"the dialog {dialog}");
            await page.Page.Keyboard.PressAsync("Escape");
        }
        await page.Page.WaitForFunctionAsync("() => !history.state?.layers"); // the dialog's step in the history has been taken back
        await page.Page.EvaluateAsync("() => { location.hash = '#/u/nobody'; }");
        await Assertions.Expect(page.Find("absent")).ToHaveAttributeAsync("data-why", "nobody");
        await LookAsync("nobody");

        await page.Page.SetViewportSizeAsync(390, 844);
        await page.Find("absent-lobby").ClickAsync();
        await LookAsync("the lobby on a phone");
        await page.Find("people-open").ClickAsync();
        await LookAsync("the people on a phone");
        await page.Find("people-close").ClickAsync();
        await page.Find("back").ClickAsync();
        await LookAsync("the list on a phone");
        Assert.Empty(page.Errors);

        async Task LookAsync(string view)
        {
            await page.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
            await Axe.ExpectCleanAsync(page.Page, view);
            await page.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            await Axe.ExpectCleanAsync(page.Page, $"{view}, dark", "color-contrast");
        }
    }

    [Fact]
    public async Task Axe_finds_nothing_while_there_is_no_connection_and_forced_colours_keep_what_colours_said()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom", brief: "likes tea");
        await using var tomsTab = await tom.OpenAsync(im.Address);
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        await tomsTab.Client.SendAsync(ChatTarget.Lobby, "hello");
        await using var context = await im.NewContextAsync(robin);
        var sockets = new List<IWebSocketRoute>();
        var up = true;
        await context.RouteWebSocketAsync("**/ws*", socket =>
        {
            if (!up)
                _ = socket.CloseAsync();
            else
            {
                socket.ConnectToServer();
                sockets.Add(socket);
            }
        });
        var page = await ChatPage.OpenAsync("page", context, im.Address);
        await Assertions.Expect(page.Online(tom.User.Nickname)).ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator(".bubble").First).ToBeVisibleAsync();
        up = false;
        foreach (var socket in sockets)
            await socket.CloseAsync(new() { Code = 1012 });
        await Assertions.Expect(page.Page.Locator("[data-testid=connection-state][data-phase=waiting]")).ToHaveCountAsync(1);
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await page.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            // axe does not look through a veil.
            Assert.Equal("1", await page.Online(tom.User.Nickname).EvaluateAsync<string>("each => { let all = 1; for (; each; each = each.parentElement) all *= getComputedStyle(each).opacity; return `${all}`; }"));
            await Axe.ExpectCleanAsync(page.Page, $"no connection, {scheme}");
        }

        await page.Page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active });
        foreach (var shown in new[] { ".bubble", ".avatar", ".conversation[aria-current=page]" })
            Assert.NotEqual("none none", await page.Page.Locator(shown).First.EvaluateAsync<string>("each => { const style = getComputedStyle(each); return `${style.borderTopStyle} ${style.outlineStyle}`; }"));
    }
}
