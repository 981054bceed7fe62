using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>The chat page in one tab, as a person uses it. Elements are found by their <c>data-testid</c>; every wait is bounded by Playwright's timeout.</summary>
internal sealed class ChatPage
{
    private readonly List<string> _errors = [];
    private readonly List<Uri> _sockets = [];

    private ChatPage(string name, IPage page)
    {
        (Name, Page) = (name, page);
        page.WebSocket += (_, socket) => _sockets.Add(new(socket.Url));
        page.PageError += (_, error) => _errors.Add(error);
    }

    /// <summary>For failure messages.</summary>
    public string Name { get; }

    public IPage Page { get; }

    /// <summary>How many WebSockets the page has opened so far.</summary>
    public int SocketsOpened => _sockets.Count;

    /// <summary>How many of these to this server.</summary>
    public int SocketsTo(Uri address) => _sockets.Count(socket => socket.Authority == address.Authority);

    /// <summary>Script errors nobody caught.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Opens the page, on a node of its choice or a certain one, and waits until it is connected.</summary>
    public static async Task<ChatPage> OpenAsync(string name, IBrowserContext context, Uri web, string? node = null)
    {
        var page = new ChatPage(name, await context.NewPageAsync());
        page.Page.SetDefaultTimeout(30_000);
        await page.Page.GotoAsync(node is null ? web.ToString() : new Uri(web, $"/?node={Uri.EscapeDataString(node)}{web.Fragment}").ToString());
        await page.WaitUntilReadyAsync();
        return page;
    }

    public ILocator Find(string testId) => Page.GetByTestId(testId);

    public ILocator Message(string text) => Page.Locator("[data-testid=message][data-status=sent]").Filter(new() { HasText = text });

    public ILocator WithStatus(string status) => Page.Locator($"[data-testid=message][data-status={status}]");

    public ILocator Online(string nickname) => Page.Locator($"[data-testid=online-user][data-nickname='{nickname}']");

    public Task WaitUntilReadyAsync(float timeoutMs = 15_000) =>
        Page.Locator("[data-testid=connection-state][data-phase=ready]").WaitForAsync(new() { State = WaitForSelectorState.Attached, Timeout = timeoutMs });

    public async Task<string> GetNodeAsync() => await Find("node-badge").GetAttributeAsync("data-node") ?? "";

    public async Task LoginAsync(string nickname, string password, string? brief = null)
    {
        await Page.BringToFrontAsync(); // a tab behind another draws no frames, and clicks wait for one
        await Find("login-open").First.ClickAsync();
        await Find("login-nickname").FillAsync(nickname);
        await Find("login-password").FillAsync(password);
        if (brief is not null)
            await Find("login-brief").FillAsync(brief);
        await Find("login-submit").ClickAsync();
        await Find("login-join").Or(Find("me-nickname")).First.WaitForAsync();
        if (await Find("login-join").IsVisibleAsync()) // nobody has it yet: the page asks
            await Find("login-join").ClickAsync();
        await ExpectUserAsync(nickname);
    }

    /// <summary>Opens the address of a place in the page, such as <c>#/u/…</c>, as a link from elsewhere does.</summary>
    public static async Task<ChatPage> OpenAtAsync(string name, IBrowserContext context, Uri web, string hash)
    {
        var page = new ChatPage(name, await context.NewPageAsync());
        page.Page.SetDefaultTimeout(30_000);
        await page.Page.GotoAsync(new Uri(web, $"/{hash}").ToString());
        await page.WaitUntilReadyAsync();
        return page;
    }

    public ILocator Conversation(string key) => Page.Locator($"[data-testid=conversation][data-conversation='{key}']");

    public Task ExpectUserAsync(string nickname) => Assertions.Expect(Find("me-nickname")).ToHaveTextAsync(nickname, new() { Timeout = 10_000 });

    public Task ExpectGuestAsync() => Find("not-logged-in").WaitForAsync();

    public async Task SendAsync(string text)
    {
        await Page.BringToFrontAsync();
        await Find("composer").FillAsync(text);
        await Find("composer").PressAsync("Enter");
    }

    /// <summary>Exactly one message with this text is shown, soon.</summary>
    public Task ExpectMessageAsync(string text) => Assertions.Expect(Message(text)).ToHaveCountAsync(1, new() { Timeout = 10_000 });

    public Task ExpectPlacesAsync(string nickname, int places) =>
        Assertions.Expect(Online(nickname)).ToHaveAttributeAsync("data-places", places.ToString(), new() { Timeout = 10_000 });

    /// <summary>Clicks a name in the online list: the direct chat with that person.</summary>
    public async Task OpenChatWithAsync(string nickname)
    {
        await Page.BringToFrontAsync();
        await Online(nickname).ClickAsync();
        await Assertions.Expect(Find("chat-title")).ToContainTextAsync(nickname);
    }

    /// <summary>Opens the direct chat from the list of conversations, where the first message put it.</summary>
    public async Task OpenConversationAsync(string nickname)
    {
        await Page.BringToFrontAsync();
        var user = await Online(nickname).GetAttributeAsync("data-user");
        await Page.Locator($"[data-testid=conversation][data-conversation='{user}']").ClickAsync();
        await Assertions.Expect(Find("chat-title")).ToContainTextAsync(nickname);
    }

    /// <returns>When it was saved: the moment of the click, by this machine's clock.</returns>
    public async Task<DateTimeOffset> ChangeBriefAsync(string brief)
    {
        await Page.BringToFrontAsync();
        await Find("brief-edit").ClickAsync();
        await Find("brief-input").FillAsync(brief);
        await Page.EvaluateAsync("() => addEventListener('submit', () => { window.savedAt = Date.now(); }, { capture: true, once: true })");
        await Find("brief-save").ClickAsync();
        return DateTimeOffset.FromUnixTimeMilliseconds(await Page.EvaluateAsync<long>("() => window.savedAt"));
    }

    /// <summary>From now on notes in the page itself when the online list shows this brief: a look from outside would come up to a second late.</summary>
    public Task WatchForBriefAsync(string nickname, string brief) => Page.EvaluateAsync("""
        ([nickname, brief]) => {
          window.briefSeen = new Promise((seen) => {
            const look = () => {
              const person = document.querySelector(`[data-testid=online-user][data-nickname='${nickname}']`);
              if (person?.textContent.includes(brief)) seen(Date.now());
            };
            new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
            look();
          });
        }
        """, new[] { nickname, brief });

    public async Task<DateTimeOffset> WhenBriefSeenAsync() =>
        DateTimeOffset.FromUnixTimeMilliseconds(await Page.EvaluateAsync<long>("() => window.briefSeen").WaitAsync(TimeSpan.FromSeconds(15)));
}
