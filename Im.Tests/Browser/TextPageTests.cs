using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>What becomes of a text on its way through the page, in a real Chromium.</summary>
[Collection(PageCollection.Name)]
public sealed class TextPageTests(PageFixture im)
{
    [Fact]
    public async Task A_text_arrives_as_it_was_typed_and_a_link_in_it_keeps_its_own_direction()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var context = await im.NewContextAsync(tom);
        var page = await ChatPage.OpenAsync("page", context, im.Address);
        var mark = $"{Guid.NewGuid():N}";
        var text = $"    {mark}\n  https://a.example/{mark}\u202Exyz ";
        await page.SendAsync(text);
        await page.ExpectMessageAsync(mark);

        var bubble = page.Message(mark).Locator(".bubble");
        Assert.Equal(text, await bubble.TextContentAsync());
        var link = bubble.Locator("a");
        Assert.Equal($"https://a.example/{mark}", await link.TextContentAsync());
        Assert.Equal($"https://a.example/{mark}", await link.EvaluateAsync<string>("a => a.href"));
        Assert.Equal("ltr isolate", await link.EvaluateAsync<string>("a => `${getComputedStyle(a).direction} ${getComputedStyle(a).unicodeBidi}`"));

        // Of a text of nothing there is nothing to send.
        await page.Find("composer").FillAsync("\u200B\u3164");
        await Assertions.Expect(page.Find("send")).ToBeDisabledAsync();
        Assert.Empty(page.Errors);
    }
}
