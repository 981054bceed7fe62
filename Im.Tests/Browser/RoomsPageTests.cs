using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>Rooms as people use them: two browsers, each on a node of its own.</summary>
[Collection(PageCollection.Name)]
public sealed class RoomsPageTests(PageFixture im)
{
    [Fact]
    public async Task A_private_room_is_joined_by_a_link_and_who_is_removed_while_looking_reads_no_more()
    {
        var (one, two) = await im.WaitForTwoNodesAsync();
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var hers = await im.NewContextAsync(jenny);
        await using var his = await im.NewContextAsync();
        var owner = await ChatPage.OpenAsync("owner", hers, im.Address, one);
        await owner.Find("rooms-open").ClickAsync();
        await Assertions.Expect(owner.Find("public-rooms")).ToHaveAttributeAsync("data-count", new System.Text.RegularExpressions.Regex("^[0-9]+$"));
        await Axe.ExpectCleanAsync(owner.Page, "rooms");
        await LookAsync(owner, "rooms");
        await owner.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(owner.Find("public-rooms")).ToHaveCountAsync(0);
        await Assertions.Expect(owner.Find("rooms-open")).ToBeFocusedAsync();

        await owner.Page.Keyboard.PressAsync("Enter");
        await owner.Find("room-create").ClickAsync();
        await Assertions.Expect(owner.Find("room-title")).ToBeFocusedAsync();
        await owner.Find("room-title").FillAsync("Tea at five");
        await owner.Find("room-topic").FillAsync("what we drink today");
        await Axe.ExpectCleanAsync(owner.Page, "create a room");
        await LookAsync(owner, "create");
        await owner.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(owner.Find("chat-title")).ToHaveTextAsync("Tea at five");
        await Assertions.Expect(owner.Find("chat-topic")).ToHaveTextAsync("what we drink today");
        await Assertions.Expect(owner.Find("system-line")).ToHaveCountAsync(1);
        await owner.SendAsync("before anybody came");
        await owner.ExpectMessageAsync("before anybody came");

        await owner.Find("room-about").ClickAsync();
        await owner.Find("invite-nickname").FillAsync((await im.People.GetAsync(1))[0].User.Nickname);
        await owner.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(owner.Find("invited-people")).ToHaveAttributeAsync("data-count", "1");
        await LookAsync(owner, "invited");
        await Axe.ExpectCleanAsync(owner.Page, "who was invited");
        await owner.Find("invitation-revoke").ClickAsync();
        await Assertions.Expect(owner.Find("invited-people")).ToHaveCountAsync(0);
        await owner.Find("link-make").ClickAsync();
        var link = await owner.Find("link-made").InputValueAsync();
        await Assertions.Expect(owner.Find("link")).ToHaveCountAsync(1);
        await Axe.ExpectCleanAsync(owner.Page, "about a room");
        await LookAsync(owner, "about");
        await owner.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(owner.Find("room-about")).ToBeFocusedAsync();

        // A guest on the other node, who logs in on the way.
        var guest = await ChatPage.OpenAsync("guest", his, new Uri(link), two);
        await guest.Find("login-nickname").FillAsync(tom.User.Nickname);
        await guest.Find("login-password").FillAsync(tom.Password);
        await guest.Find("login-submit").ClickAsync();
        await guest.Find("join-yes").WaitForAsync();
        await Axe.ExpectCleanAsync(guest.Page, "join by a link");
        await LookAsync(guest, "join");
        await guest.Find("join-yes").ClickAsync();
        await Assertions.Expect(guest.Find("chat-title")).ToHaveTextAsync("Tea at five");
        await Assertions.Expect(owner.Find("system-line").Filter(new() { HasText = tom.User.Nickname })).ToHaveCountAsync(1);
        await guest.SendAsync("hello from Tom");
        await owner.ExpectMessageAsync("hello from Tom");
        await owner.SendAsync("hello from Jenny");
        await guest.ExpectMessageAsync("hello from Jenny");
        await Assertions.Expect(guest.Message("before anybody came")).ToHaveCountAsync(0);
        await guest.Find("room-about").ClickAsync();
        await Assertions.Expect(guest.Find("member")).ToHaveCountAsync(2);
        foreach (var notTheirs in new[] { "member-actions", "links", "room-edit", "invite-nickname", "room-archive" })
            await Assertions.Expect(guest.Find(notTheirs)).ToHaveCountAsync(0);
        await guest.Page.Keyboard.PressAsync("Escape");
        await LookAsync(owner, "room");

        await owner.Page.BringToFrontAsync();
        await owner.Find("room-about").ClickAsync();
        var member = owner.Page.Locator($"[data-testid=member][data-user='{tom.User.Id}']");
        await member.GetByTestId("member-actions").ClickAsync();
        await member.GetByTestId("member-remove").ClickAsync();
        await Axe.ExpectCleanAsync(owner.Page, "remove a member");
        await LookAsync(owner, "remove");
        await member.GetByTestId("member-remove-yes").ClickAsync();
        await Assertions.Expect(guest.Find("room-over")).ToHaveAttributeAsync("data-left", "true");
        await Assertions.Expect(guest.Find("composer")).ToHaveCountAsync(0);
        await Axe.ExpectCleanAsync(guest.Page, "no member any more");
        await LookAsync(guest, "left");
        await Assertions.Expect(member).ToHaveCountAsync(0);
        await owner.Page.Keyboard.PressAsync("Escape");
        await owner.SendAsync("what Tom does not read");
        await owner.ExpectMessageAsync("what Tom does not read");

        // What comes after it over the same connection has come, so this would have.
        await guest.Page.BringToFrontAsync();
        await guest.Page.EvaluateAsync("() => { location.hash = '#/lobby'; }");
        await guest.SendAsync($"{tom.User.Nickname} is in the lobby");
        await guest.ExpectMessageAsync($"{tom.User.Nickname} is in the lobby");
        var room = new Uri(owner.Page.Url).Fragment;
        await Assertions.Expect(guest.Conversation(room[2..])).ToHaveCountAsync(0);
        await guest.Page.EvaluateAsync("hash => { location.hash = hash; location.reload(); }", room);
        // What the browser kept may be shown; it has no more than he read.
        await Assertions.Expect(guest.Page.Locator("[data-testid=room-over][data-left=true], [data-testid=absent][data-why=nobody]")).ToHaveCountAsync(1);
        await Assertions.Expect(guest.Find("composer")).ToHaveCountAsync(0);
        Assert.DoesNotContain("what Tom does not read", await guest.Page.ContentAsync());
        Assert.Empty(owner.Errors);
        Assert.Empty(guest.Errors);
    }

