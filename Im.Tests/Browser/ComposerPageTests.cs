using Im.Client.Chat;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>Where one writes, in a real Chromium.</summary>
[Collection(PageCollection.Name)]
public sealed class ComposerPageTests(PageFixture im)
{
    private static readonly string TenLines = string.Join('\n', Enumerable.Range(1, 10));

    /// <param name="measures">Whether the browser can make a field as tall as its text.</param>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_composer_that_grows_keeps_the_newest_message_in_view_and_what_comes_then_is_read(bool measures)
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        var toms = await tom.ConnectAsync();
        for (var i = 1; i <= 30; i++)
            await toms.Client.SendAsync(robin.User.Id, $"said {i}.");
        await using var context = await im.NewContextAsync(robin, new() { ViewportSize = new() { Width = 1280, Height = 800 }, BypassCSP = true });
        if (!measures)
            await context.AddInitScriptAsync("CSS.supports = () => false; addEventListener('DOMContentLoaded', () => document.head.append(Object.assign(document.createElement('style'), { textContent: 'textarea { field-sizing: fixed !important }' })))");
        var page = await ChatPage.OpenAsync("robin", context, im.Address);
        await page.OpenConversationAsync(tom.User.Nickname);
        await page.Find("to-newest").ClickAsync();
        await Assertions.Expect(page.Message("said 30.")).ToBeInViewportAsync();

        // Nothing of it may shrink between two keys: a list that is taller for a moment is scrolled.
        await page.Page.EvaluateAsync("() => { window.heights = []; new ResizeObserver(() => heights.push(document.getElementById('composer').clientHeight)).observe(document.getElementById('composer')); }");
        await page.Find("composer").FocusAsync();
        await page.Page.Keyboard.InsertTextAsync("1");
        for (var line = 2; line <= 10; line++)
        {
            await page.Page.Keyboard.PressAsync("Shift+Enter");
            await page.Page.Keyboard.InsertTextAsync($"{line}");
        }
        Assert.Equal(TenLines, await page.Find("composer").InputValueAsync());
        await Assertions.Expect(page.Message("said 30.")).ToBeInViewportAsync(new() { Ratio = 0.9f });
        var heights = await page.Page.EvaluateAsync<double[]>("() => heights");
        Assert.Equal(heights.Order(), heights);
        Assert.InRange(heights[^1], 200, 320);

        await toms.Client.SendAsync(robin.User.Id, "and this.");
        await Assertions.Expect(page.Message("and this.")).ToBeInViewportAsync(new() { Ratio = 0.9f });
        await Assertions.Expect(page.Page.Locator($"[data-testid=conversation][data-conversation='{tom.User.Id}']")).ToHaveAttributeAsync("data-unread", "0");

        // At two fifths of the window it stops, and scrolls.
        await page.Find("composer").FillAsync(string.Join('\n', Enumerable.Range(1, 100)));
        Assert.Equal("true true", await page.Find("composer").EvaluateAsync<string>("e => `${e.clientHeight <= innerHeight * 0.4 + 1} ${e.scrollHeight > e.clientHeight}`"));
        await Assertions.Expect(page.Message("and this.")).ToBeInViewportAsync(new() { Ratio = 0.9f });
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task On_a_phone_Enter_begins_a_line_and_the_button_sends_and_with_a_keyboard_Enter_sends()
    {
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        var mark = $"{Guid.NewGuid():N}";
        await using var phoneContext = await im.NewContextAsync(robin, new() { IsMobile = true, HasTouch = true, ViewportSize = new() { Width = 390, Height = 844 } });
        var phone = await ChatPage.OpenAsync("phone", phoneContext, im.Address);
        await Assertions.Expect(phone.Find("composer")).ToHaveAttributeAsync("enterkeyhint", "enter");
        Assert.Contains("Enter starts a new line", await phone.Page.Locator("#composer-hint").TextContentAsync());
        await phone.Find("emoji-open").TapAsync(); // without the focus nearby it stays where it is
        await phone.Find("emoji").First.WaitForAsync();
        await phone.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(phone.Find("emoji")).ToHaveCountAsync(0);
        await phone.Find("composer").TapAsync();
        await phone.Page.Keyboard.InsertTextAsync(mark);
        await phone.Page.Keyboard.PressAsync("Enter");
        await phone.Page.Keyboard.InsertTextAsync("two");
        await phone.Find("send").TapAsync();
        await phone.ExpectMessageAsync(mark);
        Assert.Equal($"{mark}\ntwo", await phone.Message(mark).GetByTestId("message-text").TextContentAsync());

        await using var context = await im.NewContextAsync(robin);
        var page = await ChatPage.OpenAsync("desk", context, im.Address);
        await Assertions.Expect(page.Find("composer")).ToHaveAttributeAsync("enterkeyhint", "send");
        Assert.Contains("Enter sends", await page.Page.Locator("#composer-hint").TextContentAsync());
        await page.Find("composer").FocusAsync();
        await page.Page.Keyboard.InsertTextAsync($"desk {mark}");
        await page.Page.Keyboard.PressAsync("Shift+Enter");
        await page.Page.Keyboard.InsertTextAsync("two");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.ExpectMessageAsync($"desk {mark}");
        Assert.Equal($"desk {mark}\ntwo", await page.Message($"desk {mark}").GetByTestId("message-text").TextContentAsync());
        Assert.Empty(phone.Errors.Concat(page.Errors));
    }

