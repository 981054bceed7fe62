using Im.Client.Chat;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Tests.Fixtures;
using Im.Tests.Web;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>The widget on a page of another origin, under that page's own policy; the page is the sample's.</summary>
[Collection(PageCollection.Name)]
public sealed class WidgetPageTests(PageFixture im)
{
    [Fact]
    public async Task Somebody_on_another_site_talks_with_somebody_in_the_page_and_is_told_how_it_stands()
    {
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny", "runs the shop");
        await im.Database.ScalarAsync<object>("UPDATE users SET is_admin = true WHERE id = $1", jenny.User.Id);
        var tab = await jenny.ConnectAsync();
        var room = (await tab.Client.Rooms.CreateAsync("Help", "what customers ask", history: RoomHistories.Everything)).Conversation;
        for (var i = 1; i <= 60; i++)
            await tab.Client.SendAsync(room, $"note {i}");
        var key = (await tab.Client.Account.CreateKeyAsync("shop", [ApiScopes.Widget], jenny.Password)).Key!;
        var origin = $"http://localhost:{FreePort.Next()}";
        var label = WebCollection.NewNickname();

        // The administrator allows the site, in the page.
        await using var context = await im.NewContextAsync(jenny);
        var page = await ChatPage.OpenAsync("jenny", context, new Uri(im.Address, "#/admin/sites"));
        await page.Find("admin-site-origin").FillAsync("shop.example");
        await page.Find("admin-site-label").FillAsync(label);
        await page.Find("admin-site-allow").ClickAsync();
        await Assertions.Expect(page.Find("admin-site-origin")).ToHaveAttributeAsync("aria-invalid", "true");
        await page.Find("admin-site-origin").FillAsync(origin);
        await page.Find("admin-site-allow").ClickAsync();
        var row = page.Page.Locator($"[data-testid=admin-site][data-origin='{origin}']");
        await Assertions.Expect(row).ToHaveCountAsync(1);
        await Axe.ExpectCleanAsync(page.Page, "the sites");
        await LookAsync(page.Page, "sites");
        await page.Page.EvaluateAsync($"location.hash = '#/r/{room}'");
        await page.ExpectMessageAsync("note 60");

        await using var site = await SiteWithWidget.StartAsync(origin, im.Address, key, $"{room}");
        await using var shop = await im.Chromium.NewContextAsync();
        var (widget, errors) = (await shop.NewPageAsync(), new List<string>());
        widget.PageError += (_, error) => errors.Add(error);
        widget.SetDefaultTimeout(30_000);
        // Nobody is logged in at the site.
        await widget.GotoAsync(origin);
        var status = widget.Locator("im-chat [part=status]");
        await Assertions.Expect(status).ToHaveAttributeAsync("data-phase", "none");
        await shop.AddCookiesAsync([new() { Name = "customer", Value = "<b>Ann</b>", Url = origin }]);
        await widget.Locator("im-chat [part=retry]").ClickAsync();
        await Assertions.Expect(status).ToHaveAttributeAsync("data-connected", "true");
        var messages = widget.Locator("im-chat [part=messages]");
        await Assertions.Expect(messages).ToContainTextAsync("note 60");

        // Both ways, live, and what is written is text.
        var input = widget.Locator("im-chat [part=input]");
        await input.FillAsync("<b>Do you</b> have\ntea?");
        await input.PressAsync("Enter");
        await Assertions.Expect(widget.Locator("im-chat [part~=own][data-line]")).ToHaveCountAsync(1);
        await Assertions.Expect(widget.Locator("im-chat b")).ToHaveCountAsync(0);
        await page.ExpectMessageAsync("<b>Do you</b> have");
        await Assertions.Expect(page.Page.GetByText($"<b>Ann</b> • {label}").First).ToBeAttachedAsync();
        await page.SendAsync("Green and black.");
        await Assertions.Expect(messages).ToContainTextAsync("Green and black.");

        // Upwards.
        await Assertions.Expect(widget.Locator("im-chat [part=messages] >> text=\"note 1\"")).ToHaveCountAsync(0);
        await messages.FocusAsync();
        await widget.Keyboard.PressAsync("Home");
        await Assertions.Expect(widget.Locator("im-chat [part=messages] >> text=\"note 1\"")).ToHaveCountAsync(1);

        // The site's colours, the page's language, and everybody can use it.
        await input.FillAsync("And milk?");
        await Assertions.Expect(widget.Locator("im-chat [part=send]")).ToBeEnabledAsync();
        Assert.Equal(["rgb(122, 31, 92)", "rgb(246, 233, 242)"], await widget.EvaluateAsync<string[]>("() => ['send', 'header'].map((part) => getComputedStyle(document.querySelector('im-chat').shadowRoot.querySelector(`[part=${part}]`)).backgroundColor)"));
        await LookAsync(widget, "inline");
        await input.FillAsync("");
        await Axe.ExpectCleanAsync(widget, "the widget");
        await widget.EvaluateAsync("() => document.querySelector('im-chat').setAttribute('lang', 'zh')");
        await Assertions.Expect(input).ToHaveAttributeAsync("placeholder", "输入消息");
        await widget.EvaluateAsync("() => document.querySelector('im-chat').setAttribute('lang', 'en')");

        // A bubble: what is said meanwhile is counted, by the keyboard it is opened and closed again.
        await widget.EvaluateAsync("() => document.querySelector('im-chat').setAttribute('mode', 'bubble')");
        var bubble = widget.Locator("im-chat [part=bubble]");
        await Assertions.Expect(bubble).ToBeVisibleAsync();
        await page.SendAsync("Anything else?");
        await Assertions.Expect(widget.Locator("im-chat [part=badge]")).ToHaveTextAsync("1");
        await Axe.ExpectCleanAsync(widget, "the bubble");
        await LookAsync(widget, "closed");
        await bubble.FocusAsync();
        await widget.Keyboard.PressAsync("Enter");
        await Assertions.Expect(input).ToBeFocusedAsync();
        await Assertions.Expect(messages).ToContainTextAsync("Anything else?");
        await Axe.ExpectCleanAsync(widget, "the open bubble");
        await LookAsync(widget, "bubble");
        await widget.Keyboard.PressAsync("Escape");
        await Assertions.Expect(bubble).ToBeFocusedAsync();
        await Assertions.Expect(widget.Locator("im-chat [part=badge]")).ToHaveCountAsync(0);

        // No cookie of Im's came or went, and the policy of the page around forbade nothing.
        Assert.Equal(["customer"], (await shop.CookiesAsync()).Select(cookie => cookie.Name));
        Assert.Empty(errors);

        // The site is not allowed any more.
        await bubble.ClickAsync();
        await page.Page.EvaluateAsync("location.hash = '#/admin/sites'");
        await row.GetByTestId("admin-site-remove").ClickAsync();
        await page.Find("admin-confirm-yes").ClickAsync();
        await Assertions.Expect(row).ToHaveCountAsync(0);
        await Assertions.Expect(status).ToHaveAttributeAsync("data-phase", "ended", new() { Timeout = 20_000 });
        Assert.Empty(page.Errors);
    }

    // For a look at it: IM_LOOK names a folder.
    private static async Task LookAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("IM_LOOK") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"widget-{name}.png") });
    }
}
