using System.Text;
using System.Text.Json;
using Im.Client;
using Im.Core.Data;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Tests.Attack;
using Im.Tests.Fixtures;
using Im.Tests.Messages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Realtime;

/// <summary>Version 2 of the protocol beside version 1, over two nodes and through the gateway.</summary>
public sealed class EventWireTests(TwoNodes system) : AttackSuite(system), IClassFixture<TwoNodes>
{
    private int _posted;

    public static TheoryData<string[], string?, int> Offers => new()
    {
        { [], null, 1 }, { ["im.v1"], "im.v1", 1 }, { ["im.v2"], "im.v2", 2 }, { ["im.v1", "im.v2"], "im.v2", 2 }, { ["im.v3", "im.v2"], "im.v2", 2 }, { ["im.v3"], null, 1 },
    };

    [Theory, MemberData(nameof(Offers))]
    public async Task A_connection_gets_the_newest_version_that_it_offers_and_without_an_offer_the_first(string[] offered, string? selected, int version)
    {
        foreach (var door in new[] { Chat.Address, Chat.Two })
        {
            using var socket = new System.Net.WebSockets.ClientWebSocket();
            foreach (var name in offered)
                socket.Options.AddSubProtocol(name);
            await socket.ConnectAsync(RawConnection.AddressOf(door), CancellationToken.None);
            Assert.Equal(selected, socket.SubProtocol);
            var buffer = new byte[4096];
            var hello = JsonSerializer.Deserialize(buffer.AsSpan(0, (await socket.ReceiveAsync(buffer, CancellationToken.None)).Count), ProtocolJson.Wire.HelloFrame)!;
            Assert.Equal(version, hello.Protocol);
            Assert.Equal(version == 1 ? (32_768, 4_000) : (98_304, 10_000), (hello.Limits.FrameBytes, hello.Limits.TextChars));
            Assert.Equal(version == 1, hello.Epoch is null);
        }
    }

    [Fact]
    public async Task An_event_reaches_version_2_as_it_is_and_version_1_as_a_message_without_a_hole()
    {
        var (jenny, tom, old) = (await OpenTwoAsync(Jenny, "node-1"), await OpenTwoAsync(Tom, "node-2"), await OpenAsync(Tom.Token, node: "node-2"));
        var first = await PostAsync(jenny, "text", Tom, """{"text":"one"}""");
        Assert.Equal((1L, 1L), (first.Seq, first.Line!.Value));
        var live = await NextAsync<EventFrame>(tom);
        Assert.Equal((1L, 1L, "text", "one", "node-1", "node-2"), (live.Seq, live.Line!.Value, live.Kind, live.Content?.Text, live.Node, live.Via!.Node));
        Assert.Equal((1L, "one", "node-2"), ((await NextAsync<MessageFrame>(old)) is var message ? (message.Seq, message.Text, message.Via!.Node) : default));

        var mark = await PostAsync(tom, "reaction", Jenny, """{"keys":["👍"]}""", target: 1);
        Assert.Equal((2L, (long?)null), (mark.Seq, mark.Line));
        var marked = await NextAsync<EventFrame>(jenny, e => e.Seq == 2);
        Assert.Equal((EventEffect.Mark, $"{Tom.Id}", 1L), (marked.Effect!.Value, marked.Slot, marked.Target!.Value));
        await PostAsync(jenny, "edit", Tom, """{"text":"one, edited"}""", target: 1);
        Assert.Equal(4, (await PostAsync(jenny, "text", Tom, """{"text":"two"}""")).Seq);
        await PostAsync(jenny, "poll", Tom, """{"question":"Tea?","options":["yes","no"]}""");

        // What version 1 saw of all that, and reads of it.
        Assert.Equal((2L, "two"), (await NextAsync<ServerFrame>(old, IsOfConversation)) is MessageFrame second ? (second.Seq, second.Text) : default);
        Assert.Equal((3L, "Tea?"), (await NextAsync<ServerFrame>(old, IsOfConversation)) is MessageFrame third ? (third.Seq, third.Text) : default);
        await old.SendAsync(new HistoryRequest { Id = "h", User = Jenny.Id });
        var history = await NextAsync<HistoryFrame>(old);
        Assert.Equal([(1, "one, edited"), (2, "two"), (3, "Tea?")], history.Messages.Select(m => (m.Seq, m.Text)));
        Assert.Equal(3, history.LastSeq);
        await old.SendAsync(new SendFrame { Id = "s", User = Jenny.Id, Text = "from version 1" });
        Assert.Equal((4L, (long?)null), (await NextAsync<AckFrame>(old)) is var ack ? (ack.Seq, ack.Line) : default);
        Assert.Equal((6L, 4L), (await NextAsync<EventFrame>(jenny, e => e.From.Id == Tom.Id && e.Line is not null)) is var fromOld ? (fromOld.Seq, fromOld.Line!.Value) : default);
    }

