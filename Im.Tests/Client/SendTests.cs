using System.Text;
using System.Text.Json;
using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Messages;

namespace Im.Tests.Client;

public sealed class SendTests : ClientTest
{
    [Fact]
    public async Task A_send_returns_its_ack()
    {
        var (client, side) = await ConnectAsync(Jenny);
        var sending = client.SendAsync(ChatTarget.Lobby, "你好 👋", id: "my-own-id");
        var sent = await side.ExpectAsync<PostFrame>();
        Assert.Equal(new PostFrame { Id = "my-own-id", Conversation = ConversationId.Lobby, Kind = "text", Content = Texts.ContentOf("你好 👋") }, sent);
        await side.SendAsync(new AckFrame(ConversationId.Lobby, 42) { Id = sent.Id, Line = 40, At = 7, Duplicate = true });
        Assert.Equal(new AckFrame(ConversationId.Lobby, 42) { Id = "my-own-id", Line = 40, At = 7, Duplicate = true }, await sending.WaitAsync(Bounded.Time));
    }

    [Fact]
    public async Task What_was_not_acked_is_sent_again_on_the_next_connection_with_the_same_ids_in_order()
    {
        var (client, side) = await ConnectAsync(Jenny);
        var sending = Enumerable.Range(1, 3).Select(i => client.SendAsync(ChatTarget.Lobby, $"第 {i} 条")).ToList();
        var first = await side.AckAsync(1);
        var unknown = await side.ExpectAsync<PostFrame>();
        side.Abort();

        var other = await ReconnectedAsync(client, Jenny);
        var again = await other.ExpectAsync<PostFrame>();
        Assert.Equal(unknown, again);
        await other.SendAsync(new AckFrame(ConversationId.Lobby, 2) { Id = again.Id, Duplicate = true });
        var third = await other.AckAsync(3);
        Assert.Equal([1, 2, 3], (await Task.WhenAll(sending).WaitAsync(Bounded.Time)).Select(ack => ack.Seq));
        Assert.Equal(["第 1 条", "第 2 条", "第 3 条"], [first.Content.Text, again.Content.Text, third.Content.Text]);
        Assert.Equal(3, new[] { first.Id, again.Id, third.Id }.Distinct().Count());
    }

    [Fact]
    public async Task What_is_sent_while_there_is_no_connection_waits_for_the_next()
    {
        var (client, side) = await ConnectAsync(Jenny);
        side.Abort();
        await Bounded.UntilAsync(() => client.State == ConnectionState.Reconnecting, "lost");
        var sending = client.SendAsync(ChatTarget.Lobby, "from the train");
        Assert.Equal("from the train", (await (await ReconnectedAsync(client, Jenny)).AckAsync(5)).Content.Text);
        Assert.Equal(5, (await sending.WaitAsync(Bounded.Time)).Seq);
    }

    [Theory]
    [InlineData(ErrorCodes.Busy)]
    [InlineData(ErrorCodes.SlowDown)]
    [InlineData(ErrorCodes.Unavailable)]
    [InlineData(ErrorCodes.Internal)]
    public async Task An_error_that_passes_is_waited_out_and_the_same_id_sent_again(string code)
    {
        var (client, side) = await ConnectAsync(Jenny);
        var sending = client.SendAsync(ChatTarget.Lobby, "first");
        var later = client.SendAsync(ChatTarget.Lobby, "second");
        var refused = await side.ExpectAsync<PostFrame>();
        await side.SendAsync(new ErrorFrame(code, "not now") { Id = refused.Id, RetryAfterMs = 1_000 });

        var again = side.ExpectAsync<PostFrame>();
        Assert.InRange(await Clock.PassUntilAsync(again), TimeSpan.FromMilliseconds(1_000), TimeSpan.FromMilliseconds(1_400));
        Assert.Equal(refused, await again);
        await side.SendAsync(new AckFrame(ConversationId.Lobby, 1) { Id = refused.Id });
        await side.AckAsync(2);
        Assert.Equal([1, 2], (await Task.WhenAll(sending, later).WaitAsync(Bounded.Time)).Select(ack => ack.Seq));
    }

