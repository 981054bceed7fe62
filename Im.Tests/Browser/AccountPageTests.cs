using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>What people do about their own account, in real browsers: each browser context is a device.</summary>
[Collection(ImAppCollection.Name)]
public sealed class AccountPageTests(ImAppFixture im) : IAsyncLifetime
{
    private readonly string _nickname = $"Ada{Random.Shared.Next(1_000_000)}";
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;
    private IBrowserContext _laptop = null!;
    private IBrowserContext _phone = null!;

    public async Task InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await ChromiumBrowser.LaunchAsync(_playwright);
        _laptop = await _browser.NewContextAsync();
        _phone = await _browser.NewContextAsync();
    }

    public async Task DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    [Fact]
    public async Task A_device_signed_out_from_the_list_closes_on_the_other_node_and_its_page_says_why()
    {
        var nodes = (await im.GetNodesAsync()).Where(n => n.Live).Select(n => n.Name).Distinct().ToList();
        var laptop = await ChatPage.OpenAsync("laptop", _laptop, im.WebAddress, nodes[0]);
        var phone = await ChatPage.OpenAsync("phone", _phone, im.WebAddress, nodes[1]);
        await laptop.LoginAsync(_nickname, "correct horse");
        await phone.LoginAsync(_nickname, "correct horse");

        await OpenFromMyInfoAsync(laptop, "devices-open");
        await Assertions.Expect(laptop.Find("device")).ToHaveCountAsync(2);
        await Assertions.Expect(laptop.Page.Locator("[data-testid=device][data-current=true] [data-node]")).ToHaveAttributeAsync("data-node", nodes[0]);
        await Assertions.Expect(laptop.Page.Locator("[data-testid=device][data-current=false] [data-node]")).ToHaveAttributeAsync("data-node", nodes[1]);
        await laptop.Find("device-end").ClickAsync();

        await Assertions.Expect(laptop.Find("device")).ToHaveCountAsync(1);
        await Assertions.Expect(laptop.Find("devices-outcome")).ToBeFocusedAsync();
        await Assertions.Expect(phone.Find("connection-state")).ToHaveAttributeAsync("data-cause", "signed_out");
        await phone.ExpectGuestAsync();
        await laptop.ExpectUserAsync(_nickname);
        Assert.Empty(laptop.Errors.Concat(phone.Errors));
    }

    [Fact]
    public async Task A_changed_password_ends_the_other_device_and_a_deleted_account_leaves_a_guest()
    {
        var laptop = await ChatPage.OpenAsync("laptop", _laptop, im.WebAddress);
        var phone = await ChatPage.OpenAsync("phone", _phone, im.WebAddress);
        await laptop.LoginAsync(_nickname, "correct horse");
        await phone.LoginAsync(_nickname, "correct horse");

        await OpenFromMyInfoAsync(laptop, "password-open");
        await laptop.Find("password-old").FillAsync("correct horse");
        await laptop.Find("password-new").FillAsync("battery staple");
        await laptop.Find("password-submit").ClickAsync();
        await Assertions.Expect(laptop.Find("password-changed")).ToHaveAttributeAsync("data-ended", "1");
        await Assertions.Expect(phone.Find("connection-state")).ToHaveAttributeAsync("data-cause", "signed_out");
        await laptop.Page.Keyboard.PressAsync("Escape");

        await OpenFromMyInfoAsync(laptop, "delete-open");
        await laptop.Find("delete-password").FillAsync("battery staple");
        await laptop.Find("delete-submit").ClickAsync();
        await laptop.ExpectGuestAsync();
        await laptop.WaitUntilReadyAsync();
        Assert.Empty(laptop.Errors.Concat(phone.Errors));
    }

    private static async Task OpenFromMyInfoAsync(ChatPage page, string testId)
    {
        await page.Page.BringToFrontAsync();
        await page.Find("brief-edit").ClickAsync();
        await page.Find(testId).ClickAsync();
    }
}
