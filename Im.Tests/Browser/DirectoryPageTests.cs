using System.Text.RegularExpressions;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>Finding people who are not there, requests, blocks, reports and a forgotten password, as people do it: two browsers, each on a node of its own.</summary>
[Collection(PageCollection.Name)]
public sealed class DirectoryPageTests(PageFixture im)
{
    [Fact]
    public async Task Somebody_who_is_away_is_found_and_written_to_and_accepts_blocks_reports_and_forgives()
    {
        var (one, two) = await im.WaitForTwoNodesAsync();
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom", "likes tea");
        await (await tom.OpenAsync(im.Address, two)).DisposeAsync(); // was here, and is gone
        await using var hers = await im.NewContextAsync(jenny);
        await using var his = await im.NewContextAsync(tom);
        var her = await ChatPage.OpenAsync("jenny", hers, im.Address, one);
        await her.Find("people-search").FillAsync(tom.User.Nickname[..8].ToUpperInvariant());
        var found = her.Page.Locator($"[data-testid=found-user][data-user='{tom.User.Id}'], [data-testid=online-user][data-user='{tom.User.Id}']");
        await Assertions.Expect(found).ToBeVisibleAsync();
        await Axe.ExpectCleanAsync(her.Page, "people found");
        await LookAsync(her, "found");
        await found.ClickAsync();
        await Assertions.Expect(her.Find("chat-title")).ToContainTextAsync(tom.User.Nickname);
        await Assertions.Expect(her.Find("chat-presence")).ToContainTextAsync(new Regex("last seen"));
        await LookAsync(her, "last-seen");
        await her.SendAsync("shall we have tea?");
        await her.ExpectMessageAsync("shall we have tea?");
        await her.Page.Keyboard.PressAsync("Control+k");
        await her.Find("goto-input").FillAsync(tom.User.Nickname);
        await Assertions.Expect(her.Page.Locator($"[data-testid=goto-option][data-conversation='{tom.User.Id}']")).ToBeVisibleAsync();
        await her.Page.Keyboard.PressAsync("Escape");

        var he = await ChatPage.OpenAsync("tom", his, im.Address, two);
        await Assertions.Expect(he.Find("requests")).ToHaveAttributeAsync("data-count", "1");
        await Assertions.Expect(he.Page).ToHaveTitleAsync(new Regex("^[^(]")); // nothing unread by it
        await he.Conversation($"{jenny.User.Id}").ClickAsync();
        await Assertions.Expect(he.Find("request-bar")).ToBeVisibleAsync();
        await Axe.ExpectCleanAsync(he.Page, "a request");
        await LookAsync(he, "request");
        await he.Find("request-accept").ClickAsync();
        await Assertions.Expect(he.Find("request-bar")).ToHaveCountAsync(0);
        await Assertions.Expect(he.Find("requests")).ToHaveCountAsync(0);
        await he.SendAsync("at five");
        await her.ExpectMessageAsync("at five");

        await he.Page.BringToFrontAsync();
        await he.Find("profile-open").ClickAsync();
        await Axe.ExpectCleanAsync(he.Page, "a profile");
        await LookAsync(he, "profile");
        await he.Find("profile-block").ClickAsync();
        await he.Find("profile-block-yes").ClickAsync();
        await Assertions.Expect(he.Find("profile")).ToHaveAttributeAsync("data-blocked", "true");
        await he.Page.Keyboard.PressAsync("Escape");
        await her.SendAsync("are you coming?");
        await Assertions.Expect(her.WithStatus("failed")).ToHaveCountAsync(1);

        // In the lobby everybody hears everybody; who has blocked somebody sees it folded.
        var mark = $"to all {Guid.NewGuid():N}";
        await her.Page.EvaluateAsync("() => { location.hash = '#/lobby'; }");
        await her.SendAsync(mark);
        await her.ExpectMessageAsync(mark);
        await he.Page.BringToFrontAsync();
        await he.Page.EvaluateAsync("() => { location.hash = '#/lobby'; }");
        await Assertions.Expect(he.Find("message-blocked").Last).ToBeVisibleAsync();
        await Assertions.Expect(he.Message(mark)).ToHaveCountAsync(0);
        await LookAsync(he, "folded");
        await he.Find("message-blocked-show").Last.ClickAsync();
        await he.ExpectMessageAsync(mark);
        await he.Message(mark).HoverAsync();
        await he.Message(mark).GetByTestId("message-actions").ClickAsync();
        await he.Find("action-report").ClickAsync();
        await he.Find("report-reason").FillAsync("the same to everybody");
        await Axe.ExpectCleanAsync(he.Page, "a report");
        await LookAsync(he, "report");
        await he.Find("report-submit").ClickAsync();
        await he.Find("reported").WaitForAsync();
        Assert.Equal(mark, await im.Database.ScalarAsync<string>("SELECT text FROM reports WHERE reporter_id = $1", tom.User.Id));
        await he.Page.Keyboard.PressAsync("Escape");

        await he.Find("brief-edit").ClickAsync();
        await he.Find("privacy-open").ClickAsync();
        await Assertions.Expect(he.Find("blocked")).ToHaveAttributeAsync("data-count", "1");
        await Assertions.Expect(he.Find("last-seen")).ToBeCheckedAsync();
        await Axe.ExpectCleanAsync(he.Page, "privacy");
        await LookAsync(he, "privacy");
        await he.Find("last-seen").ClickAsync();
        await Assertions.Expect(he.Find("last-seen")).Not.ToBeCheckedAsync();
        await Assertions.Expect(he.Find("privacy")).ToHaveAttributeAsync("aria-busy", "false");
        await he.Find("unblock").ClickAsync();
        await Assertions.Expect(he.Find("blocked")).ToHaveAttributeAsync("data-count", "0");
        await he.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(he.Find("message-blocked")).ToHaveCountAsync(0);

        // A forgotten password.
        await he.Find("brief-edit").ClickAsync();
        await he.Find("recovery-open").ClickAsync();
        await Assertions.Expect(he.Find("recovery-left")).ToHaveAttributeAsync("data-count", "0");
        await he.Find("recovery-password").FillAsync(tom.Password);
        await he.Find("recovery-make").ClickAsync();
        await Assertions.Expect(he.Find("recovery-codes")).ToHaveAttributeAsync("data-count", "10");
        await Axe.ExpectCleanAsync(he.Page, "recovery codes");
        await LookAsync(he, "codes");
        var code = (await he.Find("recovery-codes").InnerTextAsync()).Split('\n')[3];
        await he.Page.Keyboard.PressAsync("Escape");
        await he.Find("logout").First.ClickAsync();
        await he.ExpectGuestAsync();
        await he.Find("login-open").First.ClickAsync();
        await he.Find("recover-open").ClickAsync();
        await he.Find("recover-nickname").FillAsync(tom.User.Nickname);
        await he.Find("recover-code").FillAsync(code);
        await he.Find("recover-password").FillAsync("a new password");
        await Axe.ExpectCleanAsync(he.Page, "recover");
        await LookAsync(he, "recover");
        await he.Find("recover-submit").ClickAsync();
        await he.ExpectUserAsync(tom.User.Nickname);
        Assert.Empty(her.Errors);
        Assert.Empty(he.Errors);
    }

    // For eyes: set IM_LOOK to a folder.
    private static async Task LookAsync(ChatPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("IM_LOOK") is { } folder)
            await page.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"people-{name}.png") });
    }
}
