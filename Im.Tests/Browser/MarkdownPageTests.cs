using Im.Client.Chat;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>The Markdown of a text, and long texts, in a real Chromium.</summary>
[Collection(PageCollection.Name)]
public sealed class MarkdownPageTests(PageFixture im)
{
    private const string Rich = "**bold** *italic* ~~struck~~ `co*de*` 2*3*4\n> quoted\nanswer\n- one\n- two\n<img src=x onerror=alert(1)> [the bank](https://evil.example/x_y_z)\n```js\nconst a = 1;\n```\nend";

    [Fact]
    public async Task A_text_is_shown_as_its_Markdown_says_and_is_in_the_page_as_it_was_typed()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        var toms = await tom.ConnectAsync();
        var longCode = $"```\n\u05D0 {new string('x', 400)}\n```";
        await toms.Client.SendAsync(robin.User.Id, Rich);
        await toms.Client.SendAsync(robin.User.Id, longCode);
        await using var context = await im.NewContextAsync(robin, new() { Permissions = ["clipboard-read", "clipboard-write"] });
        var page = await ChatPage.OpenAsync("robin", context, im.Address);
        await page.OpenConversationAsync(tom.User.Nickname);

        var text = page.Message("answer").GetByTestId("message-text");
        await Assertions.Expect(text).ToHaveCountAsync(1);
        Assert.Equal(Rich, await text.TextContentAsync());
        Assert.Equal(
            ["strong:**bold**", "em:*italic*", "del:~~struck~~", "code:`co*de*`", "blockquote:> quoted\n", "li:- one\n", "li:- two\n", "a:https://evil.example/x_y_z", "code:const a = 1;"],
            await text.EvaluateAsync<string[]>("t => [...t.querySelectorAll('strong, em, del, code, blockquote, li, a, img, script')].map(e => `${e.localName}:${e.textContent}`)"));
        Assert.Equal("https://evil.example/x_y_z", await text.Locator("a").GetAttributeAsync("href"));
        Assert.DoesNotContain("**", await text.Locator("strong").EvaluateAsync<string>("e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join()"));
        // In the list of conversations, in one line, without marks.
        await toms.Client.SendAsync(robin.User.Id, "**soon**, `x`");
        await Assertions.Expect(page.Page.Locator($"[data-testid=conversation][data-conversation='{tom.User.Id}']")).ToContainTextAsync("soon, x");

        // What is selected is copied as it was typed; the code's button copies the code.
        await text.EvaluateAsync("t => getSelection().selectAllChildren(t)");
        await page.Page.Keyboard.PressAsync("Control+c");
        Assert.Equal(Rich, await page.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
        await text.GetByTestId("code-copy").ClickAsync();
        await Assertions.Expect(text.GetByTestId("code-copy")).ToHaveAttributeAsync("data-copied", "true");
        Assert.Equal("const a = 1;", await page.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));

        // Code goes from left to right, and its line scrolls within it.
        var code = page.Message("xxxxxxxx").Locator("pre");
        Assert.Equal("ltr true true", await code.EvaluateAsync<string>("""
            e => [getComputedStyle(e).direction, e.scrollWidth > e.clientWidth, document.querySelector('[data-testid=messages]').scrollWidth <= document.querySelector('[data-testid=messages]').clientWidth].join(' ')
            """));
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task A_text_that_would_fill_the_screen_is_folded_until_one_wants_it_and_stays_as_chosen()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        var toms = await tom.ConnectAsync();
        var wall = string.Concat(Enumerable.Repeat("A wall of words. ", 235));
        await toms.Client.SendAsync(robin.User.Id, $"{wall} https://a.example/end");
        await toms.Client.SendAsync(robin.User.Id, "after it");
        await using var context = await im.NewContextAsync(robin, new() { ViewportSize = new() { Width = 1280, Height = 800 } });
        var page = await ChatPage.OpenAsync("robin", context, im.Address);
        await page.OpenConversationAsync(tom.User.Nickname);
        var message = page.Message("A wall of words.");
        var fold = message.GetByTestId("message-fold");
        await Assertions.Expect(fold).ToHaveAttributeAsync("aria-expanded", "false");
        var folded = await HeightAsync();
        Assert.InRange(folded, 200, 400);