    [Fact]
    public async Task Shortcuts_put_marks_help_says_which_there_are_and_what_is_too_long_says_by_how_much()
    {
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        await using var context = await im.NewContextAsync(robin);
        var page = await ChatPage.OpenAsync("robin", context, im.Address);
        var composer = page.Find("composer");
        await composer.FillAsync("some words");
        await composer.EvaluateAsync("e => e.setSelectionRange(5, 10)");
        await composer.PressAsync("Control+b");
        await Assertions.Expect(composer).ToHaveValueAsync("some **words**");
        await composer.PressAsync("Control+i");
        await Assertions.Expect(composer).ToHaveValueAsync("some **_words_**");
        await composer.PressAsync("Control+i");
        await composer.PressAsync("Control+b");
        await composer.PressAsync("Control+e");
        await Assertions.Expect(composer).ToHaveValueAsync("some `words`");
        await composer.PressAsync("Control+z");
        await Assertions.Expect(composer).ToHaveValueAsync("some words");

        await page.Find("format-help-open").ClickAsync();
        await Assertions.Expect(page.Find("format-help").Locator("strong")).ToHaveCountAsync(1);
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Find("format-help")).ToHaveCountAsync(0);

        await composer.FillAsync("");
        await page.Page.Keyboard.InsertTextAsync($"a\n{new string('b', 10_498)}");
        await Assertions.Expect(page.Page.Locator(".composer-left")).ToHaveTextAsync("500 too many");
        await Assertions.Expect(page.Find("send")).ToBeDisabledAsync();
        Assert.StartsWith("a\nb", await composer.InputValueAsync());
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task A_name_is_offered_without_its_accents_and_chosen_with_the_keyboard()
    {
        await using var zoe = await ChatUser.JoinAsync(im.Address, "Zoé");
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        await zoe.ConnectAsync();
        await using var context = await im.NewContextAsync(robin);
        var page = await ChatPage.OpenAsync("robin", context, im.Address);
        await page.Online(zoe.User.Nickname).WaitForAsync();
        var composer = page.Find("composer");
        var typed = zoe.User.Nickname.Replace("é", "E", StringComparison.Ordinal).ToUpperInvariant();
        await composer.PressSequentiallyAsync($"hi @{typed[..8]}");
        var option = page.Find("mention-option").Filter(new() { HasText = zoe.User.Nickname });
        await Assertions.Expect(option).ToHaveAttributeAsync("aria-selected", "true");
        await Assertions.Expect(composer).ToHaveAttributeAsync("aria-activedescendant", (await option.GetAttributeAsync("id"))!);
        await composer.PressAsync("Escape");
        await Assertions.Expect(option).ToHaveCountAsync(0);
        await composer.PressSequentiallyAsync(typed[8..9]);
        await composer.PressAsync("Tab");
        await Assertions.Expect(composer).ToHaveValueAsync($"hi @{zoe.User.Nickname} ");
        var mark = $"{Guid.NewGuid():N}";
        await composer.PressSequentiallyAsync(mark);
        await composer.PressAsync("Enter");
        await page.ExpectMessageAsync(mark);
        await Assertions.Expect(page.Message(mark).Locator("mark")).ToHaveTextAsync($"@{zoe.User.Nickname}");
        Assert.Empty(page.Errors);
    }
}
