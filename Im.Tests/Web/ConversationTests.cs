using System.Text.Json;
using Im.Core.Messages;
using Im.Protocol;
using Im.Tests.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Web;

/// <summary>Conversations and history over HTTP, with messages stored as a node stores them.</summary>
[Collection(WebCollection.Name)]
public sealed class ConversationTests(WebServer server) : IDisposable
{
    private readonly Browser _jenny = server.NewBrowser();
    private readonly Browser _ming = server.NewBrowser();
    private readonly Browser _stranger = server.NewBrowser();

    public void Dispose()
    {
        _jenny.Dispose();
        _ming.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task A_direct_conversation_is_listed_and_read_by_its_two_and_nobody_else()
    {
        var (jenny, ming) = (await JoinAsync(_jenny), await JoinAsync(_ming));
        await JoinAsync(_stranger);
        var id = ConversationId.Direct(jenny.Id, ming.Id);
        await SayAsync(id, jenny, ming.Id, "五点喝茶？", "好");

        var summary = (await _ming.GetAsync("/api/conversations")).ShouldBeOk().Json.EnumerateArray().Single(one => one.GetProperty("kind").GetString() == "direct");
        Assert.Equal(($"{id}", jenny.Nickname, 2L, 2L, "好"), (summary.GetProperty("conversation").GetString(), summary.GetProperty("peer").GetProperty("nickname").GetString(),
            summary.GetProperty("lastSeq").GetInt64(), summary.GetProperty("unread").GetInt64(), summary.GetProperty("last").GetProperty("text").GetString()));

        foreach (var member in new[] { _jenny, _ming })
        {
            var page = (await member.GetAsync($"/api/conversations/{id}/messages")).ShouldBeOk().Json;
            Assert.Equal(["五点喝茶？", "好"], page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("text").GetString()));
            Assert.Equal(($"{id}", 2L, false), (page.GetProperty("conversation").GetString(), page.GetProperty("lastSeq").GetInt64(), page.GetProperty("more").GetBoolean()));
            Assert.Equal(ming.Id, page.GetProperty("messages")[0].GetProperty("to").GetGuid());
        }
        (await _stranger.GetAsync($"/api/conversations/{id}/messages")).ShouldBe(404, "not_found");
        using var guest = server.NewBrowser();
        (await guest.GetAsync($"/api/conversations/{id}/messages")).ShouldBe(401, "not_logged_in");
    }

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000"), InlineData("a3b8d425-2b60-4ad7-8a55-2f5c1d3e9b01"), InlineData("nothing"), InlineData("Lobby")]
    public async Task A_conversation_there_is_not_is_not_found(string id)
    {
        await JoinAsync(_jenny);
        (await _jenny.GetAsync($"/api/conversations/{id}/messages")).ShouldBe(404, "not_found");
    }

