using System.Text.RegularExpressions;
using Im.Client.Chat;
using Im.Tests.Attack;
using Im.Tests.Fixtures;
using Microsoft.Playwright;
using SkiaSharp;

namespace Im.Tests.Browser;

/// <summary>Pictures and files as people use them: two browsers, each on a node of its own, and a phone.</summary>
[Collection(PageCollection.Name)]
public sealed class FilesPageTests(PageFixture im)
{
    private static readonly byte[] Text = [.. "what we drink"u8];

    [Fact]
    public async Task Files_are_picked_pasted_and_dropped_looked_at_downloaded_and_recalled()
    {
        var (one, _) = await im.WaitForTwoNodesAsync();
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var hers = await im.NewContextAsync(jenny);
        await using var his = await im.NewContextAsync(tom, new() { ViewportSize = new() { Width = 390, Height = 844 }, HasTouch = true, IsMobile = true });
        var sender = await ChatPage.OpenAsync("sender", hers, new Uri(im.Address, $"/#/u/{tom.User.Id}"), one);
        var reader = await ChatPage.OpenAtAsync("reader", his, im.Address, $"#/u/{jenny.User.Id}");
        await Assertions.Expect(sender.Find("chat-title")).ToContainTextAsync(tom.User.Nickname);

        // Picked: two at once, and one of them taken away again.
        await sender.Find("attach-input").SetInputFilesAsync(
        (FilePayload[])
        [
            new() { Name = "tea.png", MimeType = "image/png", Buffer = Pictures.Encode(SKEncodedImageFormat.Png, 900, 600) },
            new() { Name = "not this.txt", MimeType = "text/plain", Buffer = Text },
        ]);
        await Assertions.Expect(sender.Page.Locator("[data-testid=attachment][data-state=ready]")).ToHaveCountAsync(2);
        await Axe.ExpectCleanAsync(sender.Page, "attachments");
        await LookAsync(sender, "attached");
        await sender.Find("attachment").Nth(1).GetByTestId("attachment-remove").ClickAsync();
        await Assertions.Expect(sender.Find("attachment")).ToHaveCountAsync(1);
        await sender.SendAsync("our **tea**, 普洱");
        await Assertions.Expect(sender.Find("attachment")).ToHaveCountAsync(0);
        await Assertions.Expect(sender.Find("composer")).ToHaveValueAsync("");

        // On the other node it has its place before it is loaded, and opens larger.
        var picture = reader.Find("picture");
        await Assertions.Expect(picture.Locator("img")).ToHaveJSPropertyAsync("naturalWidth", 640);
        await Assertions.Expect(picture.Locator("img")).ToHaveAttributeAsync("alt", "tea.png");
        await Assertions.Expect(reader.Find("file-caption").Locator("strong")).ToContainTextAsync("tea");
        var box = (await picture.BoundingBoxAsync())!;
        Assert.InRange(box.Width / box.Height, 1.45, 1.55);
        await LookAsync(reader, "phone");
        await picture.ClickAsync();
        await Assertions.Expect(reader.Find("picture-view").Locator("img")).ToHaveJSPropertyAsync("naturalWidth", 900);
        await Axe.ExpectCleanAsync(reader.Page, "a picture");
        await LookAsync(reader, "viewer");
        await reader.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(reader.Find("picture-view")).ToHaveCountAsync(0);
        await Assertions.Expect(picture).ToBeFocusedAsync();

        // Pasted and dropped. The first upload is cut off, and tried again.
        await hers.RouteAsync(new Regex("/api/files\\?name="), route => route.AbortAsync(), new() { Times = 1 });
        await GiveAsync(sender, "paste", "a page.html", "text/html");
        await Assertions.Expect(sender.Page.Locator("[data-testid=attachment][data-state=failed]")).ToHaveCountAsync(1);
        await Assertions.Expect(sender.Find("send")).ToBeDisabledAsync();
        await Axe.ExpectCleanAsync(sender.Page, "a failed upload");
        await sender.Find("attachment-retry").ClickAsync();
        await GiveAsync(sender, "drop", "list.txt", "text/plain");
        await Assertions.Expect(sender.Page.Locator("[data-testid=attachment][data-state=ready]")).ToHaveCountAsync(2);
        await sender.Find("send").ClickAsync();
        await Assertions.Expect(reader.Find("file-card")).ToHaveCountAsync(2);
        await Assertions.Expect(reader.Find("file-card").First).ToContainTextAsync("a page.html");
        var download = await reader.Page.RunAndWaitForDownloadAsync(() => reader.Find("file-card").First.ClickAsync());
        Assert.Equal("a page.html", download.SuggestedFilename);
        Assert.Equal(Text, await File.ReadAllBytesAsync(await download.PathAsync()));
        await Axe.ExpectCleanAsync(reader.Page, "files");
        await LookAsync(sender, "sent");
        await LookAsync(reader, "phone-cards");

        // In the list of conversations, and recalled.
        await reader.Find("back").ClickAsync();
        await Assertions.Expect(reader.Conversation($"{jenny.User.Id}")).ToContainTextAsync(new Regex("File: .*list\\.txt"));
        await using var client = new ImClient(new() { BaseAddress = im.Address, Cookies = jenny.Cookies });
        var address = new Uri(im.Address, await sender.Find("file-card").First.GetAttributeAsync("href"));
        await client.ConnectAsync();
        await client.RecallAsync(tom.User.Id, 2);
        await Assertions.Expect(sender.Find("file-card")).ToHaveCountAsync(1);
        Assert.Equal(404, (await hers.APIRequest.GetAsync(address.ToString())).Status);
        Assert.Empty(sender.Errors);
        Assert.Empty(reader.Errors);
    }

    // As a browser does it when somebody pastes or drops a file.
    private static Task GiveAsync(ChatPage page, string how, string name, string type) => page.Page.EvaluateAsync("""
        ([how, name, type]) => {
          const data = new DataTransfer();
          data.items.add(new File(['what we drink'], name, { type }));
          const field = document.querySelector('[data-testid=composer]');
          field.dispatchEvent(how === 'paste' ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }) : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
        }
        """, new[] { how, name, type });

    // For who wants to see them: where IM_LOOK names a folder, the views are put there.
    private static Task LookAsync(ChatPage page, string name) =>
        Environment.GetEnvironmentVariable("IM_LOOK") is { Length: > 0 } folder ? page.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"files-{name}.png") }) : Task.CompletedTask;
}
