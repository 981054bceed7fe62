using Im.Core.Messages;
using Im.Protocol;
using Im.Tests.Fixtures;

namespace Im.Tests.Messages;

/// <summary>What is new since the last time: nothing may be missed, whoever stored it and however long the commit took. That something comes twice is allowed.</summary>
public sealed class ChangesTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task The_first_call_gives_a_mark_and_the_next_what_was_stored_since_on_any_node()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        await store.One.Messages.AppendAsync(StoreFixture.Direct(jenny, tom));
        var mark = await QuietMarkAsync();

        await store.One.Messages.AppendAsync(StoreFixture.Direct(tom, jenny));
        await store.One.Messages.AppendAsync(StoreFixture.Direct(jenny, tom));
        var lobby = (await store.Two.Messages.AppendAsync(StoreFixture.ToLobby(jenny))).Message.Seq;
        var after = await store.Two.Messages.ReadChangesAsync(mark);

        Assert.Equal(2, after.Conversations.Count);
        Assert.Contains(new ConversationChange(ConversationId.Lobby, lobby, lobby, null, null), after.Conversations);
        var direct = after.Conversations.Single(c => !c.Conversation.IsLobby);
        Assert.Equal((ConversationId.Direct(jenny.Id, tom.Id), 2, 3), (direct.Conversation, direct.FirstSeq, direct.LastSeq));
        Assert.Equal([jenny.Id, tom.Id], new[] { direct.User!.Value, direct.Peer!.Value }.OrderBy(id => id == tom.Id));
    }

    [Fact]
    public async Task What_began_before_the_last_call_and_was_committed_after_it_is_not_missed()
    {
        var (jenny, tom, kim) = (await store.AddUserAsync(), await store.AddUserAsync(), await store.AddUserAsync());
        var (toTom, toKim) = (ConversationId.Direct(jenny.Id, tom.Id), ConversationId.Direct(jenny.Id, kim.Id));
        await store.One.Messages.AppendAsync(StoreFixture.Direct(jenny, tom));
        var mark = await QuietMarkAsync();

        Task<AppendResult> slow;
        EventChanges between;
        await using (await store.LockAsync(toTom))
        {
            slow = store.One.Messages.AppendAsync(StoreFixture.Direct(jenny, tom));
            await Eventually.TrueAsync(async () => await store.CountWaitingAsync() == 1);
            await store.Two.Messages.AppendAsync(StoreFixture.Direct(jenny, kim));
            between = await store.Two.Messages.ReadChangesAsync(mark);
            Assert.Equal(toKim, Assert.Single(between.Conversations).Conversation);
        }
        await slow;

        var after = await store.Two.Messages.ReadChangesAsync(between.Mark);
        Assert.Contains(after.Conversations, c => c.Conversation == toTom && c is { FirstSeq: 2, LastSeq: 2 });
    }

    [Fact]
    public async Task Rows_restored_from_another_server_are_not_taken_for_new()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        await store.One.Messages.AppendAsync(StoreFixture.Direct(jenny, tom));
        await store.Database.ScalarAsync<object>("UPDATE events SET tx = '9000000000000000000' WHERE conversation_id = $1", ConversationId.Direct(jenny.Id, tom.Id).Value);
        Assert.Empty((await store.One.Messages.ReadChangesAsync(await QuietMarkAsync())).Conversations);
    }

    /// <summary>A mark after which nothing of before comes again: other tests' transactions on the same server may hold an earlier one back for a moment.</summary>
    private async Task<ulong> QuietMarkAsync()
    {
        var changes = await store.One.Messages.ReadChangesAsync(since: null);
        await Eventually.TrueAsync(async () =>
        {
            changes = await store.One.Messages.ReadChangesAsync(changes.Mark);
            return changes.Conversations.Count == 0;
        });
        return changes.Mark;
    }
}
