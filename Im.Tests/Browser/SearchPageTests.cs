using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>Search as people use it: looked for by keys, narrowed, gone to.</summary>
[Collection(PageCollection.Name)]
public sealed class SearchPageTests(PageFixture im)
{
    [Fact]
    public async Task What_was_said_long_ago_is_found_by_words_or_characters_and_gone_to()
    {
        await im.WaitForTwoNodesAsync();
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        var word = $"w{Guid.NewGuid():N}"[..12];
        var (one, two) = ((await jenny.ConnectAsync()).Client, (await tom.ConnectAsync()).Client);
        await one.SendAsync(tom.User.Id, $"Shall we meet at the {word}? 明天去北京大学 https://example.org/map");
        for (var i = 0; i < 150; i++)
            await two.SendAsync(jenny.User.Id, $"line {i}");
        await two.SendAsync(jenny.User.Id, $"yes, at the {word}, and bring cake");
        // The .NET client's way to the same.
        await Eventually.TrueAsync(async () => (await two.SearchAsync(new(word) { Conversation = ConversationId.Direct(jenny.User.Id, tom.User.Id), Since = DateTimeOffset.UtcNow.AddDays(-1) })).Hits.Count == 2, seconds: 60);
        await using var hers = await im.NewContextAsync(jenny);
        var page = await ChatPage.OpenAsync("jenny", hers, im.Address);
        await page.Find("search-open").ClickAsync();
        await Assertions.Expect(page.Find("search-input")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Find("search-input")).ToBeHiddenAsync();
        await page.Page.Keyboard.PressAsync("Control+Shift+F");
        await Assertions.Expect(page.Find("search-input")).ToBeFocusedAsync();
        await Axe.ExpectCleanAsync(page.Page, "search");
        await page.Find("search-input").FillAsync(word.ToUpperInvariant());
        await Assertions.Expect(page.Find("search-hit")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Find("search-hit").First).ToContainTextAsync("bring cake");
        await Assertions.Expect(page.Find("search-hit").First.Locator("mark")).ToHaveTextAsync(word);
        await Axe.ExpectCleanAsync(page.Page, "search results");
        await LookAsync(page, "results");

        await page.Find("search-link").CheckAsync();
        await Assertions.Expect(page.Find("search-hit")).ToHaveCountAsync(1);
        await page.Find("search-file").CheckAsync();
        await Assertions.Expect(page.Find("search-hit")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Find("search-link")).Not.ToBeCheckedAsync();
        await page.Find("search-file").UncheckAsync();
        await Assertions.Expect(page.Find("search-hit")).ToHaveCountAsync(2);
        await page.Find("search-who").SelectOptionAsync(tom.User.Id.ToString());
        await Assertions.Expect(page.Find("search-hit")).ToHaveCountAsync(1);
        await page.Find("search-who").SelectOptionAsync("");
        await page.Find("search-where").SelectOptionAsync("lobby");
        await Assertions.Expect(page.Find("search-hit")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Find("search-results")).ToHaveAttributeAsync("data-count", "0");
        await page.Find("search-where").SelectOptionAsync(tom.User.Id.ToString());
        await page.Find("search-input").FillAsync("北京");
        await Assertions.Expect(page.Find("search-hit")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Find("search-hit").Locator("mark")).ToHaveTextAsync("北京");

        // By keys alone: into the results, and there.
        await page.Find("search-input").PressAsync("ArrowDown");
        await Assertions.Expect(page.Find("search-hit")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Find("search-input")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Page.Locator("[data-testid=message][data-line='1']")).ToBeFocusedAsync();

        // The others are still there, also on a phone.
        await page.Page.SetViewportSizeAsync(390, 844);
        await page.Page.Keyboard.PressAsync("/");
        await Assertions.Expect(page.Find("search-hit")).ToHaveCountAsync(1);
        await Axe.ExpectCleanAsync(page.Page, "search on a phone");
        await LookAsync(page, "phone");
    }

    private static async Task LookAsync(ChatPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("IM_LOOK") is { } folder)
            await page.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"search-{name}.png") });
    }
}
