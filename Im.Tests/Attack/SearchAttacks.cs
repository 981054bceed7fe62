using System.Collections.Concurrent;
using System.Diagnostics;
using Im.Client;
using Im.Protocol;
using Im.Tests.Fixtures;

namespace Im.Tests.Attack;

/// <summary>Eve looks for what is not hers to read, and for what keeps the servers busy. The nodes index, as they do.</summary>
[Trait("Category", "Attack")]
public sealed class SearchAttacks(SearchAttacks.Brisk chat) : AttackSuite(chat), IClassFixture<SearchAttacks.Brisk>
{
    [Fact]
    public async Task Eve_finds_nothing_of_others_direct_conversations_however_she_asks()
    {
        var word = NewWord();
        var talk = await SayAsync(Jenny, $"\"user\":\"{Tom.Id}\"", $"{word} https://example.org");
        await IndexedAsync(Tom, word);
        foreach (var query in new[] { $"q={word}", $"q={word}&conversation={talk}", $"q={word}&from={Jenny.Id}", $"has=link&from={Jenny.Id}", $"from={Jenny.Id}", $"q={word}&after=9999999999999999-ffffffffffffffffffffffffffffffff-9" })
            Assert.DoesNotContain(word, (await Eve.Browser.GetAsync($"/api/search?{query}")).ShouldBeOk().Text, StringComparison.Ordinal);
    }

    [Theory, InlineData("leave"), InlineData("remove"), InlineData("ban")]
    public async Task Who_is_in_a_room_no_more_finds_nothing_that_was_said_after_nor_an_edit_of_what_was_said_before(string how)
    {
        var (before, during, after) = (NewWord(), NewWord(), NewWord());
        var room = (await Jenny.Browser.PostAsync("/api/rooms", new { title = "Tea" })).ShouldBeOk().Json.GetProperty("room").GetProperty("conversation").GetString()!;
        await SayAsync(Jenny, $"\"conversation\":\"{room}\"", before);
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/invitations", new { nickname = Eve.Nickname })).ShouldBeOk();
        (await Eve.Browser.PostAsync($"/api/rooms/{room}/join")).ShouldBeOk();
        await SayAsync(Jenny, $"\"conversation\":\"{room}\"", during);
        (how switch
        {
            "remove" => await Jenny.Browser.DeleteAsync($"/api/rooms/{room}/members/{Eve.Id}"),
            "ban" => await Jenny.Browser.PutAsync($"/api/rooms/{room}/bans/{Eve.Id}", null),
            _ => await Eve.Browser.PostAsync($"/api/rooms/{room}/leave"),
        }).ShouldBeOk(how == "leave" ? 204 : 200);
        await SayAsync(Jenny, $"\"conversation\":\"{room}\"", after);
        var line = (await IndexedAsync(Jenny, during)).GetProperty("line").GetInt64();
        await IndexedAsync(Jenny, after);
        var edit = NewWord();
        await SayAsync(Jenny, $"\"conversation\":\"{room}\",\"target\":{line}", edit, "edit");
        await IndexedAsync(Jenny, edit);
        foreach (var word in new[] { before, after, edit })
            Assert.Equal(0, await CountAsync(Eve, word));
        Assert.Equal(1, await CountAsync(Eve, during));
        Assert.Equal(1, await CountAsync(Jenny, before));
    }

    [Fact]
    public async Task What_was_recalled_or_edited_away_is_found_by_nobody_from_that_moment_on()
    {
        var (recalled, edited) = (NewWord(), NewWord());
        foreach (var (word, kind, content) in new[] { (recalled, "recall", "{}"), (edited, "edit", """{"text":"something else"}""") })
        {
            await SayAsync(Jenny, $"\"user\":\"{Tom.Id}\"", word);
            var line = (await IndexedAsync(Tom, word)).GetProperty("line").GetInt64();
            await PostAsync(Jenny, $"\"user\":\"{Tom.Id}\",\"target\":{line}", kind, content);
            Assert.Equal(0, await CountAsync(Tom, word));
            Assert.Equal(0, await CountAsync(Jenny, word));
        }
    }

    [Theory]
    [InlineData("%25"), InlineData("_%25_"), InlineData("*"), InlineData("'%20OR%201=1%20--"), InlineData("%5C%5C"), InlineData("(a%7Cb)%26!c:*"), InlineData("%22"), InlineData("%22%22%22%20%22"), InlineData("%00"), InlineData("%EF%BF%BD"), InlineData("%ff")]
    public async Task Wildcards_quotes_and_operators_are_text_and_match_nothing_by_themselves(string query)
    {
        await SayAsync(Jenny, $"\"user\":\"{Eve.Id}\"", "a plain text, 1 of 1");
        var answer = await Eve.Browser.GetAsync($"/api/search?q={query}");
        if (answer.Status == System.Net.HttpStatusCode.OK)
            Assert.Equal(0, answer.Json.GetProperty("hits").GetArrayLength());
        else
            answer.ShouldBe(400, "bad_request");
    }