    [Fact]
    public async Task A_public_room_is_found_by_its_title_and_an_invitation_is_accepted_or_declined()
    {
        var people = await im.People.GetAsync(2);
        var (robin, jenny) = (people[0], people[1]);
        var mark = $"{Guid.NewGuid():N}"[..12];
        await using var maker = await jenny.OpenAsync(im.Address);
        var open = await maker.Client.Rooms.CreateAsync($"Walks {mark}", isPublic: true);
        var secret = await maker.Client.Rooms.CreateAsync($"Secret {mark}");
        await using var context = await im.NewContextAsync(robin);
        var page = await ChatPage.OpenAsync("page", context, im.Address);
        await maker.Client.Rooms.InviteAsync(secret.Conversation, robin.User.Nickname);
        await Assertions.Expect(page.Find("rooms-open")).Not.ToHaveAttributeAsync("data-invitations", "0");
        await page.Find("rooms-open").ClickAsync();
        await page.Find("rooms-search").FillAsync(mark.ToUpperInvariant());
        await Assertions.Expect(page.Find("public-rooms")).ToHaveAttributeAsync("data-count", "1");
        var invitation = page.Page.Locator($"[data-testid=invitation][data-room='{secret.Conversation}']");
        await Axe.ExpectCleanAsync(page.Page, "an invitation and a search");
        await LookAsync(page, "search");
        await invitation.GetByTestId("invitation-decline").ClickAsync();
        await Assertions.Expect(invitation).ToHaveCountAsync(0);
        await page.Find("room-join").ClickAsync();
        await Assertions.Expect(page.Find("chat-title")).ToHaveTextAsync($"Walks {mark}");
        await page.SendAsync("who comes along?");
        await page.ExpectMessageAsync("who comes along?");

        await maker.Client.Rooms.InviteAsync(secret.Conversation, robin.User.Nickname);
        await Assertions.Expect(page.Find("rooms-open")).Not.ToHaveAttributeAsync("data-invitations", "0");
        await page.Find("rooms-open").ClickAsync();
        await invitation.GetByTestId("invitation-accept").ClickAsync();
        await Assertions.Expect(page.Find("chat-title")).ToHaveTextAsync($"Secret {mark}");
        await maker.Client.Rooms.EditAsync(secret.Conversation, new(Archived: true));
        await Assertions.Expect(page.Find("room-over")).ToHaveAttributeAsync("data-left", "false");
        Assert.Empty(page.Errors);
    }

    // For eyes: set IM_LOOK to a folder.
    private static async Task LookAsync(ChatPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("IM_LOOK") is { } folder)
            await page.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
    }
}
