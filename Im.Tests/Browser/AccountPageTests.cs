using System.Net.Http.Json;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>What people do about their own account, in real browsers: each browser context is a device.</summary>
[Collection(PageCollection.Name)]
public sealed class AccountPageTests(PageFixture im) : IAsyncLifetime
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

    [Fact]
    public async Task A_key_takes_the_password_is_shown_once_publishes_and_is_worth_nothing_once_it_is_revoked()
    {
        var page = await ChatPage.OpenAsync("laptop", _laptop, im.WebAddress);
        await page.LoginAsync(_nickname, "correct horse");
        await OpenFromMyInfoAsync(page, "keys-open");
        await Assertions.Expect(page.Find("keys")).ToHaveAttributeAsync("data-count", "0");

        await AskForKeyAsync(page, "build server", "wrong horse");
        await Assertions.Expect(page.Find("key-password")).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(page.Find("keys")).ToHaveAttributeAsync("data-count", "0");

        var key = await MakeKeyAsync(page, "build server");
        await Assertions.Expect(page.Find("key")).ToContainTextAsync("build server");
        var text = $"built {Guid.NewGuid()}";
        Assert.Equal(200, await PublishAsync(key, text));
        await page.ExpectMessageAsync(text);

        await page.Page.Keyboard.PressAsync("Escape");
        await OpenFromMyInfoAsync(page, "keys-open");
        await Assertions.Expect(page.Find("key")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Find("key-made")).ToHaveCountAsync(0);
        await page.Find("key-revoke").ClickAsync();
        await Assertions.Expect(page.Find("key")).ToHaveCountAsync(0);
        Assert.Equal(401, await PublishAsync(key, "too late"));
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task A_change_of_the_password_revokes_the_keys_where_that_is_ticked()
    {
        var page = await ChatPage.OpenAsync("laptop", _laptop, im.WebAddress);
        await page.LoginAsync(_nickname, "correct horse");
        await OpenFromMyInfoAsync(page, "keys-open");
        var key = await MakeKeyAsync(page, "stolen");
        await page.Page.Keyboard.PressAsync("Escape");

        await ChangePasswordAsync(page, "correct horse", "battery staple", revokeKeys: false);
        Assert.Equal(200, await PublishAsync(key, "still valid"));
        await ChangePasswordAsync(page, "battery staple", "correct horse", revokeKeys: true);
        Assert.Equal(401, await PublishAsync(key, "too late"));
        await OpenFromMyInfoAsync(page, "keys-open");
        await Assertions.Expect(page.Find("keys")).ToHaveAttributeAsync("data-count", "0");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task A_page_opens_a_socket_straight_to_a_node_with_a_ticket_and_with_nothing_else()
    {
        await using var context = await _browser.NewContextAsync(new() { BypassCSP = true }); // ours allows the page's own address alone
        var page = await ChatPage.OpenAsync("laptop", context, im.WebAddress);
        await page.LoginAsync(_nickname, "correct horse");
        var node = (await im.GetNodesAsync()).First(n => n.Live);
        var said = await page.Page.EvaluateAsync<string[]>("""
            async (address) => {
              const ticket = async () => (await (await fetch('/api/ticket', { method: 'POST', headers: { 'X-Im': '1' } })).json()).ticket;
              const open = (...offered) => new Promise((done) => {
                const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`, ['im.v1', ...offered]);
                socket.onmessage = ({ data }) => { const { user, node } = JSON.parse(data); socket.close(); done(`${user?.nickname} on ${node}`); };
                socket.onerror = () => done('refused');
              });
              return [await open('im.ticket.' + (await ticket())), await open(), await open('im.ticket.x')];
            }
            """, node.Address);
        Assert.Equal([$"{_nickname} on {node.Name}", "refused", "refused"], said);
    }

    private static async Task AskForKeyAsync(ChatPage page, string name, string password)
    {
        await page.Find("key-name").FillAsync(name);
        await page.Find("key-password").FillAsync(password);
        await page.Find("key-submit").ClickAsync();
    }

    private static async Task<string> MakeKeyAsync(ChatPage page, string name)
    {
        await AskForKeyAsync(page, name, "correct horse");
        return await page.Find("key-made").TextContentAsync() ?? "";
    }

    private static async Task ChangePasswordAsync(ChatPage page, string old, string next, bool revokeKeys)
    {
        await OpenFromMyInfoAsync(page, "password-open");
        await page.Find("password-old").FillAsync(old);
        await page.Find("password-new").FillAsync(next);
        await page.Find("password-keys").SetCheckedAsync(revokeKeys);
        await page.Find("password-submit").ClickAsync();
        await page.Find("password-changed").WaitForAsync();
        await page.Page.Keyboard.PressAsync("Escape");
    }

    private async Task<int> PublishAsync(string key, string text)
    {
        using var http = new HttpClient { BaseAddress = im.WebAddress, DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
        return (int)(await http.PostAsJsonAsync("/api/publish", new { id = $"{Guid.NewGuid()}", text, conversation = "lobby" })).StatusCode;
    }

    private static async Task OpenFromMyInfoAsync(ChatPage page, string testId)
    {
        await page.Page.BringToFrontAsync();
        await page.Find("brief-edit").ClickAsync();
        await page.Find(testId).ClickAsync();
    }
}
