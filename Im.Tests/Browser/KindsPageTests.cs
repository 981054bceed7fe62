using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>Every kind of event on two pages at two nodes, in a real Chromium.</summary>
[Collection(PageCollection.Name)]
public sealed class KindsPageTests(PageFixture im)
{
    [Fact]
    public async Task What_one_does_to_a_message_the_other_sees_at_once_and_a_fresh_load_shows_the_same()
    {
        var (one, two) = await im.WaitForTwoNodesAsync();
        await using var tomUser = await ChatUser.JoinAsync(im.WebAddress, "tom");
        await using var jennyUser = await ChatUser.JoinAsync(im.WebAddress, "jenny");
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await ChromiumBrowser.LaunchAsync(playwright);
        await using var tomBrowser = await browser.NewContextAsync();
        await using var jennyBrowser = await browser.NewContextAsync();
        var tom = await ChatPage.OpenAsync("tom", tomBrowser, im.WebAddress, one);
        var jenny = await ChatPage.OpenAsync("jenny", jennyBrowser, im.WebAddress, two);
        await tom.LoginAsync(tomUser.User.Nickname, tomUser.Password);
        await jenny.LoginAsync(jennyUser.User.Nickname, jennyUser.Password);
        await tom.OpenChatWithAsync(jennyUser.User.Nickname);
        await jenny.OpenChatWithAsync(tomUser.User.Nickname);

        await tom.SendAsync("who brings the tea?");
        await jenny.ExpectMessageAsync("who brings the tea?");

        await ActAsync(jenny, "who brings the tea?", "action-reply");
        await jenny.SendAsync($"me, @{tomUser.User.Nickname}");
        var reply = tom.Message("me, @");
        await Assertions.Expect(reply.GetByTestId("quote")).ToContainTextAsync("who brings the tea?");
        await Assertions.Expect(reply.Locator("mark")).ToHaveTextAsync($"@{tomUser.User.Nickname}");
        await Assertions.Expect(tom.Find("message-seen")).ToHaveCountAsync(1); // not before she has answered

        await ActAsync(jenny, "me, @", "action-edit");
        await jenny.SendAsync("I do");
        await Assertions.Expect(tom.Message("I do").GetByTestId("message-edited")).ToHaveCountAsync(1);
        await ActAsync(tom, "I do", "action-react");
        await Assertions.Expect(jenny.Message("I do").GetByTestId("reaction")).ToHaveAttributeAsync("data-count", "1");

        await jenny.Page.BringToFrontAsync();
        await jenny.Find("poll-open").ClickAsync();
        await jenny.Find("poll-question").FillAsync("Which tea?");
        await jenny.Find("poll-option-input").Nth(0).FillAsync("green");
        await jenny.Find("poll-option-input").Nth(1).FillAsync("black");
        await jenny.Find("poll-submit").ClickAsync();
        foreach (var page in (ChatPage[])[tom, jenny])
        {
            await page.Page.BringToFrontAsync();
            await page.Message("Which tea?").GetByTestId("poll-option").Nth(1).ClickAsync();
        }
        foreach (var page in (ChatPage[])[tom, jenny])
            await Assertions.Expect(page.Message("Which tea?").GetByTestId("poll-option").Nth(1)).ToHaveAttributeAsync("data-count", "2");

        // What is recalled is nowhere, not in the quote either.
        await ActAsync(tom, "who brings the tea?", "action-recall");
        await tom.Find("action-recall-yes").ClickAsync();
        await Assertions.Expect(jenny.Find("message-removed")).ToHaveCountAsync(1);
        await Assertions.Expect(jenny.Page.GetByText("who brings the tea?")).ToHaveCountAsync(0);

        var shown = await ShownAsync(jenny);
        await jenny.Page.ReloadAsync();
        await jenny.WaitUntilReadyAsync();
        // What was kept in the browser may be older for a moment.
        await Eventually.TrueAsync(async () => (await ShownAsync(jenny)).SequenceEqual(shown), seconds: 15);
        Assert.Empty(tom.Errors.Concat(jenny.Errors));
    }

    private static async Task ActAsync(ChatPage page, string text, string action)
    {
        await page.Page.BringToFrontAsync();
        await page.Message(text).First.GetByTestId("message-actions").ClickAsync();
        await page.Find(action).First.ClickAsync();
    }

    private static Task<string[]> ShownAsync(ChatPage page) =>
        page.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('[data-testid=message]')].map(m => [...m.querySelectorAll('[data-testid=quote], .bubble, [data-testid=reaction], [data-testid=message-edited]')].map(part => part.textContent).join('|'))");
}