    [Fact]
    public async Task A_refusal_for_a_while_is_one_pause_for_all_messages_in_whichever_conversation()
    {
        var (client, side) = await ConnectAsync(Jenny);
        var toTom = client.SendAsync(Tom.Id, "first");
        var refused = await side.ExpectAsync<PostFrame>();
        await side.SendAsync(new ErrorFrame(ErrorCodes.Unavailable, "not now") { Id = refused.Id, RetryAfterMs = 3_000 });
        var again = side.ExpectAsync<PostFrame>();
        await Task.WhenAny(again, Task.Delay(200)); // the refusal is there
        var toLobby = client.SendAsync(ChatTarget.Lobby, "second");
        Assert.InRange(await Clock.PassUntilAsync(again), TimeSpan.FromMilliseconds(2_900), TimeSpan.FromMilliseconds(3_600));
        var other = await side.ExpectAsync<PostFrame>();
        foreach (var frame in (PostFrame[])[await again, other])
            await side.SendAsync(new AckFrame(ConversationId.Lobby, 1) { Id = frame.Id });
        await Task.WhenAll(toTom, toLobby).WaitAsync(Bounded.Time);
    }

    [Fact]
    public async Task At_most_32_messages_are_under_way_however_many_conversations_wait()
    {
        var (client, side) = await ConnectAsync(Jenny);
        var sends = Enumerable.Range(0, 40).Select(i => client.SendAsync(Guid.NewGuid(), $"text {i}")).ToArray();
        var first = new List<PostFrame>();
        for (var i = 0; i < ProtocolLimits.MaxUnackedSends; i++)
            first.Add(await side.ExpectAsync<PostFrame>());
        var next = side.ExpectAsync<PostFrame>();
        Assert.NotSame(next, await Task.WhenAny(next, Task.Delay(200)));
        await side.SendAsync(new AckFrame(ConversationId.Lobby, 1) { Id = first[0].Id });
        await next.WaitAsync(Bounded.Time);
        await client.DisconnectAsync();
        await Assert.ThrowsAsync<ImException>(() => Task.WhenAll(sends));
    }

    [Fact]
    public async Task The_nodes_own_fault_is_not_waited_out_for_ever()
    {
        var (client, side) = await ConnectAsync(Jenny);
        var sending = client.SendAsync(ChatTarget.Lobby, "cursed");
        for (var i = 0; i < 5; i++)
        {
            var sent = side.ExpectAsync<PostFrame>();
            await Clock.PassUntilAsync(sent);
            await side.SendAsync(new ErrorFrame(ErrorCodes.Internal, "in the log") { Id = (await sent).Id, RetryAfterMs = 100 });
        }
        Assert.Equal(ErrorCodes.Internal, (await Assert.ThrowsAsync<ImException>(() => sending).WaitAsync(Bounded.Time)).Code);
    }

    [Fact]
    public async Task A_final_error_is_thrown_with_its_code_and_the_next_message_goes_on()
    {
        var (client, side) = await ConnectAsync(Jenny);
        var refused = client.SendAsync(Tom.Id, "hello?");
        var next = client.SendAsync(Direct, "still there?");
        var sent = await side.ExpectAsync<PostFrame>();
        Assert.Equal(Tom.Id, sent.User);
        await side.SendAsync(new ErrorFrame(ErrorCodes.NotFound, "no such user") { Id = sent.Id });
        Assert.Equal(ErrorCodes.NotFound, (await Assert.ThrowsAsync<ImException>(() => refused).WaitAsync(Bounded.Time)).Code);
        await side.AckAsync(1);
        await next.WaitAsync(Bounded.Time);
    }

    [Fact]
    public async Task Without_an_answer_within_10_s_the_same_id_is_sent_again()
    {
        var (client, side) = await ConnectAsync(Jenny);
        var sending = client.SendAsync(ChatTarget.Lobby, "hello?");
        var sent = await side.ExpectAsync<PostFrame>();
        var again = side.ExpectAsync<PostFrame>();
        Assert.InRange(await Clock.PassUntilAsync(again, TimeSpan.FromMilliseconds(500)), TimeSpan.FromSeconds(9.5), TimeSpan.FromSeconds(11));
        Assert.Equal(sent, await again);
        await side.SendAsync(new AckFrame(ConversationId.Lobby, 1) { Id = sent.Id, Duplicate = true });
        await sending.WaitAsync(Bounded.Time);
    }

