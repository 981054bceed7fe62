using System.Buffers.Text;
using System.Net.Http.Json;
using Im.Client.Chat;
using System.Text.Json;
using Im.Protocol;
using Im.Tests.Fixtures;
using Im.Tests.Notifications;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>What people are told when they do not look, in a real Chromium.</summary>
/// <remarks>The Chromium of the tests has no notifications to show and no push service: those two are stood in for, what is said to them is ours. A push is brought by DevTools, past the service.</remarks>
[Collection(PageCollection.Name)]
public sealed class NotificationsPageTests(PageFixture im)
{
    private const string Browser = """
        Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
        Notification.requestPermission = async () => 'granted';
        let subscription = null;
        PushManager.prototype.getSubscription = async () => subscription;
        PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => (subscription = {
          options: { applicationServerKey: Uint8Array.from(atob(applicationServerKey.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0)).buffer },
          toJSON: () => window.pushSubscription, unsubscribe: async () => ((window.unsubscribed = true), (subscription = null), true),
        });
        """;

    private const string Worker = """
        () => {
          self.shown = [];
          self.told = 0;
          const open = [];
          ServiceWorkerRegistration.prototype.showNotification = async (title, options) => {
            self.told++;
            self.shown = [...self.shown.filter(({ tag }) => tag !== options.tag), { title, body: options.body, tag: options.tag, data: options.data, close() { self.shown = self.shown.filter((each) => each !== this); } }];
          };
          ServiceWorkerRegistration.prototype.getNotifications = async ({ tag } = {}) => self.shown.filter((each) => tag === undefined || each.tag === tag);
        }
        """;

    [Fact]
    public async Task One_notification_tells_of_a_message_over_two_windows_and_a_push_and_what_is_set_in_one_window_is_so_in_the_other()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        var toms = (await tom.ConnectAsync()).Client;
        await (await jenny.ConnectAsync()).Client.SendAsync(tom.User.Id, "no stranger");
        await using var service = await PushService.StartAsync();
        var keys = JsonSerializer.SerializeToElement(service.NewBrowser().Subscription).GetProperty("keys");
        var endpoint = $"https://push.invalid/{Guid.NewGuid():N}";
        await using var context = await im.NewContextAsync(jenny);
        await context.AddInitScriptAsync($"{Browser} window.pushSubscription = {JsonSerializer.Serialize(new { endpoint, keys })};");
        var (one, two) = (await ChatPage.OpenAsync("one", context, im.Address), await ChatPage.OpenAsync("two", context, im.Address));
        await one.Page.EvaluateAsync("async () => { await navigator.serviceWorker.ready; }");
        var worker = await PageWorker.FindAsync(im.Chromium, im.Address);
        await worker.EvaluateAsync($"({Worker})()");

        // She turns it on, in one window, for this browser.
        await one.Find("brief-edit").ClickAsync();
        await one.Find("notifications-open").ClickAsync();
        await Assertions.Expect(one.Find("notifications")).ToHaveAttributeAsync("data-known", "true");
        await one.Find("notify-here").ClickAsync();
        await Assertions.Expect(one.Find("notifications")).ToHaveAttributeAsync("data-pushed", "true");
        Assert.Equal(Base64Url.DecodeFromChars(keys.GetProperty("auth").GetString()), await im.Database.ScalarAsync<byte[]>("SELECT auth FROM push_subscriptions WHERE endpoint = $1", endpoint));
        await one.Find("quiet").ClickAsync();
        await one.Find("quiet-from").FillAsync("23:30");
        await Assertions.Expect(one.Find("quiet-until")).ToHaveValueAsync("07:00");
        await Eventually.TrueAsync(async () => await im.Database.ScalarAsync<string>("SELECT quiet_from::text FROM notification_settings WHERE user_id = $1", jenny.User.Id) == "23:30:00", seconds: 30);
        await Axe.ExpectCleanAsync(one.Page, "notifications");
        await one.Find("quiet").ClickAsync(); // whatever time it is
        await Assertions.Expect(one.Find("quiet-from")).ToHaveCountAsync(0);
        await Assertions.Expect(one.Find("quiet")).ToBeEnabledAsync();
        await one.Page.Keyboard.PressAsync("Escape");
        await two.Page.ReloadAsync(); // on for the browser, so for this window too
        await two.WaitUntilReadyAsync();

