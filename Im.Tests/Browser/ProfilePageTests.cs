using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>What people are called and look like, as others see it while it changes: two browsers, each on a node of its own.</summary>
[Collection(PageCollection.Name)]
public sealed class ProfilePageTests(PageFixture im)
{
    [Fact]
    public async Task A_display_name_is_wherever_somebody_is_shown_with_the_nickname_beside_it()
    {
        var (one, two) = await im.WaitForTwoNodesAsync();
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var hers = await im.NewContextAsync(jenny);
        await using var his = await im.NewContextAsync(tom);
        var her = await ChatPage.OpenAsync("jenny", hers, im.Address, one);
        var he = await ChatPage.OpenAsync("tom", his, im.Address, two);
        var mark = $"to all {Guid.NewGuid():N}";
        await her.SendAsync(mark);
        await he.ExpectMessageAsync(mark);
        var author = he.Page.Locator($"[data-testid=author][data-user='{jenny.User.Id}']").Last;
        await Assertions.Expect(author).ToHaveTextAsync(jenny.User.Nickname);

        await her.Find("brief-edit").ClickAsync();
        await her.Find("name-input").FillAsync(tom.User.Nickname);
        await her.Find("brief-save").ClickAsync();
        await Assertions.Expect(her.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("too much like");
        await her.Find("name-input").FillAsync("Jenny 陈");
        await Axe.ExpectCleanAsync(her.Page, "my info");
        await LookAsync(her, "info");
        await her.Find("brief-save").ClickAsync();

        // Live, in what stands there already; and in what is asked for.
        var both = $"Jenny 陈 @{jenny.User.Nickname}";
        await Assertions.Expect(her.Find("me-nickname")).ToHaveTextAsync(both);
        await Assertions.Expect(author).ToHaveTextAsync(both);
        await Assertions.Expect(he.Online(jenny.User.Nickname)).ToContainTextAsync(both);
        await he.Find("composer").FillAsync("@陈");
        await Assertions.Expect(he.Find("mention-option")).ToContainTextAsync(both);
        await he.Find("mention-option").ClickAsync();
        await Assertions.Expect(he.Find("composer")).ToHaveValueAsync($"@{jenny.User.Nickname} ");
        await LookAsync(he, "lobby");

        // Of who was here and is gone nobody has told.
        await using var anna = await ChatUser.JoinAsync(im.Address, "anna");
        await using (var connection = await anna.ConnectAsync())
        {
            await connection.Client.UpdateProfileAsync(new(Name: "Аня Петрова"));
            await connection.Client.SendAsync(ConversationId.Lobby, $"bye {mark}");
            await he.ExpectMessageAsync($"bye {mark}");
        }
        await he.Page.ReloadAsync();
        await Assertions.Expect(he.Page.Locator($"[data-testid=author][data-user='{anna.User.Id}']").Last).ToHaveTextAsync($"Аня Петрова @{anna.User.Nickname}");
        await he.Find("people-search").FillAsync("петр");
        await Assertions.Expect(he.Page.Locator($"[data-testid=found-user][data-user='{anna.User.Id}'], [data-testid=online-user][data-user='{anna.User.Id}']")).ToContainTextAsync($"Аня Петрова @{anna.User.Nickname}");
        Assert.Empty(he.Errors);
    }

    [Fact]
    public async Task A_picture_of_somebody_and_of_a_room_comes_changes_and_goes_on_others_pages()
    {
        var (one, two) = await im.WaitForTwoNodesAsync();
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        var hers = (await jenny.ConnectAsync()).Client;
        var room = (await hers.Rooms.CreateAsync("Tea at five", isPublic: true)).Conversation;
        await (await tom.ConnectAsync()).Client.Rooms.JoinAsync(room);
        await hers.SendAsync(room, "shall we?");
        await using var herContext = await im.NewContextAsync(jenny);
        await using var hisContext = await im.NewContextAsync(tom);
        var her = await ChatPage.OpenAtAsync("jenny", herContext, im.Address, $"#/r/{room}");
        var he = await ChatPage.OpenAtAsync("tom", hisContext, im.Address, $"#/r/{room}");
        await he.ExpectMessageAsync("shall we?");
        var author = he.Page.Locator($"[data-testid=author][data-user='{jenny.User.Id}'] .avatar").First;
        await Assertions.Expect(author).ToHaveAttributeAsync("data-picture", "false");

        await her.Find("brief-edit").ClickAsync();
        await her.Find("picture-file").SetInputFilesAsync(new FilePayload { Name = "no.png", MimeType = "image/png", Buffer = [1, 2, 3] });
        await Assertions.Expect(her.Find("picture-error")).ToContainTextAsync("PNG, JPEG");
        await her.Find("picture-file").SetInputFilesAsync(new FilePayload { Name = "me.png", MimeType = "image/png", Buffer = Attack.Pictures.Encode(SkiaSharp.SKEncodedImageFormat.Png) });
        await Assertions.Expect(her.Find("picture-choice")).ToHaveAttributeAsync("data-has", "true");
        await Assertions.Expect(her.Find("picture-choice")).ToHaveAttributeAsync("aria-busy", "false");
        await Axe.ExpectCleanAsync(her.Page, "my picture");
        await LookAsync(her, "picture");
        await ExpectShownAsync(author);
        await ExpectShownAsync(he.Online(jenny.User.Nickname).Locator(".avatar"));
        await her.Find("picture-remove").ClickAsync();
        await Assertions.Expect(author).ToHaveAttributeAsync("data-picture", "false");
        await her.Page.Keyboard.PressAsync("Escape");

        await her.Find("room-about").ClickAsync();
        await her.Find("picture-file").SetInputFilesAsync(new FilePayload { Name = "tea.png", MimeType = "image/png", Buffer = Attack.Pictures.Encode(SkiaSharp.SKEncodedImageFormat.Png) });
        await Assertions.Expect(he.Find("system-line").Last).ToContainTextAsync("new picture");
        await ExpectShownAsync(he.Conversation($"r/{room}").Locator(".avatar"));
        await LookAsync(her, "room");
        await her.Find("picture-remove").ClickAsync();
        await Assertions.Expect(he.Find("system-line").Last).ToContainTextAsync("no picture");
        await Assertions.Expect(he.Conversation($"r/{room}").Locator(".avatar")).ToHaveAttributeAsync("data-picture", "false");
        Assert.DoesNotContain(her.Errors, error => !error.Contains("400", StringComparison.Ordinal));
        Assert.Empty(he.Errors);
    }

    // Loaded, not only asked for.
    private static async Task ExpectShownAsync(ILocator avatar)
    {
        await Assertions.Expect(avatar).ToHaveAttributeAsync("data-picture", "true");
        var image = await avatar.Locator("img").ElementHandleAsync();
        await image.EvaluateAsync("image => image.decode()");
        Assert.True(await image.EvaluateAsync<bool>("image => image.naturalWidth === image.naturalHeight && !image.hidden"));
    }

    // For eyes: set IM_LOOK to a folder.
    private static async Task LookAsync(ChatPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("IM_LOOK") is { } folder)
            await page.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"profile-{name}.png") });
    }
}