    [Fact]
    public async Task Messages_to_different_conversations_do_not_wait_for_each_other()
    {
        var (client, side) = await ConnectAsync(Jenny);
        var lobby = client.SendAsync(ChatTarget.Lobby, "to all");
        var direct = client.SendAsync(Tom.Id, "to you");
        var sent = new[] { await side.ExpectAsync<PostFrame>(), await side.ExpectAsync<PostFrame>() };
        foreach (var frame in sent.Reverse())
            await side.SendAsync(new AckFrame(frame.Conversation ?? Direct, 1) { Id = frame.Id });
        await Task.WhenAll(lobby, direct).WaitAsync(Bounded.Time);
    }

    [Fact]
    public async Task A_cancelled_send_lets_the_next_one_through()
    {
        var (client, side) = await ConnectAsync(Jenny);
        using var cancel = new CancellationTokenSource();
        var first = client.SendAsync(ChatTarget.Lobby, "first");
        var second = client.SendAsync(ChatTarget.Lobby, "second", cancellationToken: cancel.Token);
        var third = client.SendAsync(ChatTarget.Lobby, "third");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal("first", (await side.AckAsync(1)).Content.Text);
        Assert.Equal("third", (await side.AckAsync(2)).Content.Text);
        await Task.WhenAll(first, third).WaitAsync(Bounded.Time);
    }

    [Fact]
    public async Task No_more_than_the_limit_wait_for_their_ack()
    {
        var client = NewClient(pending: 2);
        var (_, side) = await ConnectAsync(Jenny, client: client);
        var waiting = new[] { client.SendAsync(ChatTarget.Lobby, "1"), client.SendAsync(Tom.Id, "2") };
        Assert.Equal(ImCodes.QueueFull, (await Assert.ThrowsAsync<ImException>(() => client.SendAsync(ChatTarget.Lobby, "3"))).Code);
        await side.AckAsync(1);
        await side.AckAsync(1);
        await Task.WhenAll(waiting).WaitAsync(Bounded.Time);
        var next = client.SendAsync(ChatTarget.Lobby, "4");
        await side.AckAsync(2);
        await next.WaitAsync(Bounded.Time);
    }

    [Fact]
    public async Task What_a_node_would_refuse_never_leaves()
    {
        var (client, side) = await ConnectAsync(Jenny);
        (string Text, string Code)[] refused =
        [
            ("", ErrorCodes.TextEmpty), (" \n", ErrorCodes.TextEmpty), ("a\0b", ErrorCodes.TextInvalid), ("half \uD83D", ErrorCodes.TextInvalid), (new('字', 10_001), ErrorCodes.TextTooLong),
        ];
        foreach (var (text, code) in refused)
            Assert.Equal(code, (await Assert.ThrowsAsync<ImException>(() => client.SendAsync(ChatTarget.Lobby, text))).Code);
        await Assert.ThrowsAsync<ArgumentException>(() => client.SendAsync(ChatTarget.Lobby, "hi", id: new('x', 65)));
        var longest = client.SendAsync(ChatTarget.Lobby, new('字', 10_000));
        Assert.Equal(10_000, (await side.AckAsync(1)).Content.Text.Length);
        await longest.WaitAsync(Bounded.Time);
    }

