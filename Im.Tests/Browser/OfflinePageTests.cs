using Im.Client;
using Im.Client.Chat;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>A page whose network goes, in a real Chromium.</summary>
[Collection(PageCollection.Name)]
public sealed class OfflinePageTests(PageFixture im)
{
    /// <summary>What the browser keeps; empty where it keeps nothing.</summary>
    private static Task<string> KeptAsync(ChatPage page) => page.Page.EvaluateAsync<string>("async () => (await (await caches.match('/im.visit'))?.text()) ?? ''");

    private static Task WhenKeptAsync(ChatPage page, Func<string, bool> condition) => Eventually.TrueAsync(async () => condition(await KeptAsync(page)), seconds: 30);

    /// <summary>Every state of the notice from now on, as `phase shown`.</summary>
    private const string WatchNotice = """
        () => {
          const notice = document.querySelector('[data-testid=connection-state]');
          window.notices = [];
          new MutationObserver(() => window.notices.push(`${notice.dataset.phase} ${notice.dataset.shown}`)).observe(notice, { attributes: true, attributeFilter: ['data-phase', 'data-shown'] });
        }
        """;

    private const string WatchMessages = """
        let had = false;
        window.wasEmptied = false;
        new MutationObserver(() => {
          const has = document.querySelector('[data-testid=message]') !== null;
          window.wasEmptied ||= had && !has;
          had = has;
        }).observe(document, { subtree: true, childList: true });
        """;

    /// <summary>The worker keeps the texts of a language that was asked for.</summary>
    private const string IsChineseKept = @"async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)))).flat().some((url) => /\/zh-[^/]*\.js$/.test(url))";

    [Fact]
    public async Task Without_a_network_a_reload_shows_what_was_there_and_what_is_written_then_is_sent_when_it_is_back()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        var toms = (await tom.ConnectAsync()).Client;
        await using var context = await im.NewContextAsync(jenny);
        var page = await ChatPage.OpenAsync("page", context, im.Address);
        await toms.SendAsync(jenny.User.Id, "said before the tunnel");
        var regretted = await toms.SendAsync(jenny.User.Id, "regretted");
        await page.OpenConversationAsync(tom.User.Nickname);
        await page.ExpectMessageAsync("regretted");
        await WhenKeptAsync(page, kept => kept.Contains("regretted", StringComparison.Ordinal));
        await toms.RecallAsync(jenny.User.Id, regretted.Line!.Value);
        await WhenKeptAsync(page, kept => kept.Length > 0 && !kept.Contains("regretted", StringComparison.Ordinal));
        await page.Page.EvaluateAsync("async () => { await navigator.serviceWorker.ready; }");

        // With a network, what is shown at once stays there until the node has said what is new.
        await page.Page.AddInitScriptAsync(WatchMessages);
        await page.Page.ReloadAsync();
        await page.ExpectMessageAsync("said before the tunnel");
        await page.WaitUntilReadyAsync();
        await toms.SendAsync(jenny.User.Id, "said before it, too");
        await page.ExpectMessageAsync("said before it, too");
        Assert.False(await page.Page.EvaluateAsync<bool>("() => window.wasEmptied"));
        await page.Find("language").ClickAsync();
        await Eventually.TrueAsync(() => page.Page.EvaluateAsync<bool>(IsChineseKept), seconds: 30);

        // At once: the browser itself says so.
        await context.SetOfflineAsync(true);
        var notice = page.Find("connection-state");
        await Assertions.Expect(notice).ToHaveAttributeAsync("data-shown", "true", new() { Timeout = 15_000 });
        await Assertions.Expect(notice).ToContainTextAsync("离线");

        await page.Page.ReloadAsync();
        await page.ExpectMessageAsync("said before the tunnel");
        await Assertions.Expect(page.Page.Locator("html")).ToHaveAttributeAsync("lang", "zh-CN");
        await page.Find("language").ClickAsync(); // Nobody has asked for Traditional Chinese while there was a network.
        await Assertions.Expect(page.Find("notice")).ToHaveAttributeAsync("data-shown", "true");
        await Assertions.Expect(page.Page.Locator("html")).ToHaveAttributeAsync("lang", "zh-CN");
        await Assertions.Expect(page.Find("message-removed")).ToHaveCountAsync(1);
        await page.ExpectUserAsync(jenny.User.Nickname);
        await Assertions.Expect(page.Page.Locator($"[data-testid=conversation][data-conversation='{tom.User.Id}']")).ToContainTextAsync(tom.User.Nickname);
        await Assertions.Expect(notice).ToHaveAttributeAsync("data-shown", "true", new() { Timeout = 15_000 });
        Assert.NotNull(await notice.GetAttributeAsync("data-since"));
        await page.Find("poll-open").ClickAsync(); // a part that is fetched late is there, too
        await page.Find("poll-question").PressAsync("Escape");
        await page.SendAsync("written in the tunnel");
        await Assertions.Expect(page.WithStatus("waiting")).ToContainTextAsync("written in the tunnel");

