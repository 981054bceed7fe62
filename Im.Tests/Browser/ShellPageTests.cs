using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Im.Client.Chat;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>What stands around the conversations: titles, panes, Back, times, languages. In a real Chromium.</summary>
[Collection(PageCollection.Name)]
public sealed class ShellPageTests(PageFixture im)
{
    private static readonly ViewportSize Phone = new() { Width = 390, Height = 844 };

    [Fact]
    public async Task Days_go_by_the_servers_clock_and_what_is_of_another_year_says_which()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        await using var tomsTab = await tom.OpenAsync(im.Address);
        await tomsTab.Client.SendAsync(robin.User.Id, "long ago");
        await im.Database.ScalarAsync<int>("UPDATE events SET at = $2 WHERE sender_id = $1", tom.User.Id, new DateTime(2024, 2, 2, 23, 38, 0, DateTimeKind.Utc));
        await using var context = await im.NewContextAsync(robin, new() { Locale = "en-US", TimezoneId = "Asia/Shanghai" });
        await context.AddInitScriptAsync("""
            const [Real, ahead] = [Date, 26 * 3_600_000];
            globalThis.Date = class extends Real {
              constructor(...given) { super(...(given.length ? given : [Real.now() + ahead])); }
              static now() { return Real.now() + ahead; }
            };
            """);
        var page = await ChatPage.OpenAsync("page", context, im.Address);
        var toms = page.Conversation($"{tom.User.Id}");
        await Assertions.Expect(toms.Locator("time")).ToHaveTextAsync("Feb 3, 2024");
        await toms.ClickAsync();
        await page.ExpectMessageAsync("long ago");
        await page.SendAsync("and now");
        await page.ExpectMessageAsync("and now");
        await Assertions.Expect(page.Page.Locator(".day")).ToHaveTextAsync(["February 3, 2024", "Today"]);
        await Assertions.Expect(toms.Locator("time")).ToHaveTextAsync(new Regex(@"^1?\d:\d\d\s[AP]M$"));
        var first = page.Page.Locator(".head time").First;
        Assert.Equal("7:38 AM", (await first.TextContentAsync())!.Replace('\u202F', ' ')); // a narrow blank, since Unicode 15
        await page.Find("language").ClickAsync();
        await Assertions.Expect(first).ToHaveTextAsync("07:38");
        await Assertions.Expect(page.Page.Locator(".day").First).ToHaveTextAsync("2024年2月3日");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task On_a_phone_Back_closes_what_is_open_then_leads_to_the_list_and_then_out()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin", brief: "likes tea");
        await using var tomsTab = await tom.OpenAsync(im.Address);
        await using (var robinsTab = await robin.OpenAsync(im.Address))
            await robinsTab.Client.SendAsync(tom.User.Id, "hello"); // so his answer is no request
        await using var context = await im.NewContextAsync(robin, new() { ViewportSize = Phone, HasTouch = true, IsMobile = true });
        var elsewhere = new Uri(im.Address, "/icon.svg").ToString();
        var page = await ChatPage.OpenAsync("phone", context, im.Address);
        await page.Page.GotoAsync(elsewhere);
        await page.Page.GotoAsync(im.Address.ToString());
        await page.WaitUntilReadyAsync();

        await Assertions.Expect(page.Find("back")).ToHaveAttributeAsync("data-unread", "0");
        await tomsTab.Client.SendAsync(robin.User.Id, "are you there?");
        await Assertions.Expect(page.Find("back")).ToHaveAttributeAsync("data-unread", "1");
        await Assertions.Expect(page.Find("back")).ToHaveTextAsync("1");

        await page.Find("back").TapAsync();
        await page.Conversation($"{tom.User.Id}").TapAsync();
        await Assertions.Expect(page.Find("chat-title")).ToHaveTextAsync(tom.User.Nickname);
        await Assertions.Expect(page.Find("chat-presence")).ToBeInViewportAsync();
        await page.ExpectMessageAsync("are you there?");

        await page.Find("people-open").TapAsync();
        await Assertions.Expect(page.Find("people-close")).ToBeFocusedAsync();
        await page.Page.GoBackAsync();
        await Assertions.Expect(page.Find("people")).ToBeHiddenAsync();
        await Assertions.Expect(page.Find("chat-title")).ToHaveTextAsync(tom.User.Nickname);

        await page.Find("people-open").TapAsync();
        await page.Online(tom.User.Nickname).TapAsync(); // in place of the conversation before
        await Assertions.Expect(page.Find("people")).ToBeHiddenAsync();
        await page.Page.GoBackAsync();
        await Assertions.Expect(page.Conversation("lobby")).ToBeVisibleAsync();

        await page.Find("brief-edit").TapAsync();
        await page.Find("devices-open").TapAsync();
        await Assertions.Expect(page.Find("devices")).ToBeVisibleAsync();
        await page.Page.GoBackAsync();
        await Assertions.Expect(page.Find("devices")).ToBeHiddenAsync();
        await Assertions.Expect(page.Conversation("lobby")).ToBeVisibleAsync();