    [Fact]
    public async Task Each_kind_goes_out_as_its_post()
    {
        var (client, side) = await ConnectAsync(Jenny);
        (Task<AckFrame> Posting, string Kind, long? Target, string Content)[] posts =
        [
            (client.SendAsync(Direct, "yes", replyTo: 3, mentions: [Tom.Id], all: true), "text", 3, $$"""{"text":"yes","mentions":["{{Tom.Id}}"],"all":true}"""),
            (client.EditAsync(Direct, 4, "no", mentions: [Tom.Id]), "edit", 4, $$"""{"text":"no","mentions":["{{Tom.Id}}"]}"""),
            (client.RecallAsync(Direct, 5), "recall", 5, "{}"),
            (client.RecallAsync(Direct, 5, "a slip"), "recall", 5, """{"reason":"a slip"}"""),
            (client.ReactAsync(Direct, 6, ["👍"]), "reaction", 6, """{"keys":["👍"]}"""),
            (client.PollAsync(Direct, new("Tea?", ["yes", "no"], Many: true)), "poll", null, """{"question":"Tea?","options":["yes","no"],"many":true}"""),
            (client.VoteAsync(Direct, 7, [1]), "vote", 7, """{"choices":[1]}"""),
            (client.PostAsync(Direct, "checklist", new("""{"items":[]}"""u8.ToArray())), "checklist", null, """{"items":[]}"""),
        ];
        foreach (var (posting, kind, target, content) in posts) // one after the other, as they are of one conversation
        {
            var sent = await side.AckAsync(8);
            Assert.Equal((Direct, kind, target), (sent.Conversation!.Value, sent.Kind, sent.Target));
            Assert.True(JsonElement.DeepEquals(JsonElement.Parse(content), JsonElement.Parse(sent.Content.Utf8.Span)), Encoding.UTF8.GetString(sent.Content.Utf8.Span));
            await posting.WaitAsync(Bounded.Time);
        }
    }

    [Theory]
    [InlineData("text", "[1]", ErrorCodes.BadFrame)]
    [InlineData("text", "{\"text\":", ErrorCodes.BadJson)]
    [InlineData("text", "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":1}}}}}}}}", ErrorCodes.BadJson)]
    [InlineData("text", "a hundred thousand bytes", ErrorCodes.BadContent)]
    public async Task What_would_be_no_frame_or_close_the_connection_never_leaves(string kind, string content, string code)
    {
        var (client, side) = await ConnectAsync(Jenny);
        var json = content.StartsWith('a') ? JsonSerializer.SerializeToUtf8Bytes(new { text = new string('x', 100_000) }) : Encoding.UTF8.GetBytes(content);
        Assert.Equal(code, (await Assert.ThrowsAsync<ImException>(() => client.PostAsync(ChatTarget.Lobby, kind, new(json))).WaitAsync(Bounded.Time)).Code);
        var next = client.SendAsync(ChatTarget.Lobby, "next");
        Assert.Equal("next", (await side.AckAsync(1)).Content.Text);
        await next.WaitAsync(Bounded.Time);
    }

    [Fact]
    public async Task Without_connect_a_send_says_so() =>
        Assert.Equal(ImCodes.Closed, (await Assert.ThrowsAsync<ImException>(() => NewClient().SendAsync(ChatTarget.Lobby, "hi"))).Code);

    [Fact]
    public async Task Questions_are_answered_over_a_reconnect_and_give_up_after_30_s()
    {
        var (client, side) = await ConnectAsync(Jenny);
        var asking = client.LinesAsync(Tom.Id, before: 9, limit: 2);
        await side.ExpectAsync<LinesRequest>();
        side.Abort();
        var other = await ReconnectedAsync(client, Jenny);
        var asked = await other.ExpectAsync<LinesRequest>();
        Assert.Equal((Tom.Id, 9L, null, 2), (asked.User, asked.Before, asked.After, asked.Limit));
        await other.SendAsync(new LinesFrame(Direct, Stored(8, 2, Direct), [], 12, 10, true) { Id = asked.Id });
        Assert.Equal([8, 9], (await asking.WaitAsync(Bounded.Time)).Lines.Select(line => line.Seq));

        var reading = client.MarkReadAsync(Direct, 8);
        var read = await other.ExpectAsync<ReadLineRequest>();
        await other.SendAsync(new AckFrame(Direct, 8) { Id = read.Id, Line = 8 });
        Assert.Equal(8, await reading.WaitAsync(Bounded.Time));

        other.Abort();
        Node.RefuseWith = 503;
        var unanswered = client.ConversationsAsync();
        Assert.InRange(await Clock.PassUntilAsync(Task.WhenAny(unanswered), TimeSpan.FromSeconds(1)), TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(32));
        Assert.Equal(ImCodes.Timeout, (await Assert.ThrowsAsync<ImException>(() => unanswered)).Code);
    }
}
