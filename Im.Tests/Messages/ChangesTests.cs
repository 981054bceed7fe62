using Im.Core.Messages;
using Im.Protocol;

namespace Im.Tests.Messages;

/// <summary>What is new since the last time: nothing may be missed, whoever stored it and however long the commit took.</summary>
public sealed class ChangesTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task The_first_call_gives_a_mark_and_the_next_what_was_stored_since_on_any_node()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        await store.One.Messages.AppendAsync(StoreFixture.Direct(jenny, tom));
        var before = await store.Two.Messages.ReadChangesAsync(since: null);
        Assert.Empty(before.Conversations);

        await store.One.Messages.AppendAsync(StoreFixture.Direct(tom, jenny));
        await store.One.Messages.AppendAsync(StoreFixture.Direct(jenny, tom));
        var lobby = (await store.Two.Messages.AppendAsync(StoreFixture.ToLobby(jenny))).Message.Seq;
        var after = await store.Two.Messages.ReadChangesAsync(before.Mark);

        Assert.Equal(2, after.Conversations.Count);
        Assert.Contains(new ConversationChange(ConversationId.Lobby, lobby, lobby, null, null), after.Conversations);
        var direct = after.Conversations.Single(c => !c.Conversation.IsLobby);
        Assert.Equal((ConversationId.Direct(jenny.Id, tom.Id), 2, 3), (direct.Conversation, direct.FirstSeq, direct.LastSeq));
        Assert.Equal([jenny.Id, tom.Id], new[] { direct.User!.Value, direct.Peer!.Value }.OrderBy(id => id == tom.Id));
        Assert.Empty((await store.One.Messages.ReadChangesAsync(after.Mark)).Conversations);
    }

    [Fact]
    public async Task What_began_before_the_last_call_and_was_committed_after_it_is_not_missed()
    {
        var (jenny, tom, kim) = (await store.AddUserAsync(), await store.AddUserAsync(), await store.AddUserAsync());
        await store.One.Messages.AppendAsync(StoreFixture.Direct(jenny, tom));
        var mark = (await store.One.Messages.ReadChangesAsync(since: null)).Mark;

        var held = await store.LockAsync(ConversationId.Direct(jenny.Id, tom.Id));
        var slow = store.One.Messages.AppendAsync(StoreFixture.Direct(jenny, tom));
        while (await store.CountWaitingAsync() == 0)
            await Task.Delay(10);
        await store.Two.Messages.AppendAsync(StoreFixture.Direct(jenny, kim));
        var between = await store.Two.Messages.ReadChangesAsync(mark);
        Assert.Equal(ConversationId.Direct(jenny.Id, kim.Id), Assert.Single(between.Conversations).Conversation);
        await held.DisposeAsync();
        await slow;

        var after = await store.Two.Messages.ReadChangesAsync(between.Mark);
        Assert.Contains(after.Conversations, c => c.Conversation == ConversationId.Direct(jenny.Id, tom.Id) && c is { FirstSeq: 2, LastSeq: 2 });
    }

    [Fact]
    public async Task Rows_restored_from_another_server_are_not_taken_for_new()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        await store.One.Messages.AppendAsync(StoreFixture.Direct(jenny, tom));
        await store.Database.ScalarAsync<object>("UPDATE messages SET tx = '9000000000000000000' WHERE conversation_id = $1", ConversationId.Direct(jenny.Id, tom.Id).Value);
        var mark = (await store.One.Messages.ReadChangesAsync(since: null)).Mark;
        Assert.Empty((await store.One.Messages.ReadChangesAsync(mark)).Conversations);
    }
}
