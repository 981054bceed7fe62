using Aspire.Hosting.ApplicationModel;
using Im.Client;
using Im.Client.Chat;
using Im.Tests.Client;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>A page that was away, or its nodes were, in a real Chromium.</summary>
[Collection(ImAppCollection.Name)]
public sealed class AbsencePageTests(ImAppFixture im) : IAsyncLifetime
{
    private const int Missed = 1_500;

    private static readonly string[] Written = ["first, on the train", "second, in the tunnel", "third, still in it"];

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async Task InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await ChromiumBrowser.LaunchAsync(_playwright);
    }

    public async Task DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    [Fact]
    [Trait("Category", "Faults")]
    public async Task Written_while_all_nodes_were_down_and_reloaded_it_is_sent_once_in_order_and_what_was_missed_is_read_back()
    {
        var (one, two) = await im.WaitForTwoNodesAsync();
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        var tomsTab = await tom.ConnectAsync();
        await using var context = await _browser.NewContextAsync();
        var reloaded = await ChatPage.OpenAsync("reloaded", context, im.WebAddress);
        var nickname = $"Robin{Random.Shared.Next(100_000)}";
        await reloaded.LoginAsync(nickname, "correct horse");
        var robin = Guid.Parse((await reloaded.Online(nickname).GetAttributeAsync("data-user"))!);
        await tomsTab.Client.SendAsync(robin, "before the tunnel");
        await reloaded.OpenChatWithAsync(tom.User.Nickname);
        await reloaded.ExpectMessageAsync("before the tunnel");
        var kept = await ChatPage.OpenAsync("kept", context, im.WebAddress);
        await kept.OpenChatWithAsync(tom.User.Nickname);
        await kept.ExpectMessageAsync("before the tunnel");

        await Task.WhenAll(im.ExecuteAsync(one, KnownResourceCommands.StopCommand), im.ExecuteAsync(two, KnownResourceCommands.StopCommand));
        await reloaded.Page.Locator("[data-testid=connection-state][data-cause=no_node]").WaitForAsync(new() { Timeout = 30_000 });
        await StoredBacklog.AddAsync(await im.GetDatabaseAsync(), tom.User, robin, Missed);
        foreach (var text in Written)
            await reloaded.SendAsync(text);
        await reloaded.Page.ReloadAsync();
        await Assertions.Expect(reloaded.WithStatus("waiting")).ToContainTextAsync(Written);

        await Task.WhenAll(im.ExecuteAsync(one, KnownResourceCommands.StartCommand), im.ExecuteAsync(two, KnownResourceCommands.StartCommand));
        await Task.WhenAll(reloaded.WaitUntilReadyAsync(60_000), kept.WaitUntilReadyAsync(60_000));
        foreach (var page in (ChatPage[])[reloaded, kept])
        {
            foreach (var text in Written)
                await page.ExpectMessageAsync(text);
            await Assertions.Expect(page.WithStatus("waiting")).ToHaveCountAsync(0);
        }
        Assert.Equal(Written, (await tomsTab.Client.LinesAsync(robin, limit: 3)).Lines.Select(m => m.Text));
        Assert.Equal(Missed + 4, (await tomsTab.Client.LinesAsync(robin, limit: 1)).LastLine);
        Assert.Equal(0, await reloaded.Page.EvaluateAsync<int>("() => Object.keys(localStorage).filter(key => key.startsWith('im.unsent')).length"));

        // The tab that was not reloaded has dropped what was before, for it may have changed meanwhile; from the newest page it reads back without a hole or a double.
        await kept.Page.BringToFrontAsync();
        var lines = await kept.Page.EvaluateAsync<int[]>("""
            async () => {
              const box = document.querySelector('[data-testid=messages]');
              const lines = new Set();
              for (let frames = 0; lines.size < 200 && frames < 3000; frames++) {
                for (const each of box.querySelectorAll('[data-line]')) lines.add(Number(each.dataset.line));
                box.scrollBy(0, -300);
                await new Promise(requestAnimationFrame);
              }
              return [...lines].sort((a, b) => a - b);
            }
            """);
        Assert.True(lines.Length >= 200);
        Assert.Equal(Enumerable.Range(Missed + 5 - lines.Length, lines.Length), lines);
        await Assertions.Expect(kept.Find("gap")).ToHaveCountAsync(0);
        Assert.Empty(reloaded.Errors.Concat(kept.Errors));
        await im.WaitForTwoNodesAsync();
    }

    [Fact]
    public async Task After_an_hour_asleep_the_page_connects_anew_by_itself_and_goes_on()
    {
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        var tomsTab = await tom.ConnectAsync();
        await using var context = await _browser.NewContextAsync();
        await context.Clock.InstallAsync();
        var page = await ChatPage.OpenAsync("asleep", context, im.WebAddress);
        await page.LoginAsync($"Robin{Random.Shared.Next(100_000)}", "correct horse");
        var before = page.SocketsOpened;
        var text = $"said before the lid closed {Guid.NewGuid():N}";
        await tomsTab.Client.SendAsync(ChatTarget.Lobby, text);
        await page.ExpectMessageAsync(text);

        await context.Clock.FastForwardAsync("01:00:00");
        await Eventually.TrueAsync(() => page.SocketsOpened > before);
        await page.WaitUntilReadyAsync();
        var after = $"said after it was opened {Guid.NewGuid():N}";
        await page.SendAsync(after);
        await page.ExpectMessageAsync(after);
        await page.ExpectMessageAsync(text);
        await tomsTab.WaitForTextAsync(after);
        Assert.Equal(before + 1, page.SocketsOpened);
        Assert.Empty(page.Errors);
    }
}
