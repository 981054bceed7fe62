using System.Text;
using System.Text.Json;
using Im.Core.Kinds;
using Im.Core.Messages;
using Im.Protocol;

namespace Im.Tests.Messages;

/// <summary>Events other than texts in the store: what they are numbered, what they do to their targets, and what a page says of it.</summary>
public sealed class EventTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private UserInfo _jenny = null!, _tom = null!;

    [Fact]
    public async Task Lines_are_numbered_without_gaps_whatever_stands_between_them()
    {
        var conversation = await TalkAsync("one", "two");
        await MarkAsync(_tom, 1, "👍");
        await SayAsync(_tom, "three");
        await MarkAsync(_tom, 2, "👍");
        await MarkAsync(_jenny, 3, "🎉");
        await SayAsync(_jenny, "four");

        var events = (await store.Two.Messages.ReadEventsAsync(conversation, 0, 100)).Events;
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], events.Select(e => e.Seq));
        Assert.Equal([1, 2, null, 3, null, null, 4], events.Select(e => e.Line));
        var page = await store.Two.Messages.ReadLinesAsync(conversation, null, null, 100);
        Assert.Equal(["one", "two", "three", "four"], page.Lines.Select(line => line.Content?.Text));
        Assert.Equal(new(7, 4), page.Head);
    }

    [Theory]
    [InlineData(null, null, 2, "3 4", true), InlineData(3L, null, 1, "2", true), InlineData(3L, null, 2, "1 2", false), InlineData(null, 1L, 2, "2 3", true), InlineData(null, 2L, 9, "3 4", false)]
    public async Task A_page_of_lines_ends_where_it_should_whatever_stands_between_them(long? before, long? after, int limit, string lines, bool more)
    {
        var conversation = await TalkAsync("one", "two");
        for (var i = 0; i < 30; i++)
            await MarkAsync(i % 2 == 0 ? _tom : _jenny, 1 + i % 2, "👍");
        await SayAsync(_tom, "three");
        await MarkAsync(_tom, 3, "👍");
        await SayAsync(_tom, "four");

        var page = await store.Two.Messages.ReadLinesAsync(conversation, before, after, limit);
        Assert.Equal((lines, more), (string.Join(' ', page.Lines.Select(line => line.Line)), page.More));
    }

    [Fact]
    public async Task Many_at_once_on_both_nodes_leave_neither_a_gap_in_the_sequence_nor_one_in_the_lines()
    {
        var conversation = await TalkAsync("one");
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => (i % 3) switch
        {
            0 => SayAsync(_jenny, $"{i}", i % 2 == 0 ? store.One : store.Two),
            1 => MarkOnAsync(i % 2 == 0 ? store.One : store.Two, _tom, 1, "👍"),
            _ => MarkOnAsync(i % 2 == 0 ? store.One : store.Two, _jenny, 1, "🎉"),
        }));
        var events = new List<EventFrame>();
        EventPage page;
        do
            events.AddRange((page = await store.One.Messages.ReadEventsAsync(conversation, events.Count, 100)).Events);
        while (page.More);
        Assert.Equal(Enumerable.Range(1, 201).Select(n => (long)n), events.Select(e => e.Seq));
        Assert.Equal(Enumerable.Range(1, events.Count(e => e.Line is not null)).Select(n => (long?)n), events.Where(e => e.Line is not null).Select(e => e.Line));
    }

    [Fact]
    public async Task Of_a_users_reactions_the_newest_hold()
    {
        var conversation = await TalkAsync("one");
        await MarkAsync(_tom, 1, "👍");
        await MarkAsync(_jenny, 1, "👍");
        await MarkAsync(_tom, 1, "👍", "🎉");
        var effects = (await store.Two.Messages.ReadLinesAsync(conversation, null, null, 1)).Lines[0].Effects!;
        Assert.Equal([(3L, $"{_jenny.Id}"), (4L, $"{_tom.Id}")], effects.Select(e => (e.Seq, e.Slot!)));
        Assert.Equal(["👍", "🎉"], JsonSerializer.Deserialize(effects[1].Content!.Value.Utf8.Span, ProtocolJson.Wire.ReactionContent)!.Keys);
        Assert.All(effects, e => Assert.Equal((EventEffect.Mark, 1L), (e.Effect!.Value, e.Target!.Value)));
    }

    [Fact]
    public async Task An_edit_is_shown_and_the_earlier_texts_are_told_to_nobody()
    {
        var conversation = await TalkAsync("secret one");
        await AppendAsync(_jenny, "edit", 1, """{"text":"secret two"}""");
        await AppendAsync(_jenny, "edit", 1, """{"text":"third"}""");

        var line = (await store.Two.Messages.ReadLinesAsync(conversation, null, null, 1)).Lines[0];
        Assert.Equal("third", line.Content?.Text);
        Assert.Equal([(3L, EventEffect.Replace)], line.Effects!.Select(e => (e.Seq, e.Effect!.Value)));
        var events = (await store.Two.Messages.ReadEventsAsync(conversation, 0, 100)).Events;
        Assert.Equal([null, null, "third"], events.Select(e => e.Content?.Text));
        Assert.Equal("third", (await store.Two.Messages.ReadMessagesAsync(conversation, null, null, 1)).Messages[0].Text);
        Assert.Equal("third", (await store.Two.Conversations.ListAsync(_tom.Id)).Single(c => c.Conversation == conversation).Last!.Content?.Text);
        // For moderators.
        Assert.Equal(2, await store.Database.ScalarAsync<long>("SELECT count(*) FROM events WHERE conversation_id = $1 AND content LIKE '%secret%'", conversation.Value));
    }

    [Fact]
    public async Task A_recall_leaves_no_text_in_the_store()
    {
        var conversation = await TalkAsync("secret one", "stays");
        await AppendAsync(_jenny, "edit", 1, """{"text":"secret two"}""");
        await MarkAsync(_tom, 1, "👍");
        var reply = await AppendAsync(_tom, "text", 1, """{"text":"an answer"}""");
        await AppendAsync(_jenny, "recall", 1, "{}");

        Assert.Equal(0, await store.Database.ScalarAsync<long>("SELECT count(*) FROM events WHERE conversation_id = $1 AND (content LIKE '%secret%' OR content LIKE '%👍%')", conversation.Value));
        var page = await store.Two.Messages.ReadLinesAsync(conversation, null, null, 100);
        Assert.Null(page.Lines[0].Content);
        Assert.Equal([EventEffect.Erase], page.Lines[0].Effects!.Select(e => e.Effect!.Value));
        Assert.Equal(["stays", "an answer"], page.Lines.Skip(1).Select(line => line.Content?.Text));
        Assert.Equal("", (await store.Two.Messages.ReadMessagesAsync(conversation, null, null, 100)).Messages[0].Text);
        var quoting = await store.Two.Messages.ReadLinesAsync(conversation, null, reply.Line - 1, 1);
        Assert.Null(Assert.Single(quoting.Quoted).Content);
    }

    [Fact]
    public async Task Nothing_is_done_to_a_line_that_was_recalled_and_nothing_of_what_was_refused_is_stored()
    {
        var conversation = await TalkAsync("one");
        await AppendAsync(_jenny, "recall", 1, "{}");
        await Assert.ThrowsAsync<MessageRejectedException>(() => AppendAsync(_jenny, "edit", 1, """{"text":"back again"}"""));
        await Assert.ThrowsAsync<MessageRejectedException>(() => MarkAsync(_tom, 1, "👍"));
        await Assert.ThrowsAsync<MessageRejectedException>(() => AppendAsync(_jenny, "recall", 1, "{}"));
        Assert.Equal(new(2, 1), await store.One.Messages.GetHeadAsync(conversation));
    }

    // The recall's own snapshot cannot see what another node stores meanwhile: the table's trigger has to.
    [Fact]
    public async Task An_edit_on_one_node_and_a_recall_on_the_other_at_once_leave_no_text_whichever_comes_first()
    {
        var conversation = await TalkAsync([.. Enumerable.Range(1, 60).Select(i => $"secret {i}")]);
        await Task.WhenAll(Enumerable.Range(1, 60).Select(async line =>
        {
            var edits = Enumerable.Range(0, 3).Select(async i =>
            {
                try
                {
                    await AppendAsync(_jenny, "edit", line, $$"""{"text":"secret edit {{i}}"}""", store.One);
                }
                catch (MessageRejectedException)
                {
                    // the recall was first
                }
            });
            await Task.WhenAll([.. edits, AppendAsync(_jenny, "recall", line, "{}", store.Two)]);
        }));
        Assert.Equal(0, await store.Database.ScalarAsync<long>("SELECT count(*) FROM events WHERE conversation_id = $1 AND content LIKE '%secret%'", conversation.Value));
        var head = await store.One.Messages.GetHeadAsync(conversation);
        Assert.Equal(head.LastSeq, await store.Database.ScalarAsync<long>("SELECT count(*) FROM events WHERE conversation_id = $1", conversation.Value));
    }

    [Fact]
    public async Task A_page_brings_the_lines_that_its_lines_reply_to_with_their_texts_cut()
    {
        var conversation = await TalkAsync([new string('界', 300), .. Enumerable.Range(2, 9).Select(i => $"{i}")]);
        await AppendAsync(_tom, "text", 1, """{"text":"to the first"}""");
        await AppendAsync(_tom, "text", 10, """{"text":"to the one before"}""");
        var page = await store.Two.Messages.ReadLinesAsync(conversation, null, null, 3);
        Assert.Equal([10, 11, 12], page.Lines.Select(line => line.Line!.Value));
        var quoted = Assert.Single(page.Quoted);
        Assert.Equal((1L, new string('界', 256)), (quoted.Line!.Value, quoted.Content?.Text));
    }

    [Fact]
    public async Task A_quoted_line_is_shown_as_it_was_edited_also_where_the_page_had_no_room_for_it()
    {
        var conversation = await TalkAsync([.. Enumerable.Range(1, 8).Select(i => $"{i}" + new string('界', 9_000))]);
        await AppendAsync(_jenny, "edit", 1, """{"text":"one"}""");
        await AppendAsync(_tom, "text", 1, """{"text":"to the first"}""");
        var page = await store.Two.Messages.ReadLinesAsync(conversation, null, null, 100);
        Assert.InRange(page.Lines[0].Line!.Value, 2, 8);
        var quoted = Assert.Single(page.Quoted);
        Assert.Equal((1L, "one"), (quoted.Line!.Value, quoted.Content?.Text));
    }

    [Fact]
    public async Task Unread_lines_and_mentions_are_counted_and_nothing_else_is()
    {
        var conversation = await TalkAsync("one");
        await AppendAsync(_tom, "text", null, $$"""{"text":"@jenny","mentions":["{{_jenny.Id}}","{{_jenny.Id}}","{{_tom.Id}}"]}""");
        await AppendAsync(_tom, "text", null, """{"text":"@all","all":true}""");
        await MarkAsync(_tom, 1, "👍");
        var list = (await store.Two.Conversations.ListAsync(_jenny.Id)).Single(c => c.Conversation == conversation);
        Assert.Equal((4L, 3L, 1L, 2L, 2L), (list.LastSeq, list.LastLine, list.ReadLine, list.Unread, list.Mentions!.Value));
        Assert.Equal("@all", list.Last!.Content?.Text);

        await store.One.Conversations.MarkReadAsync(conversation, _jenny.Id, 2);
        list = (await store.Two.Conversations.ListAsync(_jenny.Id)).Single(c => c.Conversation == conversation);
        Assert.Equal((1L, 1L), (list.Unread, list.Mentions!.Value));
        await AppendAsync(_tom, "recall", 3, "{}");
        list = (await store.Two.Conversations.ListAsync(_jenny.Id)).Single(c => c.Conversation == conversation);
        Assert.Equal((1L, null), (list.Unread, list.Mentions));
    }

    [Fact]
    public async Task A_line_with_more_marks_than_a_page_brings_says_how_many_and_keeps_its_edited_text()
    {
        await TalkAsync("one");
        var target = (await store.One.Messages.AppendAsync(StoreFixture.ToLobby(_jenny))).Event.Line!.Value;
        await store.One.Messages.AppendAsync(Build(_jenny, "edit", target, """{"text":"edited"}""", inLobby: true));
        var many = ProtocolLimits.MaxLineEffects + 30;
        await Task.WhenAll(Enumerable.Range(0, many).Select(_ => store.One.Messages.AppendAsync(Build(_jenny with { Id = Guid.NewGuid() }, "reaction", target, """{"keys":["👍"]}""", inLobby: true))));
        var line = (await store.Two.Messages.ReadLinesAsync(ConversationId.Lobby, target + 1, null, 1)).Lines[0];
        Assert.Equal("edited", line.Content?.Text);
        Assert.Equal(ProtocolLimits.MaxLineEffects + 1, line.Effects!.Count);
        Assert.Equal(many, line.Tally!["reaction"].Count);
    }

    [Fact]
    public async Task The_same_event_sent_again_is_found()
    {
        var conversation = await TalkAsync("one");
        var first = Build(_tom, "reaction", 1, """{"keys":["👍"]}""", "the id");
        var (stored, _) = await store.One.Messages.AppendAsync(first);
        var again = await store.Two.Messages.AppendAsync(first);
        Assert.Equal(new AppendResult(stored, Duplicate: true), again);
        Assert.Equal(2, (await store.One.Messages.GetHeadAsync(conversation)).LastSeq);
    }

    private async Task<ConversationId> TalkAsync(params string[] texts)
    {
        (_jenny, _tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        foreach (var text in texts)
            await SayAsync(_jenny, text);
        return ConversationId.Direct(_jenny.Id, _tom.Id);
    }

    private Task SayAsync(UserInfo from, string text, StoreNode? node = null) => AppendAsync(from, "text", null, Encoding.UTF8.GetString(Texts.ContentOf(text).Utf8.Span), node);

    private Task MarkAsync(UserInfo from, long line, params string[] keys) => AppendAsync(from, "reaction", line, JsonSerializer.Serialize(new { keys }));

    private Task MarkOnAsync(StoreNode node, UserInfo from, long line, params string[] keys) => AppendAsync(from, "reaction", line, JsonSerializer.Serialize(new { keys }), node);

    private async Task<EventFrame> AppendAsync(UserInfo from, string kind, long? target, string content, StoreNode? node = null) =>
        (await (node ?? store.One).Messages.AppendAsync(Build(from, kind, target, content))).Event;

    private NewEvent Build(UserInfo from, string kindName, long? target, string content, string? id = null, bool inLobby = false)
    {
        var kind = EventKinds.Find(kindName)!;
        var conversation = inLobby ? ConversationId.Lobby : ConversationId.Direct(_jenny.Id, _tom.Id);
        Guid? to = inLobby ? null : from.Id == _tom.Id ? _jenny.Id : _tom.Id;
        Assert.Null(kind.Check(new(Encoding.UTF8.GetBytes(content)), from, out var good));
        return new(conversation, new(from.Id, from.Nickname), to, id ?? $"{Guid.NewGuid()}", kind, good, 1_790_000_000_123, "realtime-1") { Target = target };
    }
}
