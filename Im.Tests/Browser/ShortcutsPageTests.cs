using Im.Client.Chat;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>Going about the page with keys, and the emoji one writes, in a real Chromium.</summary>
[Collection(PageCollection.Name)]
public sealed class ShortcutsPageTests(PageFixture im)
{
    [Fact]
    public async Task Keys_go_to_anybody_to_the_next_conversation_and_to_the_next_that_is_unread_and_a_dialog_tells_of_them()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        await using var zoe = await ChatUser.JoinAsync(im.Address, "Zoé");
        var zoes = await zoe.ConnectAsync();
        await zoes.Client.SendAsync(tom.User.Id, "are you there?");
        await (await jenny.ConnectAsync()).Client.SendAsync(tom.User.Id, "hello");
        await using var context = await im.NewContextAsync(tom);
        var page = await ChatPage.OpenAsync("tom", context, im.Address);
        await Assertions.Expect(Of(zoe.User.Id.ToString())).ToHaveAttributeAsync("data-unread", "1");
        var keys = page.Page.Keyboard;

        // Without accents and case, and Enter.
        await keys.PressAsync("ControlOrMeta+k");
        await Assertions.Expect(page.Find("goto-input")).ToBeFocusedAsync();
        await keys.TypeAsync(zoe.User.Nickname.Replace('é', 'e').ToUpperInvariant());
        await Assertions.Expect(page.Find("goto-option")).ToHaveCountAsync(1);
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Find("chat-title")).ToContainTextAsync(zoe.User.Nickname);
        await page.ExpectMessageAsync("are you there?");
        await Assertions.Expect(Of(zoe.User.Id.ToString())).ToHaveAttributeAsync("data-unread", "0");

        // Jenny's stands above hers, the lobby above that; the other way round it goes on at the end.
        await keys.PressAsync("Alt+Shift+ArrowDown");
        await Assertions.Expect(page.Find("chat-title")).ToContainTextAsync(jenny.User.Nickname);
        await keys.PressAsync("Alt+ArrowDown");
        await Assertions.Expect(page.Find("chat-title")).ToContainTextAsync(zoe.User.Nickname);
        await keys.PressAsync("Alt+ArrowDown");
        await Assertions.Expect(Of("lobby")).ToHaveAttributeAsync("aria-current", "page");

        await keys.PressAsync("ControlOrMeta+/");
        await Assertions.Expect(page.Find("shortcuts").Locator("kbd").First).ToHaveTextAsync("Ctrl+K");
        await keys.PressAsync("Escape");
        await Assertions.Expect(page.Find("shortcuts")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Find("goto-open")).ToHaveAttributeAsync("aria-keyshortcuts", "Control+K");
        Assert.Empty(page.Errors);

        ILocator Of(string key) => page.Page.Locator($"[data-testid=conversation][data-conversation='{key}']");
    }

    [Fact]
    public async Task Emoji_are_found_by_name_in_the_pages_language_and_those_picked_last_are_offered_first()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var context = await im.NewContextAsync(tom, new() { Locale = "zh-CN" });
        var page = await ChatPage.OpenAsync("tom", context, im.Address);
        var keys = page.Page.Keyboard;
        await page.Find("composer").FillAsync("好");
        await page.Find("emoji-open").ClickAsync();
        await page.Find("emoji-search").FillAsync("猫");
        await Assertions.Expect(page.Page.Locator("[data-testid=emoji][data-emoji='🐱']")).ToHaveCountAsync(1);
        await page.Page.Locator("[data-testid=emoji][data-emoji='🐱']").ClickAsync();
        await Assertions.Expect(page.Find("emoji-picker")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Find("composer")).ToHaveValueAsync("好🐱");
        await Assertions.Expect(page.Find("composer")).ToBeFocusedAsync();

        // A skin tone stays chosen; the grid is gone through with arrows.
        await page.Find("emoji-open").ClickAsync();
        await Assertions.Expect(page.Find("emoji").First).ToHaveAttributeAsync("data-emoji", "🐱");
        await page.Find("emoji-tone").ClickAsync();
        await page.Find("emoji-group").Nth(2).ClickAsync();
        await Assertions.Expect(page.Find("emoji").First).ToHaveAttributeAsync("data-emoji", "👋🏻");
        await page.Find("emoji").First.FocusAsync();
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("ArrowDown");
        await Assertions.Expect(page.Find("emoji").Nth(10)).ToBeFocusedAsync();
        await keys.PressAsync("ArrowUp");
        await keys.PressAsync("ArrowUp");
        await Assertions.Expect(page.Find("emoji-search")).ToBeFocusedAsync();
        await keys.PressAsync("Escape");
        await Assertions.Expect(page.Find("emoji-picker")).ToHaveCountAsync(0);
        Assert.Empty(page.Errors); // nothing that the content security policy forbids, either
    }
}