        await fold.ClickAsync();
        await Assertions.Expect(fold).ToHaveAttributeAsync("aria-expanded", "true");
        Assert.True(await HeightAsync() > 2 * folded);
        await page.Page.Locator("[data-testid=conversation][data-conversation=lobby]").ClickAsync();
        await page.OpenConversationAsync(tom.User.Nickname);
        await Assertions.Expect(fold).ToHaveAttributeAsync("aria-expanded", "true");

        // Folded again, what one looks at stays where it was.
        await fold.ScrollIntoViewIfNeededAsync();
        await fold.EvaluateAsync("b => { const list = b.closest('[data-testid=messages]'); list.scrollTop -= 40; }");
        await fold.ClickAsync();
        await Assertions.Expect(fold).ToHaveAttributeAsync("aria-expanded", "false");
        await Assertions.Expect(fold).ToBeInViewportAsync();
        Assert.InRange(await HeightAsync(), folded - 1, folded + 1);

        // The focus, as the browser's search, goes to what is hidden: it is shown then.
        await message.Locator("a").FocusAsync();
        await Assertions.Expect(fold).ToHaveAttributeAsync("aria-expanded", "true");
        Assert.Empty(page.Errors);

        Task<double> HeightAsync() => message.EvaluateAsync<double>("m => m.getBoundingClientRect().height");
    }

    [Fact]
    public async Task Marks_of_direction_in_a_name_or_a_text_turn_nothing_around_them()
    {
        await using var joined = await ChatUser.JoinAsync(im.Address, "tom");
        await im.Database.ScalarAsync<object>("UPDATE users SET user_name = $2 WHERE id = $1", joined.User.Id, "\u202E\u05D0tom");
        await using var tom = await joined.InAnotherBrowserAsync();
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        var toms = await tom.ConnectAsync();
        await toms.Client.SendAsync(robin.User.Id, "\u202E\u2067one\ntwo");
        await using var context = await im.NewContextAsync(robin);
        var page = await ChatPage.OpenAsync("robin", context, im.Address);
        await page.Page.Locator($"[data-testid=conversation][data-conversation='{tom.User.Id}']").ClickAsync();
        await page.ExpectMessageAsync("two");

        Assert.Equal("ltr", await DirectionAsync(page, "[data-testid=message-text]", "two", "wo"));
        await Assertions.Expect(page.Find("composer")).ToHaveAttributeAsync("placeholder", "Message \u2068\u05D0tom\u2069");
        Assert.Matches("^(\\(1\\) )?\u2068\u05D0tom\u2069 ", await page.Page.TitleAsync());
        await toms.Client.TypingAsync(robin.User.Id);
        await Assertions.Expect(page.Find("typing")).ToHaveAttributeAsync("data-active", "true");
        Assert.Equal("ltr", await DirectionAsync(page, "[data-testid=typing]", "is typing", "typing"));

        // Hebrew is written from right to left, each line for itself.
        await toms.Client.SendAsync(robin.User.Id, "\u05E9\u05DC\u05D5\u05DD abc\nplain words");
        await page.ExpectMessageAsync("plain words");
        Assert.Equal("rtl", await DirectionAsync(page, "[data-testid=message]:last-child [data-testid=message-text]", "\u05E9\u05DC\u05D5\u05DD abc", "abc"));
        Assert.Equal("ltr", await DirectionAsync(page, "[data-testid=message]:last-child [data-testid=message-text]", "plain words", "words"));
        Assert.Empty(page.Errors);
    }

    /// <summary>On which side of the beginning of <paramref name="words"/> a later part of them is drawn.</summary>
    private static Task<string> DirectionAsync(ChatPage page, string selector, string words, string part) => page.Page.EvaluateAsync<string>("""
        ([selector, words, part]) => {
          const walker = document.createTreeWalker([...document.querySelectorAll(selector)].at(-1), NodeFilter.SHOW_TEXT);
          for (let node; (node = walker.nextNode()); ) {
            const from = node.data.indexOf(words);
            if (from < 0) continue;
            const left = (at) => { const range = document.createRange(); range.setStart(node, at); range.setEnd(node, at + 1); return range.getBoundingClientRect().left; };
            return left(from + words.indexOf(part)) > left(from) ? 'ltr' : 'rtl';
          }
          return 'nowhere';
        }
        """, new[] { selector, words, part });
}
