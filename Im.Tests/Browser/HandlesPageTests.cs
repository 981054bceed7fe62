using System.Text.RegularExpressions;
using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>What one can do with a line, by pointer, finger and key, in a real Chromium.</summary>
[Collection(PageCollection.Name)]
public sealed partial class HandlesPageTests(PageFixture im)
{
    [Fact]
    public async Task With_the_keyboard_alone_one_replies_edits_reacts_copies_and_recalls()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        var jennys = await jenny.ConnectAsync();
        await jennys.Client.SendAsync(tom.User.Id, "tea?");
        await using var context = await im.NewContextAsync(tom);
        await context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var page = await ChatPage.OpenAsync("tom", context, new(im.Address, $"/#/u/{jenny.User.Id}"));
        await page.ExpectMessageAsync("tea?");

        // The menu takes the focus, arrows move in it, Esc gives the focus back.
        var keys = page.Page.Keyboard;
        await page.Message("tea?").FocusAsync();
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Find("actions")).ToHaveAttributeAsync("role", "menu");
        await Assertions.Expect(page.Find("action-react").First).ToBeFocusedAsync();
        await keys.PressAsync("ArrowRight");
        await Assertions.Expect(page.Find("action-react").Nth(1)).ToBeFocusedAsync();
        await keys.PressAsync("ArrowDown");
        await Assertions.Expect(page.Find("action-emoji")).ToBeFocusedAsync();
        await keys.PressAsync("End");
        await Assertions.Expect(page.Find("action-report")).ToBeFocusedAsync();
        await keys.PressAsync("Escape");
        await Assertions.Expect(page.Find("actions")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Message("tea?")).ToBeFocusedAsync();
        await keys.PressAsync("Shift+F10");
        await Assertions.Expect(page.Find("actions")).ToBeVisibleAsync();
        await keys.PressAsync("c");
        await Assertions.Expect(page.Find("action-copy")).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Find("notice")).ToHaveAttributeAsync("data-shown", "true");
        Assert.Equal("tea?", await page.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));

        // Keys on the line itself.
        await keys.PressAsync("r");
        await Assertions.Expect(page.Find("composer-context")).ToHaveAttributeAsync("data-mode", "reply");
        await keys.TypeAsync("at fvie");
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Message("at fvie").GetByTestId("quote")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Message("at fvie").GetByTestId("message-sent")).ToHaveCountAsync(1);

        // Up, in an empty field, edits what one wrote last.
        await Assertions.Expect(page.Find("composer")).ToBeFocusedAsync();
        await keys.PressAsync("ArrowUp");
        await Assertions.Expect(page.Find("composer-context")).ToHaveAttributeAsync("data-mode", "edit");
        await keys.PressAsync("ControlOrMeta+a");
        await keys.TypeAsync("at five");
        await keys.PressAsync("Enter");
        await page.ExpectMessageAsync("at five");

        // The picker, by a name; the reaction is reached with Tab.
        await page.Message("at five").FocusAsync();
        await keys.PressAsync("+");
        await Assertions.Expect(page.Find("emoji-search")).ToBeFocusedAsync();
        await keys.TypeAsync("teacup");
        await Assertions.Expect(page.Find("emoji").First).ToHaveAttributeAsync("data-emoji", "🍵");
        await keys.PressAsync("ArrowDown");
        await Assertions.Expect(page.Find("emoji").First).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        var reaction = page.Message("at five").GetByTestId("reaction");
        await Assertions.Expect(reaction).ToHaveAttributeAsync("data-key", "🍵");
        await Assertions.Expect(page.Message("at five")).ToBeFocusedAsync();
        for (var i = 0; i < 8 && !await reaction.EvaluateAsync<bool>("button => button === document.activeElement"); i++)
            await keys.PressAsync("Tab");
        await keys.PressAsync("Enter");
        await Assertions.Expect(reaction).ToHaveCountAsync(0);

        await page.Message("at five").FocusAsync();
        await keys.PressAsync("Delete");
        await Assertions.Expect(page.Find("action-recall-yes")).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Find("message-removed")).ToHaveCountAsync(1);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task The_menu_is_there_for_the_other_button_and_for_a_finger_that_rests_and_a_press_elsewhere_closes_it()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        await (await jenny.ConnectAsync()).Client.SendAsync(tom.User.Id, "tea?");
        var address = new Uri(im.Address, $"/#/u/{jenny.User.Id}");
        await using var context = await im.NewContextAsync(tom);
        var page = await ChatPage.OpenAsync("tom", context, address);
        await page.Message("tea?").Locator(".bubble").ClickAsync(new() { Button = MouseButton.Right });
        await Assertions.Expect(page.Find("actions")).ToBeVisibleAsync();
        await page.Find("composer").ClickAsync();
        await Assertions.Expect(page.Find("actions")).ToHaveCountAsync(0);

        await using var phone = await im.NewContextAsync(tom, new() { ViewportSize = new() { Width = 390, Height = 844 }, HasTouch = true, IsMobile = true });
        var small = await ChatPage.OpenAsync("tom's phone", phone, address);
        await small.ExpectMessageAsync("tea?");
        var bubble = (await small.Message("tea?").Locator(".bubble").BoundingBoxAsync())!;
        var input = await phone.NewCDPSessionAsync(small.Page);
        await input.SendAsync("Input.dispatchTouchEvent", new() { ["type"] = "touchStart", ["touchPoints"] = new[] { new { x = bubble.X + 8, y = bubble.Y + 8 } } });
        await Assertions.Expect(small.Find("actions")).ToBeVisibleAsync();
        await input.SendAsync("Input.dispatchTouchEvent", new() { ["type"] = "touchEnd", ["touchPoints"] = Array.Empty<object>() });
        var sheet = (await small.Find("actions").BoundingBoxAsync())!;
        Assert.Equal((390, 844), (Math.Round(sheet.Width), Math.Round(sheet.Y + sheet.Height)));
        var small44 = await small.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('[data-testid=actions] button, [data-testid=message] button')].filter(each => { const { width, height } = each.getBoundingClientRect(); return width < 44 || height < 44; }).map(each => each.outerHTML)");
        Assert.Empty(small44);
        await small.Find("action-react").First.TapAsync();
        await Assertions.Expect(small.Message("tea?").GetByTestId("reaction")).ToHaveAttributeAsync("data-count", "1");
        await Assertions.Expect(page.Message("tea?").GetByTestId("reaction")).ToHaveAttributeAsync("aria-pressed", "true");
        Assert.Empty(page.Errors.Concat(small.Errors));
    }

    [Fact]
    public async Task Unread_from_here_holds_on_every_device_of_the_user_until_the_conversation_is_opened_anew()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        var jennys = await jenny.ConnectAsync();
        for (var i = 1; i <= 4; i++)
            await jennys.Client.SendAsync(tom.User.Id, $"line {i}.");
        var toms = await tom.ConnectAsync();
        await toms.Client.People.AcceptAsync(jenny.User.Id);
        var address = new Uri(im.Address, $"/#/u/{jenny.User.Id}");
        await using var context = await im.NewContextAsync(tom);
        await using var elsewhere = await im.NewContextAsync(tom);
        var one = await ChatPage.OpenAsync("one", context, address, "node-1");
        var two = await ChatPage.OpenAsync("two", elsewhere, address, "node-2");
        await Assertions.Expect(Jennys(one)).ToHaveAttributeAsync("data-unread", "0");
        await Assertions.Expect(Jennys(two)).ToHaveAttributeAsync("data-unread", "0");

        await one.Page.BringToFrontAsync();
        await one.Message("line 3.").ClickAsync(new() { Button = MouseButton.Right });
        await one.Find("action-unread").ClickAsync();
        foreach (var page in (ChatPage[])[one, two])
        {
            await Assertions.Expect(Jennys(page)).ToHaveAttributeAsync("data-unread", "2");
            await Assertions.Expect(page.Find("new-divider")).ToHaveCountAsync(1);
        }

        // What comes now is unread too, though both have it on the screen; and the server knows the same.
        await jennys.Client.SendAsync(tom.User.Id, "line 5.");
        foreach (var page in (ChatPage[])[one, two])
        {
            await page.ExpectMessageAsync("line 5.");
            await Assertions.Expect(Jennys(page)).ToHaveAttributeAsync("data-unread", "3");
        }
        Assert.Equal((2, 3), await ListedAsync());
        Assert.Equal(4, (await jennys.Client.ConversationsAsync()).Single(each => each.Peer?.Id == tom.User.Id).PeerReadLine); // she was told that it was seen

        await two.Page.BringToFrontAsync();
        await two.Page.Locator("[data-testid=conversation][data-conversation=lobby]").ClickAsync();
        await Jennys(two).ClickAsync();
        foreach (var page in (ChatPage[])[one, two])
            await Assertions.Expect(Jennys(page)).ToHaveAttributeAsync("data-unread", "0");
        await Eventually.TrueAsync(async () => await ListedAsync() == (5, 0), seconds: 10);
        Assert.Empty(one.Errors.Concat(two.Errors));

        ILocator Jennys(ChatPage of) => of.Page.Locator($"[data-testid=conversation][data-conversation='{jenny.User.Id}']");

        async Task<(long, long)> ListedAsync()
        {
            var listed = (await toms.Client.ConversationsAsync()).Single(each => each.Peer?.Id == jenny.User.Id);
            return (listed.ReadLine, listed.Unread);
        }
    }

    [Fact]
    public async Task A_link_to_a_line_leads_there_for_both_of_a_direct_conversation_and_nobody_else()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        await using var eve = await ChatUser.JoinAsync(im.Address, "eve");
        var jennys = await jenny.ConnectAsync();
        for (var i = 1; i <= 70; i++)
            await jennys.Client.SendAsync(tom.User.Id, $"line {i}.");
        await using var context = await im.NewContextAsync(tom);
        await context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var page = await ChatPage.OpenAsync("tom", context, new(im.Address, $"/#/u/{jenny.User.Id}?line=5"));
        await Assertions.Expect(page.Message("line 5.")).ToBeInViewportAsync(new() { Timeout = 15_000 });
        await Assertions.Expect(page.Message("line 5.")).ToBeFocusedAsync(new() { Timeout = 15_000 });
        await page.Page.Keyboard.PressAsync("l");
        await Assertions.Expect(page.Find("notice")).ToHaveAttributeAsync("data-shown", "true");
        var link = await page.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()");
        Assert.EndsWith($"/#/c/{ConversationId.Direct(tom.User.Id, jenny.User.Id)}?line=5", link);

        await using var jennysContext = await im.NewContextAsync(jenny);
        var hers = await ChatPage.OpenAsync("jenny", jennysContext, new(link));
        await Assertions.Expect(hers.Find("chat-title")).ToContainTextAsync(tom.User.Nickname);
        await Assertions.Expect(hers.Message("line 5.")).ToBeInViewportAsync(new() { Timeout = 15_000 });
        await using var evesContext = await im.NewContextAsync(eve);
        var eves = await ChatPage.OpenAsync("eve", evesContext, new(link));
        await Assertions.Expect(eves.Page).ToHaveURLAsync(TheLobby(), new() { Timeout = 15_000 });
        Assert.Empty(page.Errors.Concat(hers.Errors).Concat(eves.Errors));
    }

    [GeneratedRegex("#/lobby")]
    private static partial Regex TheLobby();
}