        await toms.SendAsync(jenny.User.Id, "said meanwhile");
        await context.SetOfflineAsync(false);
        await page.WaitUntilReadyAsync();
        await page.ExpectMessageAsync("written in the tunnel");
        await page.ExpectMessageAsync("said meanwhile");
        await Assertions.Expect(notice).ToHaveAttributeAsync("data-shown", "false");
        Assert.Null(await notice.GetAttributeAsync("data-since"));
        Assert.Equal(["said before the tunnel", "", "said before it, too", "said meanwhile", "written in the tunnel"], (await toms.LinesAsync(jenny.User.Id, limit: 10)).Lines.Select(line => line.Text ?? ""));

        // Nothing stays for whoever uses this browser next.
        await WhenKeptAsync(page, kept => kept.Contains("said meanwhile", StringComparison.Ordinal));
        await page.Find("logout").ClickAsync();
        await page.ExpectGuestAsync();
        await WhenKeptAsync(page, kept => kept == "");
        await page.Page.ReloadAsync();
        await page.WaitUntilReadyAsync();
        await page.ExpectGuestAsync();
        Assert.Equal("", await KeptAsync(page));
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task What_was_kept_is_not_shown_to_whoever_is_logged_in_now()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        await (await tom.ConnectAsync()).Client.SendAsync(jenny.User.Id, "for Jenny alone");
        await using var context = await im.NewContextAsync(jenny);
        var page = await ChatPage.OpenAsync("page", context, im.Address);
        await page.OpenConversationAsync(tom.User.Nickname);
        await page.ExpectMessageAsync("for Jenny alone");
        await WhenKeptAsync(page, kept => kept.Contains("for Jenny alone", StringComparison.Ordinal));

        // The session ends while the page is closed, and nobody tells this browser.
        await page.Page.CloseAsync();
        await context.ClearCookiesAsync();
        var later = await ChatPage.OpenAsync("later", context, im.Address);
        await later.ExpectGuestAsync();
        await Assertions.Expect(later.Page.GetByText("for Jenny alone")).ToHaveCountAsync(0);
        await WhenKeptAsync(later, kept => kept == "");
        Assert.Empty(later.Errors);
    }

    [Fact]
    public async Task A_node_that_has_gone_silent_is_said_to_be_and_a_connection_that_is_back_soon_was_never_gone()
    {
        await using var context = await im.NewContextAsync();
        var page = await context.NewPageAsync();
        IWebSocketRoute? socket = null;
        var silent = false;
        await page.RouteWebSocketAsync("**/ws*", route =>
        {
            socket = route;
            var server = route.ConnectToServer();
            route.OnMessage(frame => { if (!silent) server.Send(frame.Text!); });
            server.OnMessage(frame => { if (!silent) route.Send(frame.Text!); });
        });
        await page.GotoAsync(im.Address.ToString());
        var notice = page.GetByTestId("connection-state");
        await Assertions.Expect(notice).ToHaveAttributeAsync("data-phase", "ready", new() { Timeout = 15_000 });
        await page.EvaluateAsync(WatchNotice);

        // Asked as after a look at the page, it does not answer.
        silent = true;
        await page.EvaluateAsync("() => document.dispatchEvent(new Event('visibilitychange'))");
        await Assertions.Expect(notice).ToHaveAttributeAsync("data-shown", "true", new() { Timeout = 15_000 });
        Assert.Equal("ready true", (await page.EvaluateAsync<string[]>("() => window.notices"))[0]);
        silent = false;
        await Assertions.Expect(notice).ToHaveAttributeAsync("data-phase", "ready", new() { Timeout = 15_000 });
        await Assertions.Expect(notice).ToHaveAttributeAsync("data-shown", "false", new() { Timeout = 15_000 });

        // A connection ends: nothing is said before it has lasted.
        await page.EvaluateAsync("() => { window.notices.length = 0; }");
        await socket!.CloseAsync(new() { Code = 4500 });
        await page.WaitForFunctionAsync("() => window.notices.length > 0 && document.querySelector('[data-testid=connection-state]').dataset.phase === 'ready'");
        Assert.Equal("waiting false", (await page.EvaluateAsync<string[]>("() => window.notices"))[0]);
    }
}
