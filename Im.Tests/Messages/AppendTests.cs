using Im.Core.Messages;
using Im.Protocol;
using Im.Tests.Fixtures;
using static Im.Tests.Messages.StoreFixture;

namespace Im.Tests.Messages;

public sealed class AppendTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task The_first_message_is_number_one_and_is_read_back_as_it_was_answered()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        var first = await store.One.Messages.AppendAsync(Direct(jenny, tom, "你好 👋"));
        var second = await store.Two.Messages.AppendAsync(Direct(tom, jenny));

        Assert.Equal((1L, 2L), (first.Message.Seq, second.Message.Seq));
        Assert.False(first.Duplicate);
        Assert.Equal([first.Message, second.Message], await store.ReadAllAsync(first.Message.Conversation));
        Assert.Equal(tom.Id, first.Message.To);
        Assert.Equal(2, (await store.One.Messages.GetHeadAsync(first.Message.Conversation)).LastSeq);
    }

    [Fact]
    public async Task The_same_id_again_on_any_node_is_answered_with_the_first_message_and_stored_once()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        var first = await store.One.Messages.AppendAsync(Direct(jenny, tom, "first", "id-1"));
        await store.One.Messages.AppendAsync(Direct(jenny, tom, "between"));
        var again = await store.Two.Messages.AppendAsync(Direct(jenny with { Nickname = "renamed" }, tom, "second", "id-1") with { At = 1, Node = "realtime-2" });

        Assert.Equal(new AppendResult(first.Event, Duplicate: true), again);
        Assert.Equal(2, (await store.ReadAllAsync(first.Message.Conversation)).Count);
    }

    [Fact]
    public async Task The_same_id_from_another_sender_or_in_another_conversation_is_another_message()
    {
        var users = await store.AddUsersAsync(3);
        var results = await Task.WhenAll(
            store.One.Messages.AppendAsync(Direct(users[0], users[1], id: "same")),
            store.One.Messages.AppendAsync(Direct(users[1], users[0], id: "same")),
            store.One.Messages.AppendAsync(Direct(users[0], users[2], id: "same")));
        Assert.All(results, result => Assert.False(result.Duplicate));
        Assert.Equal([1L, 2L, 1L], results.Select(result => result.Message.Seq));
    }

    [Fact]
    public async Task One_id_sent_many_times_at_once_on_both_nodes_is_stored_once()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        var results = await Task.WhenAll(Enumerable.Range(0, 400).Select(i =>
            (i % 2 == 0 ? store.One : store.Two).Messages.AppendAsync(Direct(jenny, tom, $"try {i}", $"id-{i % 40 / 2}"))));

        var stored = await store.ReadAllAsync(results[0].Message.Conversation);
        Assert.Equal(20, stored.Count);
        Assert.Equal(20, results.Count(result => !result.Duplicate));
        Assert.All(results, result => Assert.Equal(stored[(int)result.Message.Seq - 1], result.Message));
    }

    [Fact]
    public async Task Ten_thousand_messages_of_one_sender_keep_their_order()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        var appends = Enumerable.Range(1, 10_000).Select(i => store.One.Messages.AppendAsync(Direct(jenny, tom, $"{i}"))).ToList();
        var results = await Task.WhenAll(appends);
        Assert.All(results.Index(), result => Assert.Equal(result.Index + 1, result.Item.Message.Seq));
        var stored = await store.ReadAllAsync(results[0].Message.Conversation);
        Assert.Equal(Enumerable.Range(1, 10_000).Select(i => $"{i}"), stored.Select(message => message.Text));
    }

    [Fact]
    public async Task Two_nodes_writing_one_hot_conversation_leave_no_gap()
    {
        var jenny = await store.AddUserAsync();
        var before = (await store.One.Messages.GetHeadAsync(ConversationId.Lobby)).LastSeq;
        var results = await Task.WhenAll(Enumerable.Range(0, 5_000).Select(i => (i % 2 == 0 ? store.One : store.Two).Messages.AppendAsync(ToLobby(jenny))));
        Assert.Equal(Enumerable.Range(1, 5_000).Select(i => before + i), results.Select(result => result.Message.Seq).Order());
        await store.ReadAllAsync(ConversationId.Lobby);
    }

    [Fact]
    public async Task Two_nodes_writing_many_conversations_in_clashing_orders_neither_deadlock_nor_leave_gaps()
    {
        var users = await store.AddUsersAsync(9);
        var pairs = (from one in users from other in users where one.Id.CompareTo(other.Id) < 0 select (one, other)).ToList();
        var backwards = Enumerable.Reverse(pairs).ToList();
        await Task.WhenAll(
            Parallel.ForAsync(0, 100, async (_, _) => await Task.WhenAll(pairs.Select(pair => store.One.Messages.AppendAsync(Direct(pair.one, pair.other))))),
            Parallel.ForAsync(0, 100, async (_, _) => await Task.WhenAll(backwards.Select(pair => store.Two.Messages.AppendAsync(Direct(pair.other, pair.one))))));

        foreach (var (one, other) in pairs)
            Assert.Equal(200, (await store.ReadAllAsync(ConversationId.Direct(one.Id, other.Id))).Count);
        Assert.Equal(0, await store.Database.ScalarAsync<long>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"));
    }

    [Fact]
    public async Task Two_people_who_write_each_other_first_at_once_on_two_nodes_meet_in_one_conversation()
    {
        for (var round = 0; round < 50; round++)
        {
            var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
            var results = await Task.WhenAll(store.One.Messages.AppendAsync(Direct(jenny, tom)), store.Two.Messages.AppendAsync(Direct(tom, jenny)));
            Assert.Equal([1L, 2L], results.Select(result => result.Message.Seq).Order());
            var conversation = results[0].Message.Conversation;
            Assert.Equal(2, await store.Database.ScalarAsync<long>("SELECT count(*) FROM members WHERE conversation_id = $1", conversation.Value));
            Assert.Equal(tom.Id, await store.One.Conversations.FindPeerAsync(conversation, jenny.Id));
            Assert.Equal(jenny.Id, await store.One.Conversations.FindPeerAsync(conversation, tom.Id));
        }
    }

    [Fact]
    public async Task A_user_can_write_to_themselves()
    {
        var jenny = await store.AddUserAsync();
        var note = (await store.One.Messages.AppendAsync(Direct(jenny, jenny, "buy tea"))).Message;
        Assert.Equal([note], await store.ReadAllAsync(note.Conversation));
        Assert.Equal(jenny.Id, await store.One.Conversations.FindPeerAsync(note.Conversation, jenny.Id));
    }

    [Fact]
    public async Task A_message_that_cannot_be_stored_fails_alone()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        var good = Enumerable.Range(0, 20).Select(_ => Direct(jenny, tom)).ToList();
        var before = good.Take(10).Select(message => store.One.Messages.AppendAsync(message)).ToList();
        var poisoned = store.One.Messages.AppendAsync(Direct(jenny, tom, id: "nul \0 character"));
        var after = good.Skip(10).Select(message => store.One.Messages.AppendAsync(message)).ToList();

        await Assert.ThrowsAsync<MessageRejectedException>(() => poisoned);
        await Task.WhenAll(before.Concat(after));
        Assert.Equal(good.Select(message => message.ClientId), (await store.ReadAllAsync(good[0].Conversation)).Select(message => message.Id));
    }

    [Fact]
    public async Task A_message_to_somebody_without_an_account_is_rejected_and_leaves_nothing_behind()
    {
        var jenny = await store.AddUserAsync();
        var nobody = new UserInfo(Guid.NewGuid(), "nobody", "");
        await Assert.ThrowsAsync<MessageRejectedException>(() => store.One.Messages.AppendAsync(Direct(jenny, nobody)));
        Assert.Equal(0, await store.Database.ScalarAsync<long>("SELECT count(*) FROM conversations WHERE id = $1", ConversationId.Direct(jenny.Id, nobody.Id).Value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_batch_numbers_each_conversation_for_itself_and_makes_its_members(bool withOneThatIsStoredAlready)
    {
        var (jenny, tom, ann) = (await store.AddUserAsync(), await store.AddUserAsync(), await store.AddUserAsync());
        var (again, nobody) = (ToLobby(ann), new UserInfo(Guid.NewGuid(), "nobody", ""));
        var stored = await store.One.Messages.AppendAsync(again);
        var (lobby, first, batch) = ((await store.One.Messages.GetHeadAsync(ConversationId.Lobby)).LastLine, (Task<AppendResult>?)null, new List<Task<AppendResult>>());
        await using (await store.LockAsync(ConversationId.Lobby))
        {
            first = store.One.Messages.AppendAsync(ToLobby(jenny)); // what comes while it waits is one batch
            await Eventually.TrueAsync(async () => await store.CountWaitingAsync() == 1);
            NewEvent[] events = [Direct(jenny, tom), ToLobby(tom), Direct(tom, jenny), Direct(ann, jenny), Direct(jenny, tom), ToLobby(tom), Direct(ann, jenny)];
            batch.AddRange(events.Select(added => store.One.Messages.AppendAsync(added)));
            if (withOneThatIsStoredAlready)
                batch.AddRange(store.One.Messages.AppendAsync(again), store.One.Messages.AppendAsync(Direct(jenny, nobody)));
        }
        await first;
        var results = await Task.WhenAll(batch.Take(7));
        Assert.Equal([1, lobby + 2, 2, 1, 3, lobby + 3, 2], results.Select(result => result.Message.Seq));
        Assert.All(results, result => Assert.False(result.Duplicate));
        if (withOneThatIsStoredAlready)
        {
            Assert.Equal((stored.Message.Seq, true), ((await batch[7]).Message.Seq, (await batch[7]).Duplicate));
            await Assert.ThrowsAsync<MessageRejectedException>(() => batch[8]);
        }
        Assert.Equal([(tom.Id, 3L, 0L), (ann.Id, 2L, 2L)], from one in await store.One.Conversations.ListAsync(jenny.Id) where one.Peer is not null orderby one.LastLine descending select (one.Peer!.Id, one.LastLine, one.Unread));
        Assert.Equal([(jenny.Id, 3L, 1L)], from one in await store.Two.Conversations.ListAsync(tom.Id) where one.Peer is not null select (one.Peer!.Id, one.LastLine, one.Unread));
        Assert.Equal([(jenny.Id, 2L, 0L)], from one in await store.Two.Conversations.ListAsync(ann.Id) where one.Peer is not null select (one.Peer!.Id, one.LastLine, one.Unread));
        Assert.Equal(lobby + 3, (await store.One.Conversations.ListAsync(tom.Id)).Single(one => one.Conversation.IsLobby).ReadLine);
    }

    [Fact]
    public async Task A_message_belongs_to_the_lobby_or_to_the_conversation_of_its_sender_and_recipient()
    {
        var jenny = await store.AddUserAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => store.One.Messages.AppendAsync(Direct(jenny, jenny) with { To = Guid.NewGuid() }));
        await Assert.ThrowsAsync<ArgumentException>(() => store.One.Messages.AppendAsync(ToLobby(jenny) with { To = jenny.Id }));
        await Assert.ThrowsAsync<ArgumentException>(() => store.One.Messages.AppendAsync(Direct(jenny, jenny) with { To = null }));
    }
}
