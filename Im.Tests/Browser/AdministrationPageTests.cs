using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>Who runs a server, in the page: people, rooms, reports, keys, the trail and the nodes. Each deed shows at once, and holds for whom it is about.</summary>
[Collection(PageCollection.Name)]
public sealed class AdministrationPageTests(PageFixture im)
{
    [Fact]
    public async Task An_administrator_finds_people_decides_reports_archives_revokes_and_sees_it_in_the_trail()
    {
        var (one, _) = await im.WaitForTwoNodesAsync();
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny", "runs this server");
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom", "likes tea");
        await using var eve = await ChatUser.JoinAsync(im.Address, "eve");
        await im.Database.ScalarAsync<object>("UPDATE users SET is_admin = true WHERE id = $1", jenny.User.Id);
        // Something to look after.
        var (tomsTab, evesTab) = (await tom.ConnectAsync(), await eve.ConnectAsync());
        var mark = $"buy this {Guid.NewGuid():N}";
        await evesTab.Client.SendAsync(ConversationId.Lobby, mark);
        var line = await im.Database.ScalarAsync<long>("SELECT line FROM events WHERE content LIKE $1", $"%{mark}%");
        await tomsTab.Client.People.ReportAsync(new("advertises in the lobby", Conversation: ConversationId.Lobby, Line: line));
        await tomsTab.Client.People.ReportAsync(new("and in private", User: eve.User.Id));
        var title = $"Tea {tom.User.Nickname}";
        var room = (await tomsTab.Client.Rooms.CreateAsync(title, "what we drink")).Conversation;
        await im.Database.ScalarAsync<object>("INSERT INTO api_keys (id, owner_id, name, hash, scopes, created_at) VALUES ($1, $2, 'build server', '\\x00', '{publish:lobby}', now())", Guid.CreateVersion7(), tom.User.Id);

        await using var context = await im.NewContextAsync(jenny);
        var page = await ChatPage.OpenAsync("jenny", context, im.Address, one);
        await page.Find("brief-edit").ClickAsync();
        await page.Find("admin-open").ClickAsync();
        await Assertions.Expect(page.Find("admin-people")).ToBeVisibleAsync();
        await Axe.ExpectCleanAsync(page.Page, "people");
        await LookAsync(page, "people");

        // By the keyboard alone: to the search, to the person, to the deed, through the dialog, and back.
        await page.Find("admin-search").FocusAsync();
        await page.Page.Keyboard.TypeAsync(eve.User.Nickname);
        await Assertions.Expect(page.Find("admin-people")).ToHaveAttributeAsync("data-count", "1");
        await page.Page.Keyboard.PressAsync("Tab");
        await page.Page.Keyboard.PressAsync("Tab");
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Find("admin-user")).ToHaveAttributeAsync("data-user", $"{eve.User.Id}");
        await Assertions.Expect(page.Find("admin-devices")).ToHaveAttributeAsync("data-count", "1");
        await Axe.ExpectCleanAsync(page.Page, "a person");
        await LookAsync(page, "person");
        await page.Find("admin-mute").FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Find("admin-minutes")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Find("admin-confirm")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Find("admin-mute")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Find("admin-reason").FillAsync("advertises");
        await Axe.ExpectCleanAsync(page.Page, "muting");
        await LookAsync(page, "mute");
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Find("admin-user")).ToHaveAttributeAsync("data-muted", "true");
        await Assertions.Expect(page.Find("admin-history")).ToHaveAttributeAsync("data-count", "1");
        await page.Find("admin-unmute").ClickAsync();
        await Assertions.Expect(page.Find("admin-user")).ToHaveAttributeAsync("data-muted", "false");

        // The last administrator stays one, and is told why.
        await im.Database.ScalarAsync<object>("UPDATE users SET is_admin = false WHERE id <> $1", jenny.User.Id);
        await GoAsync(page, $"#/admin/people/{jenny.User.Id}");
        await page.Find("admin-make").ClickAsync();
        await page.Find("admin-confirm-yes").ClickAsync();
        await Assertions.Expect(page.Find("admin-confirm-error")).ToContainTextAsync("No one else");
        await page.Find("admin-confirm-no").ClickAsync();
        await Assertions.Expect(page.Find("admin-user")).ToHaveAttributeAsync("data-admin", "true");

        // Reports: recalled, then dismissed, and who decided is there to read.
        await Assertions.Expect(page.Find("admin-open-reports")).ToBeVisibleAsync();
        await page.Find("admin-reports-tab").ClickAsync();
        var reported = page.Page.Locator("[data-testid=admin-report]").Filter(new() { HasText = mark });
        await Axe.ExpectCleanAsync(page.Page, "reports");
        await LookAsync(page, "reports");
        await reported.GetByTestId("report-recall").ClickAsync();
        await page.Find("admin-confirm-yes").ClickAsync();
        await Assertions.Expect(reported).ToHaveCountAsync(0);
        Assert.Equal(1L, await im.Database.ScalarAsync<long>("SELECT count(*) FROM events WHERE conversation_id = $1 AND line = $2 AND content IS NULL", ConversationId.Lobby.Value, line));
        var about = page.Page.Locator("[data-testid=admin-report]").Filter(new() { HasText = "and in private" }).Filter(new() { HasText = eve.User.Nickname });
        await about.GetByTestId("report-dismiss").ClickAsync();
        await Assertions.Expect(about).ToHaveCountAsync(0);
        await page.Find("admin-report-state").SelectOptionAsync("closed");
        await Assertions.Expect(about.GetByTestId("admin-decision")).ToContainTextAsync($"Dismissed by \u2068{jenny.User.Nickname}");
        await Assertions.Expect(reported).ToHaveAttributeAsync("data-decision", "recalled");

        await page.Find("admin-rooms-tab").ClickAsync();
        await page.Find("admin-search").FillAsync(title);
        await Assertions.Expect(page.Find("admin-rooms")).ToHaveAttributeAsync("data-count", "1");
        await LookAsync(page, "rooms");
        await page.Find("admin-room").ClickAsync();
        await Assertions.Expect(page.Find("admin-members")).ToHaveAttributeAsync("data-count", "1");
        await page.Find("admin-archive").ClickAsync();
        await page.Find("admin-confirm-yes").ClickAsync();
        await Assertions.Expect(page.Find("admin-room-page")).ToHaveAttributeAsync("data-archived", "true");
        await Axe.ExpectCleanAsync(page.Page, "a room");
        await LookAsync(page, "room");
        Assert.True((await tomsTab.Client.Rooms.GetAsync(room)).Archived);

        await page.Find("admin-keys-tab").ClickAsync();
        var key = page.Page.Locator("[data-testid=admin-key]").Filter(new() { HasText = tom.User.Nickname });
        await Assertions.Expect(key).ToBeVisibleAsync();
        await Axe.ExpectCleanAsync(page.Page, "keys");
        await LookAsync(page, "keys");
        await key.GetByTestId("admin-key-revoke").ClickAsync();
        await page.Find("admin-confirm-yes").ClickAsync();
        await Assertions.Expect(key).ToHaveCountAsync(0);

        // Suspended and gone: what they see, and what is left.
        await GoAsync(page, $"#/admin/people/{eve.User.Id}");
        await page.Find("admin-ban").ClickAsync();
        await page.Find("admin-minutes").SelectOptionAsync("5256000");
        await page.Find("admin-confirm-yes").ClickAsync();
        await Assertions.Expect(page.Find("admin-user")).ToHaveAttributeAsync("data-banned", "true");
        await Assertions.Expect(page.Find("admin-devices")).ToHaveCountAsync(0);
        await LookAsync(page, "suspended");
        await page.Find("admin-erase").ClickAsync();
        await page.Find("admin-erase-texts").CheckAsync();
        await LookAsync(page, "erase");
        await page.Find("admin-confirm-yes").ClickAsync();
        await Assertions.Expect(page.Find("admin-search")).ToBeVisibleAsync();
        await GoAsync(page, $"#/admin/people/{eve.User.Id}");
        await Assertions.Expect(page.Find("admin-gone")).ToBeVisibleAsync();

        await page.Find("admin-audit-tab").ClickAsync();
        await Assertions.Expect(page.Page.Locator("[data-testid=admin-entry]").First).ToHaveAttributeAsync("data-action", "user.erase");
        await Axe.ExpectCleanAsync(page.Page, "the audit trail");
        await LookAsync(page, "audit");
        await page.Find("admin-action").SelectOptionAsync("room.archive");
        await Assertions.Expect(page.Page.Locator("[data-testid=admin-entry]").First).ToContainTextAsync(title);
        await Assertions.Expect(page.Page.Locator("[data-testid=admin-entry]:not([data-action='room.archive'])")).ToHaveCountAsync(0);

        await page.Find("admin-nodes-tab").ClickAsync();
        await Assertions.Expect(page.Find("admin-nodes")).ToHaveAttributeAsync("data-count", "2");
        await Assertions.Expect(page.Page.Locator($"[data-testid=admin-node][data-node='{one}']")).ToHaveAttributeAsync("data-live", "true");
        await Axe.ExpectCleanAsync(page.Page, "nodes");
        await LookAsync(page, "nodes");
        await page.Find("admin-announce").FillAsync("We restart at six.");
        await page.Find("admin-announce-send").ClickAsync();
        await page.Find("admin-announced").WaitForAsync();
        await Assertions.Expect(page.Find("announcement")).ToContainTextAsync("We restart at six.");
        await page.Find("announcement").GetByRole(AriaRole.Button).ClickAsync();

        // On a phone, in Chinese, in the dark.
        await page.Find("language").ClickAsync();
        await page.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Assertions.Expect(page.Find("admin-nodes-tab")).ToHaveTextAsync("节点");
        await LookAsync(page, "nodes-zh");
        await page.Page.SetViewportSizeAsync(390, 844);
        foreach (var place in new[] { "nodes", "people", $"people/{tom.User.Id}", "rooms", $"rooms/{room}", "reports", "keys", "audit" })
        {
            await GoAsync(page, $"#/admin/{place}");
            await Assertions.Expect(page.Find("admin")).ToHaveAttributeAsync("data-section", place.Split('/')[0]);
            await Assertions.Expect(page.Page.Locator(".admin-skeleton")).ToHaveCountAsync(0);
            Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth && document.querySelector('.admin').scrollWidth <= innerWidth"), place);
            await LookAsync(page, $"phone-{place.Split('/')[0]}{(place.Contains('/', StringComparison.Ordinal) ? "-one" : "")}");
        }
        await Axe.ExpectCleanAsync(page.Page, "the audit trail on a phone");
        await page.Find("back").ClickAsync();
        await Assertions.Expect(page.Conversation("lobby")).ToBeVisibleAsync();

        // Who is none sees that, and fetches nothing.
        await using var his = await im.NewContextAsync(tom);
        var he = await ChatPage.OpenAtAsync("tom", his, im.Address, "#/admin/people");
        await he.Find("admin-refused").WaitForAsync();
        await Axe.ExpectCleanAsync(he.Page, "refused");
        await he.Find("brief-edit").ClickAsync();
        await he.Find("devices-open").WaitForAsync();
        await Assertions.Expect(he.Find("admin-open")).ToHaveCountAsync(0);
        Assert.Empty(page.Errors);
        Assert.Empty(he.Errors);
    }

    private static Task GoAsync(ChatPage page, string hash) => page.Page.EvaluateAsync("(hash) => { location.hash = hash; }", hash);

    // For eyes: set IM_LOOK to a folder.
    private static async Task LookAsync(ChatPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("IM_LOOK") is { } folder)
            await page.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"admin-{name}.png") });
    }
}