        await page.Find("brief-edit").TapAsync();
        await page.Find("brief-input").FillAsync("likes coffee");
        await page.Find("brief-save").TapAsync();
        await Assertions.Expect(page.Find("me-brief")).ToHaveTextAsync("likes coffee");
        await Assertions.Expect(page.Find("brief-edit")).ToBeFocusedAsync();

        await page.Conversation("lobby").TapAsync();
        await page.Find("back").TapAsync();
        await Assertions.Expect(page.Conversation("lobby")).ToBeVisibleAsync();
        Assert.Empty(page.Errors);
        await page.Page.GoBackAsync(); // out, and into no conversation that was left
        Assert.Equal(elsewhere, page.Page.Url);
    }

    [Fact]
    public async Task On_a_phone_everything_is_wide_enough_for_a_finger_and_nothing_runs_off_the_screen()
    {
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin", brief: new string('w', 128));
        await using var context = await im.NewContextAsync(robin, new() { ViewportSize = Phone, HasTouch = true, IsMobile = true });
        var page = await ChatPage.OpenAsync("phone", context, im.Address);
        foreach (var width in new[] { 390, 320 })
        {
            await page.Page.SetViewportSizeAsync(width, 700);
            await ExpectAsync("the lobby");
            await page.Find("people-open").ClickAsync();
            await ExpectAsync("the people");
            await page.Find("people-close").ClickAsync();
            await page.Find("back").ClickAsync();
            await ExpectAsync("the list");
            await page.Find("node-badge").ClickAsync();
            await page.Find("node-option").First.WaitForAsync();
            await ExpectAsync("the nodes");
            await page.Page.Keyboard.PressAsync("Escape");
            await page.Find("brief-edit").ClickAsync();
            await ExpectAsync("my info");
            await page.Find("devices-open").ClickAsync();
            await page.Find("device").First.WaitForAsync();
            await ExpectAsync("my devices");
            await page.Page.Keyboard.PressAsync("Escape");
            await page.Conversation("lobby").ClickAsync();
        }

        async Task ExpectAsync(string view) => Assert.Equal("", await page.Page.EvaluateAsync<string>("""
            (view) => document.getAnimations().forEach((each) => each.effect.getComputedTiming().iterations !== Infinity && each.finish()) ?? [...document.querySelectorAll(':is(.bar, .side, .people, .dialog, .node-list) :is(a, button, input, label.check), .node-list')].flatMap((each) => {
              const { left, right, width, height } = each.getBoundingClientRect();
              if (width === 0 || each.closest('.skip, [inert], .visually-hidden') || (document.querySelector('dialog[open]') && !each.closest('dialog'))) return [];
              const small = (width < 44 || height < 44) && !each.matches('.node-list, .field-box input, .check input');
              return small || left < 0 || right > innerWidth ? [`${view}: ${each.className || each.dataset.testid} ${Math.round(left)}–${Math.round(right)} ${Math.round(width)}×${Math.round(height)}`] : [];
            }).join('\n')
            """, $"{view}, {page.Page.ViewportSize!.Width} px"));
    }

    [Fact]
    public async Task Where_the_people_lie_over_the_conversation_Esc_a_press_outside_their_button_and_Back_close_them()
    {
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        await using var context = await im.NewContextAsync(robin, new() { ViewportSize = new() { Width = 1024, Height = 768 } });
        var page = await ChatPage.OpenAsync("tablet", context, im.Address);
        Func<Task>[] ways = [() => page.Page.Keyboard.PressAsync("Escape"), () => page.Page.Mouse.ClickAsync(400, 400), () => page.Find("people-close").ClickAsync(), () => page.Page.GoBackAsync()];
        foreach (var close in ways)
        {
            await page.Find("people-open").ClickAsync();
            await Assertions.Expect(page.Find("people-close")).ToBeFocusedAsync();
            await page.Page.Keyboard.PressAsync("Shift+Tab"); // nothing below is reached
            Assert.False(await page.Page.EvaluateAsync<bool>("() => Boolean(document.activeElement.closest('.chat, .side, .bar'))"));
            await close();
            await Assertions.Expect(page.Find("people")).ToBeHiddenAsync();
            await Assertions.Expect(page.Find("people-open")).ToBeFocusedAsync();
        }
        var mark = $"{Guid.NewGuid():N}";
        await page.Find("composer").FillAsync(mark);
        await page.Find("send").ClickAsync();
        await page.ExpectMessageAsync(mark);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task The_first_language_that_the_page_has_wins_and_is_the_only_one_that_is_fetched()
    {
        foreach (var (languages, lang, lobby, file) in new[]
        {
            ("'fr-FR', 'en-US', 'zh-CN'", "en", "Lobby", "en"), ("'zh-CN', 'en'", "zh-CN", "群聊广场", "zh"), ("'zh-HK', 'en'", "zh-TW", "聊天大廳", "zhTW"), ("'ko'", "en", "Lobby", "en"),
        })
        {
            await using var context = await im.NewContextAsync();
            var fetched = new ConcurrentBag<string>(); // by the page and by its worker
            context.Request += (_, request) => fetched.Add(Regex.Match(request.Url, @"/assets/(en|zh|zhTW)-[^/]*\.js$").Groups[1].Value);
            await context.AddInitScriptAsync($"Object.defineProperty(navigator, 'languages', {{ get: () => [{languages}] }})");
            var page = await ChatPage.OpenAsync(lang, context, im.Address);
            await Assertions.Expect(page.Find("chat-title")).ToHaveTextAsync(lobby);
            await Assertions.Expect(page.Page.Locator("html")).ToHaveAttributeAsync("lang", lang);
            await page.Page.EvaluateAsync("async () => { await navigator.serviceWorker.ready; }");
            Assert.Equal(file, Assert.Single(fetched.Where(name => name.Length > 0).Distinct()));
            Assert.Empty(page.Errors);
        }
    }

    [Fact]
    public async Task An_address_that_changes_while_a_dialog_closes_holds_and_so_does_a_dialog_that_is_opened_again()
    {
        await using var context = await im.NewContextAsync();
        var page = await ChatPage.OpenAsync("page", context, im.Address);
        var waits = new[] { -3, -1, 0, 1, 5, 20 }; // tasks of the browser, of some ms; below 0 so many microtasks
        var addresses = await page.Page.EvaluateAsync<string[]>("""
            async waits => {
              const until = async (condition) => { while (!condition()) await new Promise(done => setTimeout(done, 5)); };
              const dialog = () => document.querySelector('dialog[open]');
              const open = async () => {
                document.querySelector('[data-testid=login-open]').click();
                await until(() => dialog() && history.state?.layers === 1); // every step before it has been taken, too
              };
              const addresses = [];
              for (const wait of waits) {
                await open();
                dialog().querySelector('.dialog-head button').click();
                for (let time = wait; time < 0; time++) await Promise.resolve();
                if (wait >= 0) await new Promise(done => setTimeout(done, wait));
                location.hash = `#/u/${wait}`;
                await open();
                addresses.push(location.hash);
                dialog().querySelector('.dialog-head button').click();
                await until(() => !dialog() && !history.state?.layers);
              }
              return addresses;
            }
            """, waits);
        Assert.Equal(waits.Select(wait => $"#/u/{wait}"), addresses);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Joining_chatting_and_signing_out_a_device_need_no_pointer_and_the_focus_comes_back()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var tomsTab = await tom.OpenAsync(im.Address);
        await using var context = await im.NewContextAsync();
        var page = await ChatPage.OpenAsync("page", context, im.Address);
        var keyboard = page.Page.Keyboard;
        var nickname = $"Ada{Random.Shared.Next(1_000_000)}";
        await TabToAsync("login-open");
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Find("login-nickname")).ToBeFocusedAsync();
        await keyboard.TypeAsync(nickname);
        await keyboard.PressAsync("Tab");
        await keyboard.TypeAsync("correct horse");
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Find("login-join")).ToBeFocusedAsync();
        await keyboard.PressAsync("Enter");
        await page.ExpectUserAsync(nickname);
        await Assertions.Expect(page.Find("composer")).ToBeFocusedAsync();

        var mark = $"{Guid.NewGuid():N}";
        await keyboard.TypeAsync(mark);
        await keyboard.PressAsync("Enter");
        await page.ExpectMessageAsync(mark);
        await TabToAsync("online-user");
        await keyboard.TypeAsync(tom.User.Nickname[..^1]);
        await Assertions.Expect(page.Online(tom.User.Nickname)).ToBeFocusedAsync();
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Find("chat-title")).ToContainTextAsync(tom.User.Nickname);
        await Assertions.Expect(page.Find("composer")).ToBeFocusedAsync();
        await keyboard.TypeAsync("hello Tom");
        await keyboard.PressAsync("Enter");
        await page.ExpectMessageAsync("hello Tom");

        await TabToAsync("brief-edit");
        await keyboard.PressAsync("Enter");
        await TabToAsync("devices-open");
        await keyboard.PressAsync("Enter");
        await page.Find("device").WaitForAsync();
        await keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Find("brief-edit")).ToBeFocusedAsync();
        Assert.Empty(page.Errors);

        async Task TabToAsync(string testId)
        {
            for (var i = 0; i < 60; i++)
            {
                await keyboard.PressAsync("Tab");
                var (at, visible) = (await page.Page.EvaluateAsync<string?>("() => document.activeElement.dataset.testid"), await page.Page.EvaluateAsync<bool>("() => document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== 'none' || document.activeElement.matches('input, textarea')"));
                Assert.True(visible, $"the focus on {at} is not seen");
                if (at == testId)
                    return;
            }
            Assert.Fail($"Tab does not lead to {testId}.");
        }
    }
}