    [Fact]
    public async Task A_query_is_short_and_of_known_parts()
    {
        var many = string.Join("%20", Enumerable.Range(0, 900).Select(i => $"w{i}"));
        foreach (var query in new[]
        {
            $"q={many}", $"q={new string('x', SearchLimits.MaxQueryChars + 1)}", "", "q=", "q=%20", "q=!!&has=link", "q=a&has=image", "q=a&limit=0", "q=a&limit=51", "q=a&limit=1e9", "q=a&since=-1", "q=a&until=99999999999999999",
            "q=a&from=everybody", "q=a&conversation=../x", "q=a&after=x", "q=a&after=1-2-3", $"q=a&after={long.MaxValue}-{Guid.Empty:N}-1", $"conversation={Guid.NewGuid()}",
        })
        {
            var answer = await Eve.Browser.GetAsync($"/api/search?{query}");
            Assert.True(answer.Status == System.Net.HttpStatusCode.BadRequest, $"{query}: {answer.Status} {answer.Text}");
            answer.ShouldBe(400, "bad_request");
        }
        // As long and as many terms as it may be: it is looked for, and ends.
        (await Eve.Browser.GetAsync($"/api/search?q={string.Join("%20", Enumerable.Repeat("a", 100))}")).ShouldBeOk();
        (await Eve.Browser.GetAsync($"/api/search?q={Uri.EscapeDataString(new string('茶', 200))}")).ShouldBeOk();
    }

    [Fact]
    public async Task A_guest_does_not_search_and_a_conversation_that_is_not_there_is_as_one_that_is_not_hers()
    {
        using var guest = Chat.NewBrowser();
        (await guest.GetAsync("/api/search?q=a")).ShouldBe(401, "not_logged_in");
        var talk = await SayAsync(Jenny, $"\"user\":\"{Tom.Id}\"", "hello");
        Assert.Equal((await Eve.Browser.GetAsync($"/api/search?q=hello&conversation={Guid.NewGuid()}")).ShouldBeOk().Text, (await Eve.Browser.GetAsync($"/api/search?q=hello&conversation={talk}")).ShouldBeOk().Text);
    }

    [Fact]
    public async Task A_text_full_of_what_a_page_could_run_comes_as_text_with_ranges()
    {
        var word = NewWord();
        await SayAsync(Jenny, $"\"user\":\"{Tom.Id}\"", $"<img src=x onerror=alert(1)> {word} <mark>");
        var hit = await IndexedAsync(Tom, word);
        Assert.Equal($"<img src=x onerror=alert(1)> {word} <mark>", hit.GetProperty("text").GetString());
        Assert.Equal((29, word.Length), (hit.GetProperty("matches")[0][0].GetInt32(), hit.GetProperty("matches")[0][1].GetInt32()));
    }

    [Fact]
    public async Task Nothing_of_what_is_looked_for_is_in_a_span()
    {
        var (word, seen) = (NewWord(), new ConcurrentQueue<string>());
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => seen.Enqueue($"{activity.DisplayName} {string.Join(' ', activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"))}"),
        };
        ActivitySource.AddActivityListener(listener);
        (await Tom.Browser.GetAsync($"/api/search?q={word}%20%22{word}%22")).ShouldBeOk();
        await Eventually.TrueAsync(() => seen.Any(span => span.Contains("/api/search", StringComparison.Ordinal) && span.Contains("http.response.status_code", StringComparison.Ordinal)));
        // The test's own request is a client's, who may know what they ask.
        Assert.DoesNotContain(seen, span => span.Contains(word, StringComparison.Ordinal) && !span.Contains("url.full", StringComparison.Ordinal));
        Assert.Contains(seen, span => span.Contains("search_chunks", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_searches_too_often_waits_and_others_do_not()
    {
        var greedy = await JoinAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, Brisk.Searches + 20).Select(_ => greedy.Browser.GetAsync("/api/search?q=hello")));
        var refused = answers.Where(answer => (int)answer.Status == 429).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, answer => answer.ShouldBe(429, "slow_down"));
        Assert.True(answers.Count(answer => (int)answer.Status == 200) >= Brisk.Searches);
        (await Tom.Browser.GetAsync("/api/search?q=hello")).ShouldBeOk();
    }

    /// <summary>The first hit, once the word is in the index.</summary>
    private static async Task<System.Text.Json.JsonElement> IndexedAsync(Person person, string word)
    {
        System.Text.Json.JsonElement? hit = null;
        await Eventually.TrueAsync(async () => (hit = (await person.Browser.GetAsync($"/api/search?q={word}")).ShouldBeOk().Json.GetProperty("hits").EnumerateArray().Cast<System.Text.Json.JsonElement?>().FirstOrDefault()) is not null, seconds: 60);
        return hit!.Value;
    }

    private static async Task<int> CountAsync(Person person, string word) => (await person.Browser.GetAsync($"/api/search?q={word}")).ShouldBeOk().Json.GetProperty("hits").GetArrayLength();

    private Task<string> SayAsync(Person person, string where, string text, string kind = "text") => PostAsync(person, where, kind, $$"""{"text":"{{text}}"}""");

    /// <summary>Returns the conversation.</summary>
    private async Task<string> PostAsync(Person person, string where, string kind, string content)
    {
        await using var connection = await RawConnection.OpenAsync(RawConnection.AddressOf(Chat.Address, null), $"im_session={person.Token}");
        await NextAsync<ReadyFrame>(connection);
        var id = $"{Guid.NewGuid()}";
        await connection.SendTextAsync($$"""{"type":"post","id":"{{id}}",{{where}},"kind":"{{kind}}","content":{{content}}}""");
        return $"{(await NextAsync<AckFrame>(connection, ack => ack.Id == id)).Conversation}";
    }

    private static string NewWord() => $"w{Guid.NewGuid():N}";

    /// <summary>Enough for who waits until a text is indexed, and soon used up.</summary>
    public sealed class Brisk : TwoNodes
    {
        public const int Searches = 300;

        protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Limits:Searches:Burst", $"{Searches}"), new("Limits:Searches:PerSecond", "1"), new("Limits:Logins:Burst", "100000")];
    }
}