        // Both windows look at the lobby. A push of the same line comes too, and says nothing again.
        var said = await toms.SendAsync(jenny.User.Id, "tea at five?");
        await Eventually.TrueAsync(async () => await ToldAsync(worker) == 1, seconds: 30);
        var shown = await worker.EvaluateAsync("(({ title, body, data }) => ({ title, body, href: data.href }))(self.shown[0])");
        Assert.Equal("tea at five?", shown.GetProperty("body").GetString());
        Assert.Contains(tom.User.Nickname, shown.GetProperty("title").GetString());
        await Assertions.Expect(one.Page.Locator("link[rel=icon]")).ToHaveAttributeAsync("href", "/icon-unread.svg");
        var push = await PushAsync(context, one.Page);
        await push(new(said.Conversation, "direct", said.Line!.Value, new(tom.User.Id, tom.User.Nickname)) { Text = "tea at five?" });
        // With the page closed the push is all there is: as with one of a line that no window knows.
        await push(new(said.Conversation, "direct", said.Line.Value + 1, new(tom.User.Id, tom.User.Nickname)) { Text = "by a push" });
        await Eventually.TrueAsync(async () => await ToldAsync(worker) == 2, seconds: 30);
        Assert.Equal("by a push", (await worker.EvaluateAsync("self.shown[0].body")).GetString());

        // A tap leads to the message; reading it takes the notification away, whichever window reads.
        await worker.EvaluateAsync($$"""
            {
              const tap = new Event('notificationclick');
              Object.assign(tap, { notification: { close() {}, data: { href: '{{shown.GetProperty("href").GetString()}}' } }, waitUntil: (done) => done.catch(() => {}) });
              self.dispatchEvent(tap);
            }
            """);
        await Task.WhenAny(one.ExpectMessageAsync("tea at five?"), two.ExpectMessageAsync("tea at five?"));
        await toms.SendAsync(jenny.User.Id, "are you coming?");
        await one.OpenConversationAsync(tom.User.Nickname);
        await one.ExpectMessageAsync("are you coming?");
        await Eventually.TrueAsync(async () => (await worker.EvaluateAsync("self.shown.length")).GetInt32() == 0, seconds: 30);

        // Muted and pinned in one window, and so in the other.
        await one.Find("profile-open").ClickAsync();
        await one.Find("notify-level").SelectOptionAsync("nothing");
        await Assertions.Expect(two.Conversation($"{tom.User.Id}")).ToHaveAttributeAsync("data-muted", "true");
        await one.Find("pin").ClickAsync();
        await Assertions.Expect(two.Conversation($"{tom.User.Id}")).ToHaveAttributeAsync("data-pinned", "true");
        await Axe.ExpectCleanAsync(one.Page, "profile");
        await one.Page.Keyboard.PressAsync("Escape");
        await one.Page.EvaluateAsync("() => { location.hash = '#/lobby'; }");
        await two.Page.EvaluateAsync("() => { location.hash = '#/lobby'; }");
        await Assertions.Expect(one.Page.Locator("link[rel=icon]")).ToHaveAttributeAsync("href", "/icon.svg");
        var before = await ToldAsync(worker);
        await toms.SendAsync(jenny.User.Id, "heard by nobody");
        await Assertions.Expect(two.Conversation($"{tom.User.Id}")).ToHaveAttributeAsync("data-unread", "1");
        await Assertions.Expect(two.Page).Not.ToHaveTitleAsync(new System.Text.RegularExpressions.Regex(@"^\("));
        using (var http = new HttpClient(new HttpClientHandler { CookieContainer = jenny.Cookies }) { BaseAddress = im.Address })
        {
            http.DefaultRequestHeaders.Add("X-Im", "1");
            (await http.PutAsJsonAsync($"/api/me/conversations/{said.Conversation}", new ConversationSettings(NotifyLevels.Default))).EnsureSuccessStatusCode();
            Assert.Equal("image/png", (await http.GetAsync("/icon-192.png")).EnsureSuccessStatusCode().Content.Headers.ContentType?.MediaType);
        }
        await Assertions.Expect(one.Conversation($"{tom.User.Id}")).ToHaveAttributeAsync("data-muted", "false");
        await Assertions.Expect(two.Conversation($"{tom.User.Id}")).ToHaveAttributeAsync("data-muted", "false");
        await toms.SendAsync(jenny.User.Id, "heard again");
        await Eventually.TrueAsync(async () => (await worker.EvaluateAsync("self.shown.some(({ body }) => body === 'heard again')")).GetBoolean(), seconds: 30);
        Assert.Equal(before + 1, await ToldAsync(worker)); // of the one before nothing was said

