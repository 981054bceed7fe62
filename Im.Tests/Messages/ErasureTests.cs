using Im.Core.Accounts;
using Im.Core.Messages;
using Im.Protocol;
using Im.Tests.Fixtures;
using static Im.Tests.Messages.StoreFixture;

namespace Im.Tests.Messages;

/// <summary>An account is deleted while it writes: when that is done nothing of its owner's is stored, nor can be, and no place in a sequence is missing.</summary>
public sealed class ErasureTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_message_that_was_being_stored_when_the_account_was_deleted_is_erased_too(bool onOtherNode)
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        var node = onOtherNode ? store.Two : store.One;
        var talk = (await node.Messages.AppendAsync(Direct(jenny, tom, "before"))).Message.Conversation;
        Task<AppendResult> underWay;
        Task erasing;
        await using (await store.LockAsync(talk))
        {
            underWay = node.Messages.AppendAsync(Direct(jenny, tom, "under way"));
            await Eventually.TrueAsync(async () => await store.CountWaitingAsync() == 1);
            erasing = store.One.Accounts.EraseAsync(jenny.Id, removeMessages: true);
            await Eventually.TrueAsync(async () => erasing.IsCompleted || await IsMarkedAsync(jenny));
            Assert.False(erasing.IsCompleted); // it waits for what may still store
        }
        await underWay;
        await erasing;
        Assert.Equal([("", IAccountData.ErasedNickname), ("", IAccountData.ErasedNickname)], (await store.ReadAllAsync(talk)).Select(message => (message.Text, message.From.Nickname)));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Whoever_goes_on_sending_on_both_nodes_leaves_neither_nickname_nor_text(bool removeMessages)
    {
        var (jenny, tom, ann) = (await store.AddUserAsync(), await store.AddUserAsync(), await store.AddUserAsync());
        UserInfo[] peers = [tom, ann];
        var sent = 0;
        var senders = Enumerable.Range(0, 16).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                var node = (sender + i) % 2 == 0 ? store.One : store.Two;
                try
                {
                    await node.Messages.AppendAsync(sender % 4 == 0 ? ToLobby(jenny, "said by Jenny") : Direct(jenny, peers[sender % 2], "said by Jenny"));
                    Interlocked.Increment(ref sent);
                }
                catch (MessageRejectedException)
                {
                    return i;
                }
            }
            return -1;
        })).ToArray();
        await Eventually.TrueAsync(() => Volatile.Read(ref sent) > 100);

        await store.One.Accounts.EraseAsync(jenny.Id, removeMessages);
        Assert.Equal(0, await CountLeftAsync(jenny, removeMessages));
        Assert.All(await Task.WhenAll(senders), stoppedAt => Assert.True(stoppedAt >= 0, "a sender was never refused"));
        Assert.Equal(0, await CountLeftAsync(jenny, removeMessages));
        Assert.Equal(sent, await store.Database.ScalarAsync<long>("SELECT count(*) FROM events WHERE sender_id = $1 AND line IS NOT NULL", jenny.Id)); // every place stays
        await store.ReadAllAsync(ConversationId.Direct(jenny.Id, tom.Id));
        await store.ReadAllAsync(ConversationId.Direct(jenny.Id, ann.Id));
    }

    [Fact]
    public async Task A_batch_with_a_deleted_sender_stores_everybody_elses_without_a_gap()
    {
        var (jenny, tom, ann) = (await store.AddUserAsync(), await store.AddUserAsync(), await store.AddUserAsync());
        var talk = (await store.One.Messages.AppendAsync(Direct(jenny, tom, "before"))).Message.Conversation;
        await store.One.Accounts.EraseAsync(jenny.Id, removeMessages: true);
        List<Task<AppendResult>> appends;
        await using (await store.LockAsync(ConversationId.Lobby)) // so that what follows is one batch
        {
            var first = store.Two.Messages.AppendAsync(ToLobby(ann, "first"));
            await Eventually.TrueAsync(async () => await store.CountWaitingAsync() == 1);
            appends = [first, .. Enumerable.Range(0, 20).Select(i => store.Two.Messages.AppendAsync(i % 2 == 0 ? ToLobby(jenny, "from nobody") : ToLobby(ann, $"{i}")))];
        }
        for (var i = 0; i < 20; i++)
            if (i % 2 == 0)
                await Assert.ThrowsAsync<MessageRejectedException>(() => appends[i + 1]);
            else
                await appends[i + 1];
        await store.ReadAllAsync(ConversationId.Lobby);
        await Assert.ThrowsAsync<MessageRejectedException>(() => store.Two.Messages.AppendAsync(Direct(jenny, tom, "after")));
        Assert.Single(await store.ReadAllAsync(talk));
    }

    [Fact]
    public async Task The_same_message_sent_again_after_the_deletion_is_the_first_one_without_its_text()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        await store.One.Messages.AppendAsync(Direct(jenny, tom, "once", "same"));
        await store.One.Accounts.EraseAsync(jenny.Id, removeMessages: true);
        var again = await store.Two.Messages.AppendAsync(Direct(jenny, tom, "once", "same"));
        Assert.Equal((true, "", IAccountData.ErasedNickname), (again.Duplicate, again.Message.Text, again.Message.From.Nickname));
    }

    [Fact]
    public async Task A_deletion_that_failed_half_way_lets_nothing_be_stored_and_can_be_asked_for_again()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        var talk = (await store.One.Messages.AppendAsync(Direct(jenny, tom, "before"))).Message.Conversation;
        await using (await store.LockAsync(talk))
        {
            var underWay = store.Two.Messages.AppendAsync(Direct(jenny, tom, "under way"));
            await Eventually.TrueAsync(async () => await store.CountWaitingAsync() == 1);
            using var givingUp = new CancellationTokenSource();
            var erasing = store.One.Accounts.EraseAsync(jenny.Id, removeMessages: true, givingUp.Token);
            await Eventually.TrueAsync(() => IsMarkedAsync(jenny));
            await givingUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => erasing);
        }
        await Assert.ThrowsAsync<MessageRejectedException>(() => store.One.Messages.AppendAsync(Direct(jenny, tom, "after")));
        await store.Two.Accounts.EraseAsync(jenny.Id, removeMessages: true);
        Assert.All(await store.ReadAllAsync(talk), message => Assert.Equal("", message.Text));
    }

    [Fact]
    public async Task Senders_of_other_accounts_are_not_held_up_by_a_deletion_that_waits()
    {
        var (jenny, tom, ann) = (await store.AddUserAsync(), await store.AddUserAsync(), await store.AddUserAsync());
        var talk = (await store.One.Messages.AppendAsync(Direct(jenny, tom, "before"))).Message.Conversation;
        Task erasing;
        await using (await store.LockAsync(talk))
        {
            _ = store.One.Messages.AppendAsync(Direct(jenny, tom, "under way"));
            await Eventually.TrueAsync(async () => await store.CountWaitingAsync() == 1);
            erasing = store.One.Accounts.EraseAsync(jenny.Id, removeMessages: true);
            await Eventually.TrueAsync(() => IsMarkedAsync(jenny));
            for (var i = 0; i < 20; i++)
                await store.Two.Messages.AppendAsync(Direct(ann, tom, "hello")).WaitAsync(TimeSpan.FromSeconds(20));
            Assert.False(erasing.IsCompleted);
        }
        await erasing;
    }

    private Task<bool> IsMarkedAsync(UserInfo user) => store.Database.ScalarAsync<bool>("SELECT erasing_at IS NOT NULL FROM users WHERE id = $1", user.Id);

    private Task<long> CountLeftAsync(UserInfo user, bool texts) => store.Database.ScalarAsync<long>(
        "SELECT count(*) FROM events WHERE sender_id = $1 AND (sender_nickname <> $2 OR $3 AND content IS NOT NULL AND effect IS DISTINCT FROM 0)", user.Id, IAccountData.ErasedNickname, texts);
}
