using Im.Client;
using Im.Protocol;
using Im.Tests.Fixtures;

namespace Im.Tests.Attack;

/// <summary>Somebody who begins conversations with everybody. Five may be begun at once, and one comes back in 100 s.</summary>
[Trait("Category", "Attack")]
public sealed class StrangerAttacks(StrangerAttacks.Tight chat) : AttackSuite(chat), IClassFixture<StrangerAttacks.Tight>
{
    [Fact]
    public async Task New_conversations_of_an_account_are_counted_over_both_nodes_and_those_there_are_go_on()
    {
        RawConnection[] sockets = [await OpenAsync(Eve.Token, node: "node-1"), await OpenAsync(Eve.Token, node: "node-2")];
        var people = await JoinManyAsync(7);
        for (var i = 0; i < 5; i++)
            Assert.IsType<AckFrame>(await SayAsync(sockets[i % 2], people[i].Id));
        for (var i = 5; i < 7; i++)
        {
            var refused = Assert.IsType<ErrorFrame>(await SayAsync(sockets[i % 2], people[i].Id));
            Assert.Equal(ErrorCodes.SlowDown, refused.Code);
            Assert.InRange(refused.RetryAfterMs!.Value, 1, 100_000);
        }
        for (var i = 0; i < 5; i++)
            Assert.IsType<AckFrame>(await SayAsync(sockets[(i + 1) % 2], people[i].Id));
    }

    [Fact]
    public async Task Answering_begins_nothing()
    {
        var eve = await OpenAsync(Eve.Token, node: "node-1");
        foreach (var person in await JoinManyAsync(8))
        {
            await using var socket = await RawConnection.OpenAsync(RawConnection.AddressOf(Chat.Address, "node-2"), $"im_session={person.Token}", version: 1);
            Assert.IsType<AckFrame>(await SayAsync(socket, Eve.Id));
            Assert.IsType<AckFrame>(await SayAsync(eve, person.Id));
        }
    }

    [Fact]
    public async Task The_same_first_message_again_takes_nothing_again()
    {
        var eve = await OpenAsync(Eve.Token, node: "node-1");
        var people = await JoinManyAsync(5);
        for (var i = 0; i < 20; i++)
            Assert.IsType<AckFrame>(await SayAsync(eve, people[0].Id, id: "the same"));
        foreach (var person in people)
            Assert.IsType<AckFrame>(await SayAsync(eve, person.Id));
    }

    [Fact]
    public async Task A_key_begins_no_more_than_its_owner_may()
    {
        var key = (await Eve.Browser.PostAsync("/api/keys", new { name = "k", scopes = new[] { "publish:direct" }, password = "correct horse" })).ShouldBeOk().Json.GetProperty("key").GetString();
        var people = await JoinManyAsync(6);
        for (var i = 0; i < 6; i++)
        {
            using var server = Chat.NewBrowser();
            var request = Web.Browser.Request(HttpMethod.Post, "/api/publish", new { id = $"{i}", text = "hello", user = people[i].Id });
            request.Headers.Add("Authorization", $"Bearer {key}");
            var answer = await server.SendAsync(request);
            if (i < 5)
                answer.ShouldBeOk();
            else
                answer.ShouldBe(429, "slow_down");
        }
        var eve = await OpenAsync(Eve.Token, node: "node-2");
        Assert.Equal(ErrorCodes.SlowDown, Assert.IsType<ErrorFrame>(await SayAsync(eve, people[5].Id)).Code);
    }

    [Fact]
    public async Task Everybody_who_is_online_is_found_by_frame_and_over_http_on_whichever_node_they_are()
    {
        var jenny = await OpenAsync(Jenny.Token, node: "node-1");
        await OpenAsync(Tom.Token, node: "node-2");
        await Eventually.TrueAsync(async () =>
        {
            await jenny.SendAsync(new PeopleRequest { Id = "p" });
            var page = await NextAsync<PeopleFrame>(jenny);
            return page.Id == "p" && page.Next is null && page.Users.Select(user => user.Id).Intersect([Jenny.Id, Tom.Id]).Count() == 2;
        });
        using var guest = Chat.NewBrowser();
        await Eventually.TrueAsync(async () =>
            (await guest.GetAsync("/api/people")).ShouldBeOk().Json.GetProperty("users").EnumerateArray().Select(user => user.GetProperty("id").GetGuid()).Intersect([Jenny.Id, Tom.Id]).Count() == 2);
    }

    [Theory, InlineData("conversations"), InlineData("people")]
    public async Task A_cursor_that_is_none_is_a_bad_frame(string type)
    {
        var socket = await OpenAsync(Jenny.Token);
        await socket.SendTextAsync($$"""{"type":"{{type}}","id":"x","after":"'; --"}""");
        Assert.Equal((ErrorCodes.BadFrame, "x"), await NextAsync<ErrorFrame>(socket) is var error ? (error.Code, error.Id) : default);
    }

    private async Task<List<Person>> JoinManyAsync(int count)
    {
        var people = new List<Person>();
        while (people.Count < count)
            people.Add(await JoinAsync());
        return people;
    }

    private static async Task<ServerFrame> SayAsync(RawConnection socket, Guid to, string? id = null)
    {
        id ??= $"{Guid.NewGuid()}";
        await socket.SendAsync(new SendFrame { Id = id, User = to, Text = "hello" });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await socket.ReceiveAsync(limit.Token) is { } frame)
            if (frame.Id == id && frame is AckFrame or ErrorFrame)
                return frame;
        throw new Xunit.Sdk.XunitException($"Closed with {socket.CloseCode}.");
    }

    public sealed class Tight : TwoNodes
    {
        private static readonly KeyValuePair<string, string>[] Limits = [new("Limits:NewConversations:Burst", "5"), new("Limits:NewConversations:PerSecond", "0.01")];

        protected override IEnumerable<KeyValuePair<string, string>> Settings => Limits;

        protected override IEnumerable<KeyValuePair<string, string>> NodeSettings => Limits;
    }
}