    [Fact]
    public async Task History_is_paged_backwards_and_forwards()
    {
        var (jenny, ming) = (await JoinAsync(_jenny), await JoinAsync(_ming));
        var id = ConversationId.Direct(jenny.Id, ming.Id);
        await SayAsync(id, jenny, ming.Id, [.. Enumerable.Range(1, 60).Select(i => $"message {i}")]);

        await ExpectAsync("", 11, 60, more: true); // 50 when not said otherwise
        await ExpectAsync("?limit=100", 1, 60, more: false);
        await ExpectAsync("?before=11&limit=10", 1, 10, more: false);
        await ExpectAsync("?before=12&limit=10", 2, 11, more: true);
        await ExpectAsync("?after=0&limit=10", 1, 10, more: true);
        await ExpectAsync("?after=55", 56, 60, more: false);
        Assert.Empty((await _jenny.GetAsync($"/api/conversations/{id}/messages?after=60")).ShouldBeOk().Json.GetProperty("messages").EnumerateArray());

        async Task ExpectAsync(string query, long first, long last, bool more)
        {
            var page = (await _jenny.GetAsync($"/api/conversations/{id}/messages{query}")).ShouldBeOk().Json;
            var seqs = page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("seq").GetInt64());
            Assert.Equal(Enumerable.Range((int)first, (int)(last - first + 1)).Select(seq => (long)seq), seqs);
            Assert.Equal((more, 60L), (page.GetProperty("more").GetBoolean(), page.GetProperty("lastSeq").GetInt64()));
        }
    }

    [Theory]
    [InlineData("?before=1&after=2"), InlineData("?limit=0"), InlineData("?limit=101"), InlineData("?limit=x"), InlineData("?before=-1"), InlineData("?after=1.5")]
    [InlineData("?after=99999999999999999999")]
    public async Task A_page_outside_the_limits_is_a_bad_request(string query) =>
        (await _jenny.GetAsync($"/api/conversations/lobby/messages{query}")).ShouldBe(400, "bad_request");

    [Fact]
    public async Task The_lobby_is_everybodys_to_read_and_what_is_mine_needs_a_login()
    {
        var jenny = await JoinAsync(_jenny);
        await SayAsync(ConversationId.Lobby, jenny, null, "大家好");
        using var passerBy = server.NewBrowser();
        var page = (await passerBy.GetAsync("/api/conversations/lobby/messages?limit=1")).ShouldBeOk().Json;
        Assert.Equal(("lobby", "大家好"), (page.GetProperty("conversation").GetString(), page.GetProperty("messages")[0].GetProperty("text").GetString()));
        Assert.False(page.GetProperty("messages")[0].TryGetProperty("to", out _));
        (await passerBy.GetAsync("/api/conversations")).ShouldBe(401, "not_logged_in");
    }

    [Fact]
    public async Task A_hundred_and_four_who_write_once_are_all_reached_over_http_and_in_the_export()
    {
        var jenny = await JoinAsync(_jenny);
        var others = Enumerable.Range(0, 104).Select(_ => Guid.NewGuid()).ToArray();
        foreach (var other in others)
            await server.Database.ScalarAsync<object>(
                "INSERT INTO users (id, user_name, normalized_user_name, brief, created_at, lockout_enabled, access_failed_count) VALUES ($1, $2, $2, '', now(), true, 0)", other, $"{other:N}"[..16]);
        await Task.WhenAll(others.Select(other => SayAsync(ConversationId.Direct(other, jenny.Id), new(other, "x", ""), jenny.Id, "hello")));

        var (found, pages) = (new List<Guid>(), 0);
        for (var address = "/api/conversations"; address is not null; pages++)
        {
            var answer = (await _jenny.GetAsync(address)).ShouldBeOk();
            var list = answer.Json.EnumerateArray().ToArray();
            if (pages == 0)
                Assert.Equal(104 + list.Single(one => one.GetProperty("kind").GetString() == "lobby").GetProperty("unread").GetInt64(), long.Parse(answer.Headers.GetValues("X-Im-Unread").Single(), null));
            found.AddRange(list.Where(one => one.GetProperty("kind").GetString() == "direct").Select(one => one.GetProperty("peer").GetProperty("id").GetGuid()));
            address = answer.Headers.TryGetValues("Link", out var links) ? Assert.Single(links).Split('<', '>')[1] : null;
        }
        Assert.Equal(2, pages);
        Assert.Equal(others.Order(), found.Order());
        Assert.Equal(105, (await _jenny.GetAsync("/api/me/export")).ShouldBeOk().Json.GetProperty("conversations").GetArrayLength());
    }

    [Theory, InlineData("/api/conversations?after="), InlineData("/api/conversations?after=1-x-y"), InlineData("/api/people?after=x")]
    public async Task A_cursor_that_is_none_is_a_bad_request(string address)
    {
        await JoinAsync(_jenny);
        (await _jenny.GetAsync(address)).ShouldBe(400, "bad_request");
    }

    private static async Task<UserInfo> JoinAsync(Browser browser) =>
        (await browser.LoginAsync(WebCollection.NewNickname())).ShouldBeOk().Json.GetProperty("user").Deserialize(ProtocolJson.Default.UserInfo)!;

    private async Task SayAsync(ConversationId conversation, UserInfo from, Guid? to, params string[] texts)
    {
        var store = server.Services.GetRequiredService<IEventStore>();
        foreach (var text in texts)
            await store.AppendAsync(Texts.New(conversation, new(from.Id, from.Nickname), to, $"{Guid.NewGuid()}", text, 1_790_000_000_000, "test"));
    }
}