    [Fact]
    public async Task A_recall_reaches_both_versions_and_nothing_can_be_done_to_the_line_any_more()
    {
        var (jenny, tom, old) = (await OpenTwoAsync(Jenny, "node-1"), await OpenTwoAsync(Tom, "node-2"), await OpenAsync(Tom.Token, node: "node-2"));
        await PostAsync(jenny, "text", Tom, """{"text":"one"}""");
        await PostAsync(tom, "reaction", Jenny, """{"keys":["👍"]}""", target: 1);
        await PostAsync(jenny, "text", Tom, """{"text":"two"}""");
        await PostAsync(jenny, "recall", Tom, "{}", target: 2);
        var recall = await NextAsync<EventFrame>(tom, e => e.Kind == "recall");
        Assert.Equal((EventEffect.Erase, 2L, 4L), (recall.Effect!.Value, recall.Target!.Value, recall.Seq));
        Assert.Equal(2, (await NextAsync<RemovedFrame>(old)).Seq);

        await IsRefusedAsync(jenny, "edit", Tom, """{"text":"back"}""", 2, ErrorCodes.NotFound);
        await IsRefusedAsync(tom, "reaction", Jenny, """{"keys":["👍"]}""", 2, ErrorCodes.NotFound);
        await jenny.SendAsync(new LinesRequest { Id = "l", User = Tom.Id });
        var page = await NextAsync<LinesFrame>(jenny);
        Assert.Equal(["one", null], page.Lines.Select(line => line.Content?.Text));
        Assert.Equal(["reaction"], page.Lines[0].Effects!.Select(e => e.Kind));
        await jenny.SendAsync(new EventsRequest { Id = "e", User = Tom.Id, After = 1 });
        var events = await NextAsync<EventsFrame>(jenny);
        Assert.Equal([(2L, true), (3L, false), (4L, true)], events.Events.Select(e => (e.Seq, e.Content is not null)));
    }

    [Fact]
    public async Task A_line_is_recalled_by_its_author_within_24_hours_by_the_clock_of_the_store()
    {
        var jenny = await OpenTwoAsync(Jenny);
        await PostAsync(jenny, "text", Tom, """{"text":"a day and an hour ago"}""");
        await PostAsync(jenny, "text", Tom, """{"text":"just now"}""");
        await using var scope = Chat.Services.CreateAsyncScope();
        var talk = ConversationId.Direct(Jenny.Id, Tom.Id).Value;
        await scope.ServiceProvider.GetRequiredService<ImDbContext>().Database.ExecuteSqlAsync($"UPDATE events SET at = at - interval '25 hours' WHERE conversation_id = {talk} AND line = 1");
        await IsRefusedAsync(jenny, "recall", Tom, "{}", 1, ErrorCodes.TooLate);
        await PostAsync(jenny, "recall", Tom, "{}", target: 2);
    }

