using Im.Core.Kinds;
using Im.Core.Messages;
using Im.Core.Search;
using Im.Protocol;
using Im.Tests.Fixtures;
using static Im.Tests.Messages.StoreFixture;

namespace Im.Tests.Messages;

/// <summary>Texts are found as their reader may read them, in every script, and what is gone is found by nobody.</summary>
public sealed class SearchTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private static long _clock = 1_790_000_000_000;

    [Theory]
    [InlineData("the Quick brown fox", "quick", "Quick"), InlineData("the Quick brown fox", "qui", null), InlineData("the Quick brown fox", "fox brown", "brown|fox"), InlineData("the Quick brown fox", "\"fox brown\"", null)]
    [InlineData("see foo-bar.txt there", "foo-bar", "foo-bar"), InlineData("one foo and one bar", "foo-bar", null), InlineData("Ｆｕｌｌ　ｗｉｄｔｈ，ｃａｆé", "full cafe", "Ｆｕｌｌ|ｃａｆé")]
    [InlineData("cafe\u0301 crème", "café creme", "cafe\u0301|crème"), InlineData("明天去北京大学，下午回来", "北京", "北京"), InlineData("明天去北京大学，下午回来", "京大", "京大"), InlineData("明天去北京大学，下午回来", "大学下午", null)]
    [InlineData("明天去北京大学，下午回来", "学", "学"), InlineData("東京でラーメンを食べた", "ラーメン", "ラーメン"), InlineData("東京でﾗｰﾒﾝを食べた", "ラーメン", "ﾗｰﾒﾝ"), InlineData("が行く", "か\u3099行", "が行")]
    [InlineData("내일 서울에서 만나요", "서울", "서울"), InlineData("我用iPhone拍照", "iphone", "iPhone"), InlineData("我用iPhone拍照", "iPhone拍照", "iPhone拍照"), InlineData("👍🏽 agreed 👍", "👍", "👍|👍")]
    [InlineData("it is 100% _sure_", "100% sure", "100|sure"), InlineData("Ο ΟΔΥΣΣΕΥΣ", "οδυσσευς", "ΟΔΥΣΣΕΥΣ"), InlineData("İstanbul", "istanbul", "İstanbul"), InlineData("a sea\u00ADson", "season", "sea\u00ADson"), InlineData("สวัสดีครับ", "สวัสดี", "สวัสดี")]
    public async Task A_text_is_found_by_its_words_or_two_of_its_characters_and_not_by_what_it_does_not_have(string text, string query, string? found)
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        await SayAsync(Direct(jenny, tom, text));
        await store.One.Index.IndexAsync(default);
        var hits = (await SearchAsync(tom, query)).Hits;
        Assert.Equal(found, hits.Count == 0 ? null : string.Join('|', Assert.Single(hits).Matches.Select(range => text.Substring(range[0], range[1]))));
    }

    [Fact]
    public async Task Pages_come_newest_first_over_all_conversations_without_a_hole_or_a_double_also_where_lines_are_no_texts()
    {
        var users = await store.AddUsersAsync(5);
        var said = new List<string>();
        for (var i = 0; i < 120; i++)
        {
            var added = Direct(users[0], users[1 + (i * i % 4)], $"number {i} {(i % 3 == 0 ? "apple" : "茶杯")}");
            await SayAsync(added);
            if (i % 3 != 0)
                said.Add($"{i}");
            if (i % 7 == 0)
                await store.One.Messages.AppendAsync(Effect(added, new ReactionKind(), 1, "{\"keys\":[\"+\"]}"));
            if (i % 5 == 0)
                await store.One.Index.IndexAsync(default); // chunks of all sizes, made one
        }
        await store.One.Index.IndexAsync(default);
        said.Reverse();
        var found = new List<string>();
        for (var (next, pages) = ((string?)null, 0); pages == 0 || next is not null; pages++)
        {
            Assert.True(pages < 100);
            var page = await SearchAsync(users[0], "茶杯", after: next, limit: 7);
            found.AddRange(page.Hits.Select(hit => hit.Text.Split(' ')[1]));
            next = page.Next;
        }
        Assert.Equal(said, found);
        // One single character has no token: the same by going on from chunk to chunk.
        Assert.Equal(said.Take(50), (await SearchAsync(users[0], "茶", limit: 50)).Hits.Select(hit => hit.Text.Split(' ')[1]));
        var sizes = await store.Database.ScalarAsync<long>("SELECT max(last_line - first_line + 1) FROM search_chunks");
        Assert.InRange(sizes, 2, SearchPiece.MaxLines);
        Assert.Equal(0, await UncoveredAsync());
    }

    [Fact]
    public async Task Person_conversation_time_and_link_narrow_it()
    {
        var (jenny, tom, ann) = (await store.AddUserAsync(), await store.AddUserAsync(), await store.AddUserAsync());
        var word = $"w{Guid.NewGuid():N}";
        var first = await SayAsync(Direct(jenny, tom, $"{word} one https://example.org/a"));
        await SayAsync(Direct(tom, jenny, $"{word} two"));
        var third = await SayAsync(Direct(jenny, ann, $"{word} three"));
        await store.One.Index.IndexAsync(default);
        Assert.Equal(3, (await SearchAsync(jenny, word)).Hits.Count);
        Assert.Equal([third.Line, first.Line], (await SearchAsync(jenny, word, from: jenny.Id)).Hits.Select(hit => (long?)hit.Line));
        Assert.Equal(third.Conversation, Assert.Single((await SearchAsync(jenny, word, conversation: third.Conversation)).Hits).Conversation);
        Assert.Equal(first.Line, Assert.Single((await SearchAsync(jenny, "", link: true, conversation: first.Conversation)).Hits).Line);
        Assert.Equal(2, (await SearchAsync(jenny, word, since: first.At + 1)).Hits.Count);
        Assert.Single((await SearchAsync(jenny, word, until: first.At + 1)).Hits);
        var known = (await SearchAsync(jenny, word)).Conversations;
        Assert.Equal(new HashSet<Guid> { tom.Id, ann.Id }, [.. known.Select(c => c.Peer!.Id)]);
        Assert.All(known, c => Assert.Equal("direct", c.Kind));
        Assert.Empty((await SearchAsync(await store.AddUserAsync(), word)).Hits);
        Assert.Empty((await SearchAsync(ann, word, conversation: first.Conversation)).Hits);
    }

    [Fact]
    public async Task Who_left_a_room_finds_what_was_said_while_they_were_in_and_as_it_was_then_and_who_came_later_what_came_after()
    {
        var (jenny, tom, ann) = (await store.AddUserAsync(), await store.AddUserAsync(), await store.AddUserAsync());
        var room = (await store.One.Rooms.CreateAsync(Of(jenny), new("Tea"), "tea")).Room!.Conversation;
        var word = $"w{Guid.NewGuid():N}";
        await SayAsync(InRoom(room, jenny, $"{word} before"));
        await ComeAsync(tom);
        var during = InRoom(room, jenny, $"{word} during");
        var line = (await SayAsync(during)).Line!.Value;
        var dropped = (await SayAsync(InRoom(room, jenny, $"{word} dropped"))).Line!.Value;
        await store.One.Rooms.RemoveAsync(room, Of(jenny), tom.Id);
        await SayAsync(InRoom(room, jenny, $"{word} after"));
        await store.One.Messages.AppendAsync(Effect(during, new EditKind(), line, "{\"text\":\"" + word + " secret\"}"));
        await ComeAsync(ann);
        await SayAsync(InRoom(room, jenny, $"{word} last"));
        await store.One.Index.IndexAsync(default);
        Assert.Equal(["dropped", "during"], await TextsAsync(tom));
        Assert.Equal(["last", "after", "dropped", "secret", "before"], await TextsAsync(jenny));
        Assert.Equal(["last"], await TextsAsync(ann));
        Assert.Empty((await SearchAsync(tom, $"{word} secret")).Hits);
        Assert.Single((await SearchAsync(jenny, $"{word} secret")).Hits);
        await store.One.Messages.AppendAsync(Effect(during, EventKinds.Recall, dropped, "{}"));
        Assert.Equal(["during"], await TextsAsync(tom));
        // And in again: both stretches, and nothing of what lies between.
        await ComeAsync(tom);
        await SayAsync(InRoom(room, tom, $"{word} again"));
        await store.One.Index.IndexAsync(default);
        Assert.Equal(["again", "during"], await TextsAsync(tom));

        async Task ComeAsync(UserInfo user)
        {
            await store.One.Rooms.InviteAsync(room, Of(jenny), user.Id);
            Assert.Null((await store.One.Rooms.JoinAsync(room, Of(user))).Refusal);
        }

        async Task<IEnumerable<string>> TextsAsync(UserInfo user) => (await SearchAsync(user, word)).Hits.Select(hit => hit.Text.Split(' ')[1]);
    }

    [Fact]
    public async Task An_edit_a_recall_and_an_account_that_is_deleted_leave_the_index_in_their_own_transaction()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        var (old, second) = ($"o{Guid.NewGuid():N}", $"n{Guid.NewGuid():N}");
        var texts = new[] { Direct(jenny, tom, $"{old} edited"), Direct(jenny, tom, $"{old} recalled"), Direct(jenny, tom, $"{old} kept"), Direct(tom, jenny, "another word") };
        foreach (var text in texts)
            await SayAsync(text);
        await store.One.Index.IndexAsync(default);
        Assert.True(await IsIndexedAsync(texts[0].Conversation));
        Assert.Equal(3, (await SearchAsync(tom, old)).Hits.Count);

        await store.One.Messages.AppendAsync(Effect(texts[0], new EditKind(), 1, $$"""{"text":"{{second}}"}"""));
        Assert.False(await IsIndexedAsync(texts[0].Conversation)); // no token of it is left
        Assert.Equal(2, (await SearchAsync(tom, old)).Hits.Count);
        Assert.Equal(second, Assert.Single((await SearchAsync(tom, second)).Hits).Text); // read one by one meanwhile
        await store.One.Index.IndexAsync(default);
        Assert.True(await IsIndexedAsync(texts[0].Conversation));
        Assert.Single((await SearchAsync(tom, second)).Hits);

        await store.One.Messages.AppendAsync(Effect(texts[0], EventKinds.Recall, 2, "{}"));
        Assert.False(await IsIndexedAsync(texts[0].Conversation));
        Assert.Single((await SearchAsync(tom, old)).Hits);
        await store.One.Index.IndexAsync(default);

        await store.One.Accounts.EraseAsync(jenny.Id, removeMessages: true);
        Assert.False(await IsIndexedAsync(texts[0].Conversation));
        Assert.Empty((await SearchAsync(tom, old)).Hits);
        Assert.Empty((await SearchAsync(tom, second)).Hits);
        await store.One.Index.IndexAsync(default);
        Assert.True(await IsIndexedAsync(texts[0].Conversation));
        Assert.Single((await SearchAsync(tom, "another")).Hits);
    }

    [Fact]
    public async Task A_text_that_is_edited_while_its_chunk_is_made_is_found_as_it_is_then()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        var word = $"w{Guid.NewGuid():N}";
        var said = Direct(jenny, tom, "0");
        await SayAsync(said);
        var editing = Task.Run(async () =>
        {
            for (var i = 1; i <= 100; i++)
                await store.Two.Messages.AppendAsync(Effect(said, new EditKind(), 1, $$"""{"text":"{{word}}{{i}}"}"""));
        });
        while (!editing.IsCompleted)
            await store.One.Index.IndexAsync(default);
        await editing;
        await Eventually.TrueAsync(async () =>
        {
            await store.One.Index.IndexAsync(default);
            return await IsIndexedAsync(said.Conversation);
        });
        Assert.Single((await SearchAsync(tom, $"{word}100")).Hits);
        Assert.Empty((await SearchAsync(tom, $"{word}99")).Hits);
    }

    [Fact]
    public async Task One_process_indexes_and_when_it_dies_in_the_midst_another_goes_on_without_a_loss_or_a_double()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        var word = $"w{Guid.NewGuid():N}";
        for (var i = 0; i < 40; i++)
            await SayAsync(Direct(jenny, tom, $"{word} {i}"));
        await store.One.Index.IndexAsync(default);
        await SayAsync(Direct(jenny, tom, $"{word} late"));
        Assert.Equal(0, await store.Two.Index.IndexAsync(default)); // the other one leads
        // Its connection breaks between two statements, as when its process is killed.
        Assert.True(await store.Database.ScalarAsync<bool>(
            "SELECT bool_or(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND classid = 18797 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"));
        await Eventually.TrueAsync(async () => await store.Two.Index.IndexAsync(default) > 0);
        Assert.Single((await SearchAsync(tom, $"{word} late")).Hits);
        Assert.Equal(0, await UncoveredAsync());
        await SayAsync(Direct(jenny, tom, $"{word} last"));
        await Assert.ThrowsAnyAsync<Exception>(() => store.One.Index.IndexAsync(default));
        await store.Two.Index.IndexAsync(default);
        Assert.Equal(42, (await SearchAsync(tom, word, limit: 50)).Hits.Count);
        await store.Two.Index.DisposeAsync();
        await Eventually.TrueAsync(async () => // and back
        {
            await SayAsync(Direct(jenny, tom, "more"));
            return await store.One.Index.IndexAsync(default) > 0;
        });
    }

    [Fact]
    public async Task A_process_that_hangs_while_it_leads_is_cut_off_and_another_one_indexes()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        var word = $"w{Guid.NewGuid():N}";
        await SayAsync(Direct(jenny, tom, $"{word} early"));
        Assert.True(await store.One.Index.IndexAsync(default) > 0);
        await SayAsync(Direct(jenny, tom, $"{word} late"));
        Assert.Equal(0, await store.Two.Index.IndexAsync(default)); // the first one may only be slow
        // From here on it does nothing, as a process that was stopped: its connection is there, and with it the lock.
        store.Two.Index.MaxSilence = TimeSpan.FromMilliseconds(100);
        await Eventually.TrueAsync(async () => await store.Two.Index.IndexAsync(default) > 0);
        Assert.Single((await SearchAsync(tom, $"{word} late")).Hits);
        // When it goes on it has lost the lock, and says so.
        await SayAsync(Direct(jenny, tom, $"{word} last"));
        await Assert.ThrowsAnyAsync<Exception>(() => store.One.Index.IndexAsync(default));
        Assert.Equal(0, await store.One.Index.IndexAsync(default));
        Assert.True(await store.Two.Index.IndexAsync(default) > 0);
        Assert.Equal(0, await UncoveredAsync());
        store.Two.Index.MaxSilence = TimeSpan.FromMinutes(1);
        await store.Two.Index.DisposeAsync();
        await Eventually.TrueAsync(async () => // and back
        {
            await SayAsync(Direct(jenny, tom, "more"));
            return await store.One.Index.IndexAsync(default) > 0;
        });
    }

    private Task<SearchResponse> SearchAsync(
        UserInfo user, string query, ConversationId? conversation = null, Guid? from = null, long? since = null, long? until = null, bool link = false, string? after = null, int limit = 20)
    {
        SearchCursor? cursor = null;
        Assert.True(after is null || SearchCursor.TryParse(after, out cursor));
        return store.One.Search.SearchAsync(user.Id, new(SearchTerms.Parse(query), limit, conversation, from, since, until, link, cursor));
    }

    private async Task<EventFrame> SayAsync(NewEvent added) => (await store.One.Messages.AppendAsync(added with { At = Interlocked.Increment(ref _clock) })).Event;

    /// <summary>Whether the conversation's chunks all have tokens.</summary>
    private Task<bool> IsIndexedAsync(ConversationId conversation) =>
        store.Database.ScalarAsync<bool>("SELECT bool_and(tokens IS NOT NULL) FROM search_chunks WHERE conversation_id = $1", conversation.Value);

    /// <summary>Lines in no chunk, or in two.</summary>
    private Task<long> UncoveredAsync() => store.Database.ScalarAsync<long>(
        "SELECT count(*) FROM events e WHERE line IS NOT NULL AND 1 <> (SELECT count(*) FROM search_chunks s WHERE s.conversation_id = e.conversation_id AND e.line BETWEEN s.first_line AND s.last_line)");

    private static NewEvent InRoom(ConversationId room, UserInfo from, string text) => Texts.New(room, Of(from), null, Guid.NewGuid().ToString(), text, 0, "realtime-1");

    private static NewEvent Effect(NewEvent to, EventKind kind, long line, string content) =>
        to with { ClientId = Guid.NewGuid().ToString(), Kind = kind, Target = line, Content = new(new(System.Text.Encoding.UTF8.GetBytes(content)), "", null), At = Interlocked.Increment(ref _clock) };

    private static SenderInfo Of(UserInfo user) => new(user.Id, user.Nickname);
}
