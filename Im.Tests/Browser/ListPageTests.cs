using Im.Client.Chat;
using Im.Tests.Fixtures;
using Microsoft.Playwright;
using Npgsql;

namespace Im.Tests.Browser;

/// <summary>The list of messages in a real Chromium: what is shown of it, what stays where it is, and what counts as read.</summary>
[Collection(PageCollection.Name)]
public sealed class ListPageTests(PageFixture im)
{
    /// <summary>Says whether the window has the focus, which a browser without a screen always has.</summary>
    private const string Focus = """
        window.hasFocus = true;
        document.hasFocus = () => window.hasFocus;
        window.setFocus = (has) => { window.hasFocus = has; dispatchEvent(new Event(has ? 'focus' : 'blur')); };
        """;

    /// <summary>The topmost line that is on the screen, and where: "line pixel".</summary>
    private const string TopLine = """
        () => {
          const box = document.querySelector('[data-testid=messages]').getBoundingClientRect();
          const top = [...document.querySelectorAll('[data-line]')].find((line) => line.getBoundingClientRect().bottom > box.top + 1);
          return `${top.dataset.line} ${Math.round(top.getBoundingClientRect().top)}`;
        }
        """;

    /// <summary>Up to the second line, so much with each frame. How many of the steps were undone: in the frame of each rows are drawn, too.</summary>
    private const string ScrollUp = """
        async () => {
          const box = document.querySelector('[data-testid=messages]');
          let undone = 0;
          while (!box.querySelector("[data-line='2']")) {
            const to = box.scrollTop - Math.min(500, box.scrollHeight - box.clientHeight + box.scrollTop);
            box.scrollTop = to;
            await new Promise(requestAnimationFrame);
            if (Math.abs(box.scrollTop - to) > 1) undone++;
          }
          return undone;
        }
        """;