    [Fact]
    public async Task What_is_no_content_no_target_or_not_ones_own_is_refused_with_its_code_and_nothing_is_stored()
    {
        var (jenny, tom) = (await OpenTwoAsync(Jenny), await OpenTwoAsync(Tom));
        await PostAsync(jenny, "text", Tom, """{"text":"one"}""");
        await PostAsync(jenny, "poll", Tom, """{"question":"Tea?","options":["yes","no"]}""");
        (string Kind, long? Target, string Content, string Code)[] cases =
        [
            ("song", null, "{}", "unknown_kind"), ("erasure", null, $$"""{"user":"{{Jenny.Id}}","texts":true}""", "unknown_kind"), ("Text", null, """{"text":"x"}""", "unknown_kind"),
            ("text", null, "{}", "bad_content"), ("text", null, """{"text":7}""", "bad_content"), ("text", null, """{"text":null}""", "bad_content"), ("text", null, """{"text":"x","text":"y"}""", "bad_content"),
            ("text", null, """{"text":""}""", "text_empty"), ("text", null, """{"text":" \u200b"}""", "text_empty"), ("text", null, """{"text":"a\u0000"}""", "text_invalid"),
            ("text", null, $$"""{"text":"{{new string('x', 10_001)}}"}""", "text_too_long"), ("text", 99, """{"text":"to nothing"}""", "not_found"),
            ("text", null, $$"""{"text":"x","mentions":[{{string.Join(',', Enumerable.Range(0, 51).Select(_ => $"\"{Guid.NewGuid()}\""))}}]}""", "bad_content"),
            ("edit", null, """{"text":"x"}""", "bad_frame"), ("edit", 1, """{"text":"x"}""", "forbidden"), ("edit", 2, """{"text":"x"}""", "bad_content"), ("edit", 99, """{"text":"x"}""", "not_found"),
            ("recall", 1, "{}", "forbidden"), ("recall", 99, "{}", "not_found"), ("recall", 1, """{"reason":""}""", "bad_content"),
            ("reaction", 1, "{}", "bad_content"), ("reaction", 1, """{"keys":["ab"]}""", "bad_content"), ("reaction", 1, """{"keys":["👍","👍"]}""", "bad_content"),
            ("reaction", 1, """{"keys":["1","2","3","4","5","6","7","8","9"]}""", "bad_content"), ("reaction", 1, """{"keys":[""]}""", "bad_content"), ("reaction", 0, """{"keys":["👍"]}""", "not_found"), ("reaction", -1, """{"keys":["👍"]}""", "not_found"),
            ("poll", 1, """{"question":"q","options":["a","b"]}""", "bad_frame"), ("poll", null, """{"question":"q","options":["one"]}""", "bad_content"), ("poll", null, """{"question":"","options":["a","b"]}""", "bad_content"),
            ("vote", 1, """{"choices":[0]}""", "bad_content"), ("vote", 2, """{"choices":[2]}""", "bad_content"), ("vote", 2, """{"choices":[-1]}""", "bad_content"),
            ("vote", 2, """{"choices":[0,1]}""", "bad_content"), ("vote", 2, """{"choices":[0,0]}""", "bad_content"), ("vote", 2, """{"choices":["0"]}""", "bad_content"),
        ];
        foreach (var (kind, target, content, code) in cases)
            await IsRefusedAsync(tom, kind, Jenny, content, target, code);
        Assert.Equal(3, (await PostAsync(tom, "vote", Jenny, """{"choices":[1]}""", target: 2)).Seq);
    }

    [Fact]
    public async Task Each_version_knows_its_own_frames_alone()
    {
        var (two, one) = (await OpenTwoAsync(Jenny), await OpenAsync(Jenny.Token));
        foreach (var frame in new[] { """{"type":"send","id":"1","conversation":"lobby","text":"x"}""", """{"type":"history","id":"1","conversation":"lobby"}""" })
            await IsAnsweredAsync(two, frame, "unknown_type");
        await IsAnsweredAsync(two, """{"type":"read","id":"1","conversation":"lobby","seq":1}""", "bad_frame");
        foreach (var frame in new[] { """{"type":"post","id":"1","conversation":"lobby","kind":"text","content":{"text":"x"}}""", """{"type":"lines","id":"1","conversation":"lobby"}""", """{"type":"events","id":"1","conversation":"lobby","after":0}""" })
            await IsAnsweredAsync(one, frame, "unknown_type");

        static async Task IsAnsweredAsync(RawConnection connection, string frame, string code)
        {
            await connection.SendTextAsync(frame);
            Assert.Equal(code, (await NextAsync<ErrorFrame>(connection)).Code);
        }
    }

    [Fact]
    public async Task A_long_text_of_version_2_reaches_version_1_whole()
    {
        var (jenny, old) = (await OpenTwoAsync(Jenny, "node-1"), await OpenAsync(Tom.Token, node: "node-2"));
        var text = new string('界', 10_000);
        await PostAsync(jenny, "text", Tom, JsonSerializer.Serialize(new { text }));
        Assert.Equal(text, (await NextAsync<MessageFrame>(old)).Text);
    }

    [Fact]
    public async Task Reading_is_told_to_ones_own_connections_and_to_the_other_one()
    {
        var (jenny, other, old, tom) = (await OpenTwoAsync(Jenny, "node-1"), await OpenTwoAsync(Jenny, "node-2"), await OpenAsync(Jenny.Token, node: "node-2"), await OpenTwoAsync(Tom, "node-2"));
        await PostAsync(jenny, "text", Tom, """{"text":"zero"}""");
        await PostAsync(tom, "reaction", Jenny, """{"keys":["👍"]}""", target: 1);
        await PostAsync(tom, "text", Jenny, """{"text":"one"}""");
        await jenny.SendTextAsync($$"""{"type":"read","id":"r","user":"{{Tom.Id}}","line":2}""");
        Assert.Equal(2, (await NextAsync<AckFrame>(jenny, ack => ack.Id == "r")).Line);
        Assert.Equal(2, (await NextAsync<ReadFrame>(other)).Line);
        Assert.Equal(2, (await NextAsync<ReadFrame>(old)).Seq);
        var seen = await NextAsync<SeenFrame>(tom);
        Assert.Equal((Jenny.Id, 2L), (seen.User, seen.Line));
        await tom.SendAsync(new ConversationsRequest { Id = "c" });
        var list = await NextListAsync(tom);
        Assert.Equal((2L, 2L, 3L, 0L), list.Conversations.Single(c => c.Peer?.Id == Jenny.Id) is var talk ? (talk.PeerReadLine!.Value, talk.LastLine, talk.LastSeq, talk.Unread) : default);
    }

