using System.Text.Json.Nodes;
using Im.Client.Chat;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>What the page shows of how the system works, and what it shows instead where the setting is off, in a real Chromium.</summary>
[Collection(PageCollection.Name)]
public sealed class DemonstrationPageTests(PageFixture im)
{
    [Fact]
    public async Task The_way_of_a_message_is_told_by_both_nodes_down_to_ones_own_devices()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        await tom.ConnectAsync("node-1"); // another tab, at another node
        await using var context = await im.NewContextAsync(tom);
        var page = await ChatPage.OpenAsync("tom", context, new(im.Address, $"/#/u/{jenny.User.Id}"), "node-2");
        Assert.Equal("node-2", await page.GetNodeAsync());
        await (await jenny.ConnectAsync("node-1")).Client.SendAsync(tom.User.Id, "tea?");
        await page.ExpectMessageAsync("tea?");
        await page.Message("tea?").GetByTestId("message-how").ClickAsync();

        var journey = page.Message("tea?").GetByTestId("journey");
        foreach (var (step, node) in new (string, string?)[] { ("taken", "node-1"), ("stored", null), ("published", null), ("brought", "node-1"), ("brought", "node-2") })
            await Assertions.Expect(journey.Locator($"[data-step={step}]{(node is null ? "" : $"[data-node={node}]")}")).ToHaveCountAsync(1);
        await Assertions.Expect(journey.Locator("[data-step=brought][data-node=node-2]")).ToContainTextAsync("this tab");
        await Assertions.Expect(journey.Locator("[data-step=brought][data-node=node-1]")).ToContainTextAsync("another tab here");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Where_the_server_does_not_demonstrate_there_are_ticks_and_neither_nodes_nor_ways()
    {
        await using var tom = await ChatUser.JoinAsync(im.Address, "tom");
        await using var jenny = await ChatUser.JoinAsync(im.Address, "jenny");
        await using var context = await im.NewContextAsync(tom);
        await context.RouteAsync("**/api/me", async route =>
        {
            var answer = await route.FetchAsync();
            var body = JsonNode.Parse(await answer.TextAsync())!.AsObject();
            Assert.Equal("http://dashboard.test", (string?)body["demonstration"]!["dashboard"]); // the setting of this fixture
            body.Remove("demonstration");
            await route.FulfillAsync(new() { Response = answer, Body = body.ToJsonString() });
        });
        var page = await ChatPage.OpenAsync("tom", context, new(im.Address, $"/#/u/{jenny.User.Id}"));
        await page.SendAsync("tea?");
        await page.ExpectMessageAsync("tea?");
        await Assertions.Expect(page.Message("tea?").GetByTestId("message-sent")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Find("node-badge")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Find("message-how")).ToHaveCountAsync(0);

        var jennys = (await jenny.ConnectAsync()).Client;
        await jennys.People.AcceptAsync(tom.User.Id);
        await jennys.MarkReadAsync(tom.User.Id, 1);
        await Assertions.Expect(page.Message("tea?").GetByTestId("message-seen")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Find("message-sent")).ToHaveCountAsync(0);
        await page.Message("tea?").Locator(".bubble").ClickAsync(new() { Button = MouseButton.Right });
        await Assertions.Expect(page.Find("action-seen")).ToContainTextAsync(jenny.User.Nickname);
        Assert.Empty(page.Errors);
    }
}
