using Im.Client.Chat;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>Whoever has set their browser to letters twice as large reads and reaches everything.</summary>
[Collection(PageCollection.Name)]
public sealed class LargeTextPageTests(PageFixture im)
{
    /// <summary>Texts that are not larger, cut off, or over one another. What scrolls may hide something, and what ends in dots is cut on purpose.</summary>
    private const string Faults = """
        (view) => {
          for (const each of document.getAnimations()) if (each.effect.getComputedTiming().iterations !== Infinity) each.finish();
          const faults = innerWidth < document.documentElement.scrollWidth ? ['the page scrolls sideways'] : [];
          const texts = [];
          const walker = document.createTreeWalker(document.querySelector('dialog[open]') ?? document.querySelector('.app'), NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const element = node.parentElement;
            const range = document.createRange();
            range.selectNodeContents(node);
            const text = range.getBoundingClientRect();
            if (!node.data.trim() || text.width === 0 || element.closest('[inert]') || !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
            let [left, right, top, bottom, scrolling, isSeen] = [0, innerWidth, -Infinity, Infinity, null, true];
            for (let box = element; box !== document.body; box = box.parentElement) {
              const { overflowX, overflowY, textOverflow } = getComputedStyle(box);
              const edge = box.getBoundingClientRect();
              if (edge.height <= 1) isSeen = false; // for readers of the screen
              if (/auto|scroll/.test(overflowY)) {
                scrolling = box;
                isSeen &&= text.bottom > edge.top && text.top < edge.bottom;
                break;
              }
              if (textOverflow === 'ellipsis') [left, right] = [-Infinity, Infinity];
              else if (overflowX !== 'visible') [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
              if (overflowY !== 'visible' || box.matches('button, .button')) [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
            }
            if (!isSeen || text.bottom < 0) continue;
            const what = `${view}, "${node.data.trim().slice(0, 30)}"`;
            if (parseFloat(getComputedStyle(element).fontSize) < 22) faults.push(`${what}: small`);
            if (text.left < left - 1 || text.right > right + 1 || text.top < top - 2 || text.bottom > bottom + 2) faults.push(`${what}: cut off`);
            for (const other of texts) {
              const width = Math.min(text.right, other.text.right) - Math.max(text.left, other.text.left);
              const height = Math.min(text.bottom, other.text.bottom) - Math.max(text.top, other.text.top);
              if (width > 2 && height > 4 && scrolling === other.scrolling && element.closest('p, button') !== other.element.closest('p, button')) faults.push(`${what} over ${other.what}`);
            }
            texts.push({ element, text, scrolling, what });
          }
          return faults;
        }
        """;

    [Theory]
    [InlineData(1280, 800, "en-US"), InlineData(390, 844, "zh-CN")]
    public async Task With_letters_twice_as_large_nothing_is_cut_off_or_covered(int width, int height, string locale)
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom", brief: "likes tea");
        await using var tomsTab = await tom.OpenAsync(im.Address);
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        await tomsTab.Client.SendAsync(robin.User.Id, "hello **Robin**, `code` and a longer line that takes more than one row\n- one\n- two");
        await tomsTab.Client.ReactAsync(robin.User.Id, 1, ["👍"]);
        await using var context = await im.NewContextAsync(robin, new() { ViewportSize = new() { Width = width, Height = height }, Locale = locale });
        var page = await ChatPage.OpenAsync("page", context, im.Address);
        var devTools = await context.NewCDPSessionAsync(page.Page);
        await devTools.SendAsync("Page.enable");
        await devTools.SendAsync("Page.setFontSizes", new() { ["fontSizes"] = new { standard = 32, @fixed = 26 } });
        await page.Page.ReloadAsync();
        await page.WaitUntilReadyAsync();
        await page.Page.ReloadAsync(); // as a browser has it that was set so before: nobody hears of a change
        await Assertions.Expect(page.Page.Locator("html")).ToHaveCSSAsync("font-size", "32px");

        await ExpectAsync("the lobby");
        await page.Find("back").ClickAsync(); // one pane, as on a phone
        await page.Conversation($"{tom.User.Id}").WaitForAsync();
        await ExpectAsync("the list");
        await page.Find("brief-edit").ClickAsync();
        await page.Find("brief-input").WaitForAsync();
        await ExpectAsync("my info");
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Conversation($"{tom.User.Id}").ClickAsync();
        await page.ExpectMessageAsync("hello");
        await page.Find("composer").FillAsync("an answer");
        await ExpectAsync("a conversation");
        foreach (var one in new[] { "composer", "send" })
            await Assertions.Expect(page.Find(one)).ToBeInViewportAsync(new() { Ratio = 1 });
        await page.Find("people-open").ClickAsync();
        await Assertions.Expect(page.Find("people-close")).ToBeFocusedAsync();
        await ExpectAsync("the people");
        Assert.Empty(page.Errors);

        async Task ExpectAsync(string view) => Assert.Empty(await page.Page.EvaluateAsync<string[]>(Faults, view));
    }
}