    [Fact]
    public async Task A_deleted_account_is_an_event_in_each_of_its_conversations()
    {
        var (jenny, tom) = (await OpenTwoAsync(Jenny, "node-1"), await OpenTwoAsync(Tom, "node-2"));
        await PostAsync(jenny, "text", Tom, """{"text":"one"}""");
        await PostAsync(jenny, "text", null, """{"text":"to all"}""");
        (await Jenny.Browser.DeleteAsync("/api/me", new { password = "correct horse", removeMessages = true })).ShouldBeOk();
        var talk = ConversationId.Direct(Jenny.Id, Tom.Id);
        EventFrame[] told = [await NextAsync<EventFrame>(tom, e => e.Kind == "erasure"), await NextAsync<EventFrame>(tom, e => e.Kind == "erasure")];
        Assert.Equal([ConversationId.Lobby, talk], told.Select(e => e.Conversation).OrderBy(id => id.Value));
        Assert.All(told, e => Assert.Equal(new ErasureContent(Jenny.Id, true), JsonSerializer.Deserialize(e.Content!.Value.Utf8.Span, ProtocolJson.Wire.ErasureContent)));
        Assert.All(told, e => Assert.Equal((null, null, null), (e.Line, e.Target, e.Effect)));
        // What was said is read by the conversation, and by who is not there any more.
        foreach (var request in (LinesRequest[])[new() { Id = "l", User = Jenny.Id }, new() { Id = "l", Conversation = talk }])
        {
            await tom.SendAsync(request);
            var line = Assert.Single((await NextAsync<LinesFrame>(tom)).Lines);
            Assert.Equal(("(deleted)", null), (line.From.Nickname, line.Content?.Text));
        }
    }

    private static bool IsOfConversation(ServerFrame frame) => frame is MessageFrame or RemovedFrame or EventFrame;

    private async Task<RawConnection> OpenTwoAsync(Person who, string? node = null)
    {
        var connection = await RawConnection.OpenAsync(RawConnection.AddressOf(Chat.Address, node), $"im_session={who.Browser.Token}");
        Keep(connection);
        await NextAsync<ReadyFrame>(connection);
        return connection;
    }

    private async Task<AckFrame> PostAsync(RawConnection connection, string kind, Person? to, string content, long? target = null)
    {
        var id = await PostOnlyAsync(connection, kind, to, content, target);
        var answer = await NextAsync<ServerFrame>(connection, frame => frame.Id == id && frame is AckFrame or ErrorFrame);
        return Assert.IsType<AckFrame>(answer);
    }

    private async Task IsRefusedAsync(RawConnection connection, string kind, Person? to, string content, long? target, string code)
    {
        var id = await PostOnlyAsync(connection, kind, to, content, target);
        var answer = await NextAsync<ServerFrame>(connection, frame => frame.Id == id && frame is AckFrame or ErrorFrame);
        Assert.True(answer is ErrorFrame error && error.Code == code, $"{kind} {target} {content} was answered {answer}");
    }

    private async Task<string> PostOnlyAsync(RawConnection connection, string kind, Person? to, string content, long? target)
    {
        var id = $"p-{++_posted}";
        var where = to is null ? "\"conversation\":\"lobby\"" : $"\"user\":\"{to.Id}\"";
        await connection.SendBytesAsync(Encoding.UTF8.GetBytes($$"""{"type":"post","id":"{{id}}",{{where}},"kind":"{{kind}}",{{(target is null ? "" : $"\"target\":{target},")}}"content":{{content}}}"""));
        return id;
    }

    private static async Task<ConversationListFrame> NextListAsync(RawConnection connection)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await connection.ReceiveBytesAsync(limit.Token) is { } bytes)
            if (bytes.Span.StartsWith("{\"type\":\"conversations\""u8))
                return JsonSerializer.Deserialize(bytes.Span, ProtocolJson.Wire.ConversationListFrame)!;
        throw new InvalidOperationException("The connection ended.");
    }
}