        // Logged out: nothing is told, nor kept.
        await one.Find("logout").ClickAsync();
        await one.ExpectGuestAsync();
        Assert.Equal(0L, await im.Database.ScalarAsync<long>("SELECT count(*) FROM push_subscriptions WHERE user_id = $1", jenny.User.Id));
        await Eventually.TrueAsync(() => one.Page.EvaluateAsync<bool>("async () => window.unsubscribed === true && !(await caches.has('im.told'))"), seconds: 30);
        Assert.Empty(one.Errors);
        Assert.Empty(two.Errors);
    }

    private static async Task<int> ToldAsync(PageWorker worker) => (await worker.EvaluateAsync("self.told")).GetInt32();

    /// <summary>What brings a push to the page's worker.</summary>
    private static async Task<Func<PushNotification, Task>> PushAsync(IBrowserContext context, IPage page)
    {
        var devTools = await context.NewCDPSessionAsync(page);
        var registered = new TaskCompletionSource<string>();
        devTools.Event("ServiceWorker.workerRegistrationUpdated").OnEvent += (_, update) =>
        {
            if (update?.GetProperty("registrations") is { } all && all.GetArrayLength() > 0)
                registered.TrySetResult(all[0].GetProperty("registrationId").GetString()!);
        };
        await devTools.SendAsync("ServiceWorker.enable");
        var id = await registered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var origin = await page.EvaluateAsync<string>("() => location.origin");
        return notification => devTools.SendAsync("ServiceWorker.deliverPushMessage", new() { ["origin"] = $"{origin}/", ["registrationId"] = id, ["data"] = JsonSerializer.Serialize(notification, ProtocolJson.Wire.PushNotification) });
    }

    /// <summary>The page's service worker, by DevTools: Playwright for .NET has none of its own.</summary>
    private sealed class PageWorker(ICDPSession devTools, string session)
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _asked = [];
        private int _id;

        public static async Task<PageWorker> FindAsync(IBrowser browser, Uri address)
        {
            var devTools = await browser.NewBrowserCDPSessionAsync();
            string? target = null;
            await Eventually.TrueAsync(async () =>
            {
                var all = (await devTools.SendAsync("Target.getTargets"))!.Value.GetProperty("targetInfos").EnumerateArray();
                target = all.LastOrDefault(each => each.GetProperty("type").GetString() == "service_worker" && each.GetProperty("url").GetString()!.StartsWith($"{address}sw.js", StringComparison.Ordinal)) is { ValueKind: JsonValueKind.Object } found
                    ? found.GetProperty("targetId").GetString() : null;
                return target is not null;
            }, seconds: 30);
            var attached = await devTools.SendAsync("Target.attachToTarget", new() { ["targetId"] = target!, ["flatten"] = false });
            var worker = new PageWorker(devTools, attached!.Value.GetProperty("sessionId").GetString()!);
            devTools.Event("Target.receivedMessageFromTarget").OnEvent += (_, message) =>
            {
                var answer = JsonElement.Parse(message!.Value.GetProperty("message").GetString()!);
                if (answer.TryGetProperty("id", out var id) && worker._asked.TryRemove(id.GetInt32(), out var asked))
                    asked.TrySetResult(answer);
            };
            return worker;
        }

        public async Task<JsonElement> EvaluateAsync(string expression)
        {
            var id = Interlocked.Increment(ref _id);
            var asked = _asked[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var message = JsonSerializer.Serialize(new { id, method = "Runtime.evaluate", @params = new { expression, returnByValue = true, awaitPromise = true } });
            await devTools.SendAsync("Target.sendMessageToTarget", new() { ["sessionId"] = session, ["message"] = message });
            var result = (await asked.Task.WaitAsync(TimeSpan.FromSeconds(30))).GetProperty("result");
            Assert.False(result.TryGetProperty("exceptionDetails", out var failure), $"{failure}");
            return result.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
        }
    }
}
