using Im.Client.Chat;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>A page whose browser is slow, in a real Chromium.</summary>
[Collection(PageCollection.Name)]
public sealed class SlowPageTests(PageFixture im)
{
    /// <summary>As on a machine with too much to do: the next frame, and what is to run soon, comes after the node has answered.</summary>
    private const string SlowFrames = """
        const later = window.setTimeout;
        window.requestAnimationFrame = (draw) => later(() => draw(performance.now()), 400);
        window.setTimeout = (run, ms = 0, ...rest) => later(run, Math.max(ms, 400), ...rest);
        """;

    [Fact]
    public async Task A_history_that_is_there_before_the_page_is_painted_is_shown()
    {
        await im.WaitForTwoNodesAsync();
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        await using var robin = await ChatUser.JoinAsync(im.WebAddress, "robin");
        await tom.ConnectAsync();
        await (await robin.ConnectAsync()).Client.SendAsync(tom.User.Id, "said before"); // so nothing is unread, and nothing else has the page drawn again
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await ChromiumBrowser.LaunchAsync(playwright);
        await using var context = await browser.NewContextAsync();
        await context.AddInitScriptAsync(SlowFrames);

        var slow = await ChatPage.OpenAsync("slow", context, im.WebAddress);
        await slow.LoginAsync(robin.User.Nickname, robin.Password);
        await slow.OpenChatWithAsync(tom.User.Nickname);
        await slow.ExpectMessageAsync("said before");
        Assert.Empty(slow.Errors);
    }
}
