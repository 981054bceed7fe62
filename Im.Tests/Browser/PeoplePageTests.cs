using Im.Client;
using Im.Client.Chat;
using Im.Core.Presence;
using Im.Protocol;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>Whom one finds, and how they are shown, in a real Chromium.</summary>
[Collection(PageCollection.Name)]
public sealed class PeoplePageTests(PageFixture im)
{
    [Fact]
    public async Task Before_a_nickname_that_nobody_has_joins_the_page_asks()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var context = await im.NewContextAsync();
        var page = await ChatPage.OpenAsync("page", context, im.Address);
        var mistyped = $"{tom.User.Nickname}x";
        await page.Find("login-open").First.ClickAsync();
        await page.Find("login-nickname").FillAsync(mistyped);
        await page.Find("login-password").FillAsync(tom.Password);
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Find("login-unknown")).ToContainTextAsync(mistyped);
        Assert.Equal(0, await im.Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE user_name = $1", mistyped));

        await page.Find("login-rename").ClickAsync();
        await Assertions.Expect(page.Find("login-nickname")).ToBeFocusedAsync();
        await page.Find("login-nickname").FillAsync(tom.User.Nickname);
        await page.Page.Keyboard.PressAsync("Enter");
        await page.ExpectUserAsync(tom.User.Nickname);

        await page.Find("logout").ClickAsync();
        await page.ExpectGuestAsync();
        await page.LoginAsync(mistyped, "another one"); // which says yes
        Assert.Equal(1, await im.Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE user_name = $1", mistyped));
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task A_guests_link_to_somebody_opens_after_the_login_and_a_dead_one_says_so()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom", brief: "likes tea");
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        await using var gone = await ChatUser.JoinAsync(im.Address, "gone");
        await DeleteAsync(gone);
        await using var context = await im.NewContextAsync();
        var page = await ChatPage.OpenAtAsync("page", context, im.Address, $"#/u/{tom.User.Id}");
        await Assertions.Expect(page.Find("absent")).ToHaveAttributeAsync("data-why", "guest");
        await page.Find("absent-login").ClickAsync();
        await page.Find("login-nickname").FillAsync(robin.User.Nickname);
        await page.Find("login-password").FillAsync(robin.Password);
        await page.Find("login-submit").ClickAsync();
        // Tom is offline, in no list, and nothing was said.
        await Assertions.Expect(page.Find("chat-title")).ToContainTextAsync(tom.User.Nickname);
        await Assertions.Expect(page.Find("chat-brief")).ToHaveTextAsync("likes tea");
        await Assertions.Expect(page.Find("chat-presence")).ToHaveAttributeAsync("data-online", "false");
        await page.SendAsync("hello Tom");
        await page.ExpectMessageAsync("hello Tom");

        foreach (var dead in new[] { $"{gone.User.Id}", $"{Guid.NewGuid()}", "not-an-id" })
        {
            await page.Page.EvaluateAsync("id => { location.hash = `#/u/${id}`; }", dead);
            await Assertions.Expect(page.Find("absent")).ToHaveAttributeAsync("data-why", "nobody");
            await Assertions.Expect(page.Find("composer")).ToHaveCountAsync(0);
            await Assertions.Expect(page.Find("chat-title")).Not.ToContainTextAsync("…");
        }
        await page.Find("absent-lobby").ClickAsync();
        await Assertions.Expect(page.Find("composer")).ToBeVisibleAsync();
        Assert.EndsWith("#/lobby", page.Page.Url);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task While_there_is_no_connection_a_link_says_that_it_is_not_known_yet()
    {
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        await using var context = await im.NewContextAsync(robin);
        var page = await ChatPage.OpenAsync("page", context, im.Address);
        await page.Page.RouteWebSocketAsync("**/ws*", socket => _ = socket.CloseAsync());
        await page.Page.RouteAsync("**/api/**", route => route.AbortAsync());
        await page.Page.EvaluateAsync("id => { location.hash = `#/u/${id}`; location.reload(); }", $"{Guid.NewGuid()}");
        await Assertions.Expect(page.Find("absent")).ToHaveAttributeAsync("data-why", "unknown");
        await Assertions.Expect(page.Find("composer")).ToHaveCountAsync(0);
        await page.Page.UnrouteAllAsync();
        await Axe.ExpectCleanAsync(page.Page, "not known yet");
    }

    [Fact]
    public async Task Whoever_wrote_in_the_lobby_can_be_written_to_though_they_are_offline_and_a_deleted_one_is_called_so()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom", brief: "likes tea");
        await using var gone = await ChatUser.JoinAsync(im.Address, "gone");
        await using var robin = await ChatUser.JoinAsync(im.Address, "robin");
        var mark = $"{Guid.NewGuid():N}";
        foreach (var user in new[] { gone, tom })
            await using (var tab = await user.OpenAsync(im.Address))
                await tab.Client.SendAsync(ChatTarget.Lobby, $"{mark} of {user.User.Nickname}");
        await using (var tab = await gone.OpenAsync(im.Address))
            await tab.Client.SendAsync(robin.User.Id, "before I go");
        await using var context = await im.NewContextAsync(robin, new() { Locale = "zh-CN" });
        var page = await ChatPage.OpenAsync("page", context, im.Address);
        var name = page.Page.Locator($"[data-testid=author][data-user='{tom.User.Id}']").Last;
        await name.ClickAsync();
        await Assertions.Expect(page.Find("chat-title")).ToContainTextAsync(tom.User.Nickname);
        await page.SendAsync("hello Tom");
        await page.ExpectMessageAsync("hello Tom");

        await page.Conversation($"{gone.User.Id}").ClickAsync();
        await page.ExpectMessageAsync("before I go");
        await DeleteAsync(gone);
        await Assertions.Expect(page.Find("chat-title")).ToHaveTextAsync("已注销账号");
        await Assertions.Expect(page.Find("account-gone")).ToBeVisibleAsync();
        await page.Page.ReloadAsync();
        await Assertions.Expect(page.Find("chat-title")).ToHaveTextAsync("已注销账号");
        await page.ExpectMessageAsync("before I go");
        await page.Conversation("lobby").ClickAsync();
        await page.ExpectMessageAsync($"{mark} of {gone.User.Nickname}");
        Assert.Equal(0, await page.Page.GetByText("(deleted)").CountAsync());
        Assert.Equal(0, await page.Page.Locator($"[data-testid=author][data-user='{gone.User.Id}']").CountAsync());
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task The_list_is_one_Tab_stop_is_searched_without_case_and_accents_and_no_two_look_the_same()
    {
        string[] names = ["Ångström", "Zoë", "ＷＩＤＥ", "Groß", "Zack", "Zelda", "b one", "b two", "c one", "c two", "d one", "d two", "王小明", "👩‍🚀 astro"];
        var presence = im.NodeServices(0).GetRequiredService<IPresence>();
        // A picture goes by the id, and there are 96 for each letter: the same people, and so the same pictures, each time.
        foreach (var (at, name) in names.Index())
            presence.Enter($"{name}", new UserInfo(Guid.Parse($"0f9a6c1e-7d44-4b8e-9c3a-5b1e2d7f8a{at:x2}"), name, ""));
        try
        {
            await using var context = await im.NewContextAsync();
            var page = await ChatPage.OpenAsync("page", context, im.Address);
            foreach (var (typed, found) in new[] { ("angstrom", "Ångström"), ("ZOE", "Zoë"), ("wide", "ＷＩＤＥ"), ("GROSS", "Groß"), (" b  ONE ", "b one") })
            {
                await page.Find("people-search").FillAsync(typed);
                await Assertions.Expect(page.Find("online-user")).ToHaveCountAsync(1);
                await Assertions.Expect(page.Online(found)).ToBeVisibleAsync();
            }
            await page.Find("people-search").FillAsync("");
            await Assertions.Expect(page.Online("Zelda")).ToBeVisibleAsync();

            foreach (var list in new[] { ".people-list", ".conversations" })
                Assert.Equal(1, await page.Page.Locator($"{list} :is(a, button)").EvaluateAllAsync<int>("all => all.filter(each => each.tabIndex === 0).length"));
            await page.Find("people-search").FocusAsync();
            await page.Page.Keyboard.PressAsync("Tab");
            await page.Page.Keyboard.PressAsync("End");
            await page.Page.Keyboard.PressAsync("Home");
            await page.Page.Keyboard.TypeAsync("ZE");
            await Assertions.Expect(page.Online("Zelda")).ToBeFocusedAsync();
            await page.Page.Keyboard.PressAsync("ArrowUp");
            await Assertions.Expect(page.Online("Zack")).ToBeFocusedAsync();
            await page.Page.Keyboard.PressAsync("Tab"); // out of the list, and back to the same one
            await page.Page.Keyboard.PressAsync("Shift+Tab");
            await Assertions.Expect(page.Online("Zack")).ToBeFocusedAsync();

            var pictures = new HashSet<string>();
            foreach (var name in names)
                Assert.True(pictures.Add(await page.Online(name).Locator(".avatar").EvaluateAsync<string>("each => `${each.textContent} ${each.dataset.hue} ${each.dataset.pattern}`")), name);
            foreach (var (name, letters) in new[] { ("Zoë", "Z"), ("b two", "BT"), ("王小明", "王"), ("👩‍🚀 astro", "👩‍🚀A") })
                Assert.Equal(letters, await page.Online(name).Locator(".avatar").TextContentAsync());
            // Every colour of the letters on both ends of every figure, light and dark.
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await page.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                Assert.InRange(await page.Page.EvaluateAsync<double>(LeastContrast), 4.5, 21);
            }
            Assert.Empty(page.Errors);
        }
        finally
        {
            foreach (var name in names)
                presence.Leave(name);
        }
    }

    [Fact]
    public async Task Somebody_who_loads_the_page_anew_is_not_seen_to_go_and_whoever_logs_out_is_gone()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny", brief: "likes tea");
        await using var toms = await im.NewContextAsync(tom);
        await using var jennys = await im.NewContextAsync(jenny);
        var hers = await ChatPage.OpenAsync("Jenny", jennys, im.Address, "node-1");
        var his = await ChatPage.OpenAsync("Tom", toms, im.Address, "node-2");
        await his.OpenChatWithAsync(jenny.User.Nickname);
        await Assertions.Expect(his.Find("chat-brief")).ToHaveTextAsync("likes tea");
        await Assertions.Expect(his.Find("chat-presence")).ToHaveAttributeAsync("data-online", "true");
        await his.Page.EvaluateAsync("""
            () => {
              window.gone = 0;
              new MutationObserver(() => (window.gone += document.querySelector('[data-testid=chat-presence][data-online=true]') ? 0 : 1)).observe(document.body, { subtree: true, childList: true, attributes: true });
            }
            """);
        for (var i = 0; i < 2; i++)
        {
            var sockets = hers.SocketsOpened;
            await hers.Page.ReloadAsync();
            await Assertions.Expect(hers.Online(jenny.User.Nickname)).ToBeVisibleAsync();
            Assert.True(hers.SocketsOpened > sockets);
        }
        await hers.SendAsync("back again");
        await Assertions.Expect(his.Conversation("lobby")).ToContainTextAsync("back again");
        Assert.Equal(0, await his.Page.EvaluateAsync<int>("() => window.gone"));

        await hers.Find("logout").ClickAsync();
        await Assertions.Expect(his.Find("chat-presence")).ToHaveAttributeAsync("data-online", "false");
        await Assertions.Expect(his.Find("chat-brief")).ToHaveTextAsync("likes tea");
        Assert.Empty(his.Errors.Concat(hers.Errors));
    }

    private const string LeastContrast = """
        () => {
          const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
          const light = (colour) => {
            context.fillStyle = colour;
            context.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
          const probe = document.body.appendChild(document.createElement('span'));
          probe.className = 'avatar';
          probe.dataset.hue = '';
          let least = 21;
          for (let hue = 0; hue < 360; hue += 15) {
            probe.style.setProperty('--hue', hue);
            for (const tone of ['--tone', '--tone-2']) {
              probe.style.background = `var(${tone})`;
              const { color, backgroundColor } = getComputedStyle(probe);
              least = Math.min(least, contrast(color, backgroundColor));
            }
          }
          probe.remove();
          return least;
        }
        """;

    private async Task DeleteAsync(ChatUser user)
    {
        using var http = new HttpClient(new HttpClientHandler { CookieContainer = user.Cookies }) { BaseAddress = im.Address, DefaultRequestHeaders = { { "X-Im", "1" } } };
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/me") { Content = System.Net.Http.Json.JsonContent.Create(new { password = user.Password }) };
        (await http.SendAsync(request)).EnsureSuccessStatusCode();
    }
}