    [Fact]
    public async Task Of_what_is_unread_the_first_is_shown_and_what_was_on_the_screen_is_read_and_another_conversation_leaves_the_place()
    {
        await using var talk = await Talk.BeginAsync(im, said: 20, unread: 160);
        var (page, robin) = (talk.Page, talk.Robin);
        await page.OpenConversationAsync(talk.Tom.User.Nickname);
        await Assertions.Expect(page.Find("new-divider")).ToBeInViewportAsync();
        await Assertions.Expect(page.Message("unread 1.")).ToBeInViewportAsync();
        await Assertions.Expect(page.Message("unread 160.")).ToHaveCountAsync(0);
        await Eventually.TrueAsync(async () => await talk.UnreadAsync() is > 100 and < 160);
        var read = 160 - await talk.UnreadAsync();
        await Assertions.Expect(page.Message($"unread {read}.")).ToBeInViewportAsync();
        await using var otherBrowser = await im.NewContextAsync(robin);
        var otherPage = await ChatPage.OpenAsync("robin, elsewhere", otherBrowser, im.Address);
        await Assertions.Expect(talk.Conversation(otherPage)).ToHaveAttributeAsync("data-unread", $"{160 - read}"); // the node knows it too

        // Reading on reads; going away and back finds the place.
        await page.Page.BringToFrontAsync();
        await page.Find("messages").HoverAsync();
        await page.Page.Mouse.WheelAsync(0, 1_500);
        await Eventually.TrueAsync(async () => await talk.UnreadAsync() < 160 - read);
        await Assertions.Expect(page.Message("unread 1.")).Not.ToBeInViewportAsync();
        var place = await page.Page.EvaluateAsync<string>(TopLine);
        var unread = await talk.UnreadAsync();
        await page.Page.Locator("[data-testid=conversation][data-conversation=lobby]").ClickAsync();
        await Assertions.Expect(page.Find("composer")).ToBeVisibleAsync();
        await Assertions.Expect(page.Message("unread")).ToHaveCountAsync(0);
        await page.OpenConversationAsync(talk.Tom.User.Nickname);
        await page.Message("unread").First.WaitForAsync();
        Assert.Equal(place, await page.Page.EvaluateAsync<string>(TopLine));
        Assert.Equal(unread, await talk.UnreadAsync());

        // And there is a way to the newest.
        await Assertions.Expect(page.Find("to-newest")).ToHaveAttributeAsync("data-new", $"{unread}");
        await page.Find("to-newest").ClickAsync();
        await Assertions.Expect(page.Message("unread 160.")).ToBeInViewportAsync();
        await Assertions.Expect(talk.Conversation(page)).ToHaveAttributeAsync("data-unread", "0");
        await Assertions.Expect(page.Find("to-newest")).ToHaveCountAsync(0);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Under_a_tall_draft_what_comes_is_shown_and_read_and_what_one_reads_above_stays()
    {
        await using var talk = await Talk.BeginAsync(im, said: 60);
        var page = talk.Page;
        await page.OpenConversationAsync(talk.Tom.User.Nickname);
        await Assertions.Expect(page.Message("said 60.")).ToBeInViewportAsync();
        await page.Find("composer").FocusAsync();
        for (var line = 0; line < 7; line++)
        {
            await page.Page.Keyboard.TypeAsync("a line");
            await page.Page.Keyboard.PressAsync("Shift+Enter");
        }
        await talk.TellAsync("under a tall draft");
        await Assertions.Expect(page.Message("under a tall draft")).ToBeInViewportAsync(new() { Ratio = 1 });
        await Assertions.Expect(talk.Conversation(page)).ToHaveAttributeAsync("data-unread", "0");
        await page.Find("composer").FillAsync("");
        await talk.TellAsync("after the draft");
        await Assertions.Expect(page.Message("after the draft")).ToBeInViewportAsync(new() { Ratio = 1 });
        await Assertions.Expect(talk.Conversation(page)).ToHaveAttributeAsync("data-unread", "0");

        // Somebody reads further up: a draft, a reaction above, a line below and a narrower window leave it where it is.
        await page.Find("messages").HoverAsync();
        await page.Page.Mouse.WheelAsync(0, -900);
        await page.Find("to-newest").WaitForAsync();
        var place = await page.Page.EvaluateAsync<string>(TopLine);
        await page.Find("composer").FocusAsync();
        for (var line = 0; line < 7; line++)
            await page.Page.Keyboard.PressAsync("Shift+Enter");
        await page.Page.EvaluateAsync("() => new Promise(painted => requestAnimationFrame(() => setTimeout(painted)))");
        Assert.Equal(place, await page.Page.EvaluateAsync<string>(TopLine));
        var top = long.Parse(place.Split(' ')[0]);
        await talk.Toms.ReactAsync(talk.Robin.User.Id, top - 3, ["🎉"]);
        await talk.Toms.SendAsync(talk.Robin.User.Id, "far below");
        await Assertions.Expect(page.Find("to-newest")).ToHaveAttributeAsync("data-new", "1");
        await page.Page.Locator($"[data-line='{top - 3}'] [data-testid=reaction]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        Assert.Equal(place, await page.Page.EvaluateAsync<string>(TopLine));
        await Assertions.Expect(talk.Conversation(page)).ToHaveAttributeAsync("data-unread", "1");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task What_comes_while_nobody_looks_begins_with_a_divider_that_stays_in_view_and_is_not_all_read_on_return()
    {
        await using var talk = await Talk.BeginAsync(im, said: 30);
        var page = talk.Page;
        await page.OpenConversationAsync(talk.Tom.User.Nickname);
        await Assertions.Expect(page.Message("said 30.")).ToBeInViewportAsync();
        await page.Page.EvaluateAsync("() => setFocus(false)");
        for (var i = 1; i <= 40; i++)
            await talk.Toms.SendAsync(talk.Robin.User.Id, $"while away {i}.");
        await Assertions.Expect(page.Find("to-newest")).ToHaveAttributeAsync("data-new", "40");
        await Assertions.Expect(page.Find("new-divider")).ToBeInViewportAsync();
        Assert.Equal(40, await talk.UnreadAsync());
        var place = await page.Page.EvaluateAsync<string>(TopLine);

        await page.Page.EvaluateAsync("() => setFocus(true)");
        await Eventually.TrueAsync(async () => await talk.UnreadAsync() is > 5 and < 40);
        Assert.Equal(place, await page.Page.EvaluateAsync<string>(TopLine));
        await Assertions.Expect(page.Find("new-divider")).ToBeInViewportAsync();
        await Assertions.Expect(page.Message("while away 1.")).ToBeInViewportAsync();
        await page.Find("to-newest").ClickAsync();
        await Assertions.Expect(talk.Conversation(page)).ToHaveAttributeAsync("data-unread", "0");
        await Assertions.Expect(page.Message("while away 40.")).ToBeInViewportAsync();
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task The_list_is_one_stop_of_the_Tab_key_and_the_focus_stays_whatever_is_loaded_and_far_lines_are_not_in_the_page()
    {
        await using var talk = await Talk.BeginAsync(im, said: 400);
        var page = talk.Page;
        await page.OpenConversationAsync(talk.Tom.User.Nickname);
        await Assertions.Expect(page.Message("said 400.")).ToBeInViewportAsync();
        await page.Find("composer").FocusAsync();
        while (await FocusedAsync() != "400")
            await page.Page.Keyboard.PressAsync("Shift+Tab");
        await page.Page.Keyboard.PressAsync("Shift+Tab");
        Assert.False(await page.Find("messages").EvaluateAsync<bool>("box => box.contains(document.activeElement)"));
        await page.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("400", await FocusedAsync());

        await page.Page.Keyboard.PressAsync("ArrowUp");
        await page.Page.Keyboard.PressAsync("ArrowUp");
        Assert.Equal("398", await FocusedAsync());
        await Assertions.Expect(page.Page.Locator("[data-line='398']")).ToBeInViewportAsync();
        var stops = await page.Find("messages").EvaluateAsync<int>("box => [...box.querySelectorAll('a[href], button, [tabindex]')].filter(each => each.tabIndex >= 0 && !each.closest(\"[data-line='398']\")).length");
        Assert.Equal(0, stops);

        // Home is the first that is loaded; older pages come, and new lines, and the line has the focus all the same.
        await page.Page.Keyboard.PressAsync("PageUp");
        var focused = await FocusedAsync();
        Assert.True(int.Parse(focused) is > 370 and < 398, focused);
        Assert.Equal(0, await page.Page.EvaluateAsync<int>(ScrollUp));
        await talk.TellAsync("one more");
        await Assertions.Expect(talk.Conversation(page)).ToHaveAttributeAsync("data-unread", "1");
        Assert.Equal(focused, await FocusedAsync());
        Assert.InRange(await page.Page.EvaluateAsync<int>("() => document.querySelectorAll('*').length"), 100, 1_500);
        await page.Page.Keyboard.PressAsync("End");
        await page.ExpectMessageAsync("one more");
        await Assertions.Expect(page.Message("one more")).ToBeFocusedAsync();
        await Assertions.Expect(page.Message("one more")).ToBeInViewportAsync();
        Assert.Empty(page.Errors);

        Task<string> FocusedAsync() => page.Page.EvaluateAsync<string>("() => document.activeElement.dataset.line ?? ''");
    }

    [Fact]
    public async Task A_line_that_cannot_be_drawn_takes_no_other_along_and_a_browser_without_a_segmenter_shows_all()
    {
        await using var talk = await Talk.BeginAsync(im, said: 3, script: """
            const segment = Intl.Segmenter.prototype.segment;
            Intl.Segmenter.prototype.segment = function (text) { if (text === '🧨') throw new Error('no such thing'); return segment.call(this, text); };
            """);
        await talk.TellAsync("🧨");
        await talk.TellAsync("after it");
        await talk.Page.OpenConversationAsync(talk.Tom.User.Nickname);
        await talk.Page.ExpectMessageAsync("after it");
        await talk.Page.ExpectMessageAsync("said 3.");
        await Assertions.Expect(talk.Page.Find("message-undrawn")).ToHaveCountAsync(1);
        await talk.Page.SendAsync("the page goes on");
        await talk.Page.ExpectMessageAsync("the page goes on");

        await using var old = await im.NewContextAsync(talk.Robin);
        await old.AddInitScriptAsync("delete Intl.Segmenter;");
        var page = await ChatPage.OpenAsync("an older browser", old, im.Address);
        await page.OpenConversationAsync(talk.Tom.User.Nickname);
        await page.ExpectMessageAsync("🧨");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task A_day_that_is_chosen_and_a_quoted_line_are_shown_wherever_they_are_in_history()
    {
        const int Day = 86_400;
        await using var talk = await Talk.BeginAsync(im, said: 300, apart: Day);
        var page = talk.Page;
        await talk.Toms.SendAsync(talk.Robin.User.Id, "about the fifth", replyTo: 5);
        await page.OpenConversationAsync(talk.Tom.User.Nickname);
        await Assertions.Expect(page.Message("about the fifth")).ToBeInViewportAsync();
        await page.Find("quote").ClickAsync();
        await Assertions.Expect(page.Page.Locator("[data-line='5']")).ToBeInViewportAsync();
        await Assertions.Expect(page.Page.Locator("[data-line='5']")).ToBeFocusedAsync();

        var day = DateTime.Now.Date.AddDays(-100);
        await page.Find("day").First.ClickAsync();
        await page.Find("day-field").FillAsync($"{day:yyyy-MM-dd}");
        await page.Find("day-go").ClickAsync();
        await Assertions.Expect(page.Page.Locator("[data-line='200']")).ToBeFocusedAsync(); // a line a day
        await Assertions.Expect(page.Page.Locator("[data-line='200']")).ToBeInViewportAsync();
        Assert.Empty(page.Errors);
    }

    /// <summary>Tom, who writes, and Robin, at whose page he is read.</summary>
    private sealed class Talk : IAsyncDisposable
    {
        private Talk(ChatUser tom, ChatUser robin, ImClient toms, IBrowserContext context, ChatPage page) =>
            (Tom, Robin, Toms, Context, Page) = (tom, robin, toms, context, page);

        public ChatUser Tom { get; }

        public ChatUser Robin { get; }

        public ImClient Toms { get; }

        public ChatPage Page { get; }

        private IBrowserContext Context { get; }

        /// <summary>Tom has said so much, which Robin has read, and then what is unread. It is put into Postgres: sending it would take its time.</summary>
        /// <param name="apart">Between two lines, in seconds.</param>
        public static async Task<Talk> BeginAsync(PageFixture im, int said, int unread = 0, int apart = 1, string script = "")
        {
            var tom = await ChatUser.JoinAsync(im.Address, "tom");
            var robin = await ChatUser.JoinAsync(im.Address, "robin");
            await StoreAsync(im, tom.User, robin.User.Id, said, unread, apart);
            var toms = (await tom.ConnectAsync()).Client;
            var context = await im.NewContextAsync(robin);
            await context.AddInitScriptAsync(Focus + script);
            return new(tom, robin, toms, context, await ChatPage.OpenAsync("robin", context, im.Address));
        }

        public Task TellAsync(string text) => Toms.SendAsync(Robin.User.Id, text);

        public ILocator Conversation(ChatPage on) => on.Page.Locator($"[data-testid=conversation][data-conversation='{Tom.User.Id}']");

        public async Task<int> UnreadAsync() => int.Parse((await Conversation(Page).GetAttributeAsync("data-unread"))!);

        public async ValueTask DisposeAsync()
        {
            await Context.DisposeAsync();
            await Robin.DisposeAsync();
            await Tom.DisposeAsync();
        }

        private static async Task StoreAsync(PageFixture im, Im.Protocol.UserInfo tom, Guid robin, int said, int unread, int apart)
        {
            await using var source = NpgsqlDataSource.Create(im.Database.ConnectionString);
            await using var command = source.CreateCommand("""
                WITH head AS (
                    INSERT INTO conversations (id, kind, last_seq, last_line, last_message_at) VALUES ($1, 1, $5 + $6, $5 + $6, now())
                ), member AS (
                    INSERT INTO members (conversation_id, user_id, peer_id, read_line) VALUES ($1, $2, $3, $5 + $6), ($1, $3, $2, $5)
                )
                INSERT INTO events (conversation_id, seq, line, kind, sender_id, sender_nickname, client_id, content, at, node)
                SELECT $1, g, g, 1, $2, $4, gen_random_uuid()::text, '{"text":"' || CASE WHEN g > $5 THEN 'unread ' || (g - $5) ELSE 'said ' || g END || '."}',
                    now() - ($5 + $6 - g) * $7 * interval '1 second', 'node-1' FROM generate_series(1, $5 + $6) g
                """);
            object[] values = [Im.Protocol.ConversationId.Direct(tom.Id, robin).Value, tom.Id, robin, tom.Nickname, said, unread, apart];
            foreach (var value in values)
                command.Parameters.Add(new() { Value = value });
            Assert.Equal(said + unread, await command.ExecuteNonQueryAsync());
        }
    }
}
