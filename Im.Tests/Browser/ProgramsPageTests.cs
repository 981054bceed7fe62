using System.Net.Http.Json;
using Im.Tests.Web;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>Webhooks as who looks after a room sees them.</summary>
[Collection(PageCollection.Name)]
public sealed class ProgramsPageTests(PageFixture im)
{
    [Fact]
    public async Task An_owner_lets_a_program_post_and_tells_another_what_happens_and_takes_both_back()
    {
        var jenny = (await im.People.GetAsync(1))[0];
        await using var maker = await jenny.OpenAsync(im.Address);
        var room = (await maker.Client.Rooms.CreateAsync("Builds")).Conversation;
        await using var context = await im.NewContextAsync(jenny);
        var page = await ChatPage.OpenAsync("page", context, new Uri(im.Address, $"#/r/{room}"));
        await page.Find("room-about").ClickAsync();
        await Assertions.Expect(page.Find("programs")).ToHaveAttributeAsync("data-count", "0");

        var name = WebCollection.NewNickname();
        await page.Find("program-add").ClickAsync();
        await Assertions.Expect(page.Find("program-name")).ToBeFocusedAsync();
        await page.Find("program-name").FillAsync(jenny.User.Nickname);
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Find("program-form-error")).ToHaveCountAsync(1);
        await Axe.ExpectCleanAsync(page.Page, "a program's form");
        await LookAsync(page, "form");
        await page.Find("program-name").FillAsync(name);
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Find("program")).ToHaveCountAsync(1);
        var address = await page.Find("program-made").InputValueAsync();
        using var program = new HttpClient();
        using var posted = await program.PostAsJsonAsync(address, new { text = "Build 8 is green." });
        Assert.Equal(200, (int)posted.StatusCode);

        await page.Find("program-add").ClickAsync();
        await page.Find("room-sends").CheckAsync();
        await page.Find("program-name").FillAsync("CI");
        await page.Find("program-address").FillAsync("http://127.0.0.1/");
        await page.Find("program-save").ClickAsync();
        await Assertions.Expect(page.Find("program-form-error")).ToHaveCountAsync(1);
        await page.Find("program-address").FillAsync("https://ci.invalid/im");
        await page.Find("program-save").ClickAsync();
        await Assertions.Expect(page.Find("program")).ToHaveCountAsync(2);
        Assert.StartsWith("whsec_", await page.Find("program-made").InputValueAsync(), StringComparison.Ordinal);
        await Axe.ExpectCleanAsync(page.Page, "programs");
        await LookAsync(page, "list");

        foreach (var left in new[] { 1, 0 })
        {
            await page.Find("program-remove").First.ClickAsync();
            await page.Find("program-remove-yes").ClickAsync();
            await Assertions.Expect(page.Find("program")).ToHaveCountAsync(left);
        }
        await Assertions.Expect(page.Find("program-made")).ToHaveCountAsync(0);
        await page.Page.Keyboard.PressAsync("Escape");
        await page.ExpectMessageAsync("Build 8 is green.");
        await LookAsync(page, "room");
        Assert.Empty(page.Errors);
    }

    // For a look at it: IM_LOOK names a folder.
    private static async Task LookAsync(ChatPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("IM_LOOK") is { Length: > 0 } folder)
            await page.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"programs-{name}.png") });
    }
}
