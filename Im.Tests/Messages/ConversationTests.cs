using Im.Core.Messages;
using Im.Protocol;
using static Im.Tests.Messages.StoreFixture;

namespace Im.Tests.Messages;

public sealed class ConversationTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task A_long_last_message_is_shown_with_its_beginning()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        await store.One.Messages.AppendAsync(StoreFixture.Direct(tom, jenny, new string('界', 300) + "🍵"));
        Assert.Equal(new string('界', 256), (await store.Two.Conversations.ListAsync(jenny.Id)).Single(c => c.Peer?.Id == tom.Id).Last!.Content?.Text);
    }

    [Fact]
    public async Task The_list_has_the_lobby_and_the_users_own_conversations_newest_first_with_peer_last_message_and_unread()
    {
        var users = await store.AddUsersAsync(4);
        var (jenny, tom, ann, stranger) = (users[0], users[1], users[2], users[3]);
        await store.One.Messages.AppendAsync(ToLobby(tom) with { At = 1_000 });
        await store.One.Messages.AppendAsync(Direct(tom, jenny) with { At = 1_795_000_002_000 });
        var fromTom = (await store.One.Messages.AppendAsync(Direct(tom, jenny, "the last") with { At = 1_795_000_003_000 })).Event;
        var toAnn = (await store.One.Messages.AppendAsync(Direct(jenny, ann) with { At = 1_795_000_004_000 })).Event;
        await store.One.Messages.AppendAsync(Direct(tom, stranger) with { At = 1_795_000_005_000 });

        var list = await store.Two.Conversations.ListAsync(jenny.Id);
        Assert.Equal(["direct", "direct", "lobby"], list.Select(summary => summary.Kind));
        Assert.Equal(new(toAnn.Conversation, "direct", LastSeq: 1, LastLine: 1, ReadLine: 1, Unread: 0) { Peer = ann, Last = toAnn }, list[0]);
        Assert.Equal(new(fromTom.Conversation, "direct", LastSeq: 2, LastLine: 2, ReadLine: 0, Unread: 2) { Peer = tom, PeerReadLine = 2, Last = fromTom, Stranger = true }, list[1]);
        Assert.Equal(jenny.Id, list[1].Last!.To);
        Assert.Null(list[2].Peer);
        Assert.Equal(list[2].LastSeq, list[2].Unread);
    }

    [Fact]
    public async Task A_guest_sees_the_lobby_alone_with_nothing_unread()
    {
        await store.One.Messages.AppendAsync(ToLobby(await store.AddUserAsync()));
        var lobby = Assert.Single(await store.One.Conversations.ListAsync(null));
        Assert.Equal(ConversationId.Lobby, lobby.Conversation);
        Assert.Equal(0, lobby.Unread);
        Assert.Equal(lobby.LastSeq, lobby.Last!.Seq);
    }

    [Fact]
    public async Task The_list_ends_at_a_hundred_and_the_lobby_is_always_on_it()
    {
        var jenny = await store.AddUserAsync();
        var others = await store.AddUsersAsync(105);
        await Task.WhenAll(others.Select((other, i) => store.One.Messages.AppendAsync(Direct(other, jenny) with { At = 1_800_000_000_000 + i })));
        var list = await store.One.Conversations.ListAsync(jenny.Id);
        Assert.Equal(ProtocolLimits.MaxConversations, list.Count);
        Assert.Contains(list, summary => summary.Conversation.IsLobby);
        Assert.Equal(others[^1], list[0].Peer);
    }

    [Fact]
    public async Task Page_by_page_every_conversation_is_reached_once_and_the_total_counts_them_all()
    {
        var jenny = await store.AddUserAsync();
        var others = await store.AddUsersAsync(230);
        await Task.WhenAll(others.Select((other, i) => store.One.Messages.AppendAsync(Direct(other, jenny) with { At = 1_800_000_000_000 + (i / 2) }))); // two of each moment
        var (pages, total) = await ReadPagesAsync(jenny);

        Assert.Equal([100, 100, 31], pages.Select(page => page.Count));
        Assert.Equal(others.Select(other => other.Id).Order(), pages.SelectMany(page => page).Where(summary => summary.Peer is not null).Select(summary => summary.Peer!.Id).Order());
        Assert.True(Assert.Single(pages[0], summary => summary.Peer is null).Conversation.IsLobby);
        // Requests do not count, but for those who know none; what is accepted does.
        Assert.Equal(pages[0].Single(summary => summary.Conversation.IsLobby).Unread, total);
        Assert.Equal(pages.SelectMany(page => page).Sum(summary => summary.Unread), (await store.Two.Conversations.ListPageAsync(jenny.Id, null, rooms: false)).Unread);
        await store.One.Messages.AppendAsync(Direct(jenny, others[7]));
        await store.One.Messages.AppendAsync(Direct(others[7], jenny));
        Assert.Equal(total + 1, (await store.Two.Conversations.ListPageAsync(jenny.Id, null)).Unread);
    }

    [Fact]
    public async Task Strangers_push_no_conversation_out_in_which_one_has_written()
    {
        var (jenny, friend) = (await store.AddUserAsync(), await store.AddUserAsync());
        await store.One.Messages.AppendAsync(Direct(jenny, friend) with { At = 1_700_000_000_000 });
        var strangers = await store.AddUsersAsync(120);
        await Task.WhenAll(strangers.Select((other, i) => store.Two.Messages.AppendAsync(Direct(other, jenny) with { At = 1_800_000_000_000 + i })));
        var list = await store.One.Conversations.ListAsync(jenny.Id);
        Assert.Equal((friend, null), (list[0].Peer, list[0].Stranger));
        Assert.All(list.Skip(1).Where(summary => summary.Peer is not null), summary => Assert.True(summary.Stranger));

        var answered = strangers[0]; // the one who stands last
        await store.One.Messages.AppendAsync(Direct(jenny, answered) with { At = 1_800_000_001_000 });
        Assert.Equal([answered, friend], (await store.One.Conversations.ListAsync(jenny.Id)).Take(2).Select(summary => summary.Peer));
        await store.Two.Messages.AppendAsync(Direct(friend, jenny) with { At = 1_800_000_002_000 }); // and it stays that way, whoever writes next
        Assert.Equal([friend, answered], (await store.One.Conversations.ListAsync(jenny.Id)).Take(2).Select(summary => summary.Peer));
    }

    [Fact]
    public async Task A_guests_list_has_one_page_and_nothing_unread()
    {
        await store.One.Messages.AppendAsync(ToLobby(await store.AddUserAsync()));
        var page = await store.One.Conversations.ListPageAsync(null, null);
        Assert.Equal((1, null, 0L), (page.Conversations.Count, page.Next, page.Unread));
    }

    [Fact]
    public async Task A_cursor_shows_nobody_elses_conversations()
    {
        var users = await store.AddUsersAsync(3);
        var said = (await store.One.Messages.AppendAsync(Direct(users[0], users[1]))).Message;
        Assert.Empty((await store.One.Conversations.ListPageAsync(users[2].Id, new(true, long.MaxValue / 1_000_000, said.Conversation))).Conversations);
    }

    [Theory]
    [InlineData(""), InlineData("x"), InlineData("1-2"), InlineData("2-1-c7b2d1de3a4f8e559b6c1d2e3f405162"), InlineData("1--1-c7b2d1de3a4f8e559b6c1d2e3f405162")]
    [InlineData("1-99999999999999999999-c7b2d1de3a4f8e559b6c1d2e3f405162"), InlineData("1-9223372036854775807-c7b2d1de3a4f8e559b6c1d2e3f405162"), InlineData("1-1-c7b2d1de-3a4f-8e55-9b6c-1d2e3f405162")]
    [InlineData(" 1-1-c7b2d1de3a4f8e559b6c1d2e3f405162"), InlineData("1-+1-c7b2d1de3a4f8e559b6c1d2e3f405162")]
    public void What_is_no_cursor_is_none(string text) => Assert.False(ConversationCursor.TryParse(text, out _));

    private async Task<(List<IReadOnlyList<ConversationInfo>> Pages, long? Unread)> ReadPagesAsync(UserInfo user)
    {
        var page = await store.Two.Conversations.ListPageAsync(user.Id, null);
        var (pages, unread) = (new List<IReadOnlyList<ConversationInfo>> { page.Conversations }, page.Unread);
        while (page.Next is { } next)
        {
            Assert.True(ConversationCursor.TryParse($"{next}", out var parsed));
            Assert.Equal(next, parsed);
            page = await store.Two.Conversations.ListPageAsync(user.Id, parsed);
            Assert.Null(page.Unread);
            pages.Add(page.Conversations);
        }
        return (pages, unread);
    }

    [Fact]
    public async Task A_read_cursor_moves_forward_only_and_never_beyond_the_newest_message()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        for (var i = 0; i < 5; i++)
            await store.One.Messages.AppendAsync(Direct(tom, jenny));
        var conversation = ConversationId.Direct(jenny.Id, tom.Id);
        Assert.Equal(3, (await store.One.Conversations.MarkReadAsync(conversation, jenny.Id, 3)).Line);
        Assert.Equal(3, (await store.One.Conversations.MarkReadAsync(conversation, jenny.Id, 1)).Line);
        Assert.Equal(5, (await store.One.Conversations.MarkReadAsync(conversation, jenny.Id, 999)).Line);
        await store.One.Messages.AppendAsync(Direct(tom, jenny));
        Assert.Equal(1, (await store.Two.Conversations.ListAsync(jenny.Id)).Single(summary => summary.Conversation == conversation).Unread);
    }

    [Fact]
    public async Task A_read_cursor_that_its_user_put_back_stays_there_for_who_has_not_heard_of_it_and_the_other_one_is_told_nothing()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        for (var i = 0; i < 5; i++)
            await store.One.Messages.AppendAsync(Direct(tom, jenny));
        var conversation = ConversationId.Direct(jenny.Id, tom.Id);
        Assert.Equal(5, (await store.One.Conversations.MarkReadAsync(conversation, jenny.Id, 5)).Line);
        Assert.Equal(2, await store.Two.Conversations.MarkUnreadAsync(conversation, jenny.Id, 3));
        Assert.Equal(2, (await store.One.Conversations.MarkReadAsync(conversation, jenny.Id, 5, known: 5)).Line);
        Assert.Equal(3, (await ListedAsync(jenny.Id)).Unread);
        Assert.Null((await ListedAsync(tom.Id)).PeerReadLine); // a request, until she accepts it
        await store.Database.ScalarAsync<object>("UPDATE members SET written = true WHERE conversation_id = $1 AND user_id = $2", conversation.Value, jenny.Id);
        Assert.Equal(5, (await ListedAsync(tom.Id)).PeerReadLine);
        Assert.Equal(2, await store.One.Conversations.MarkUnreadAsync(conversation, jenny.Id, 4)); // it is before that already
        Assert.Equal(4, (await store.One.Conversations.MarkReadAsync(conversation, jenny.Id, 4, known: 2)).Line);
        Assert.Equal(5, (await store.One.Conversations.MarkReadAsync(conversation, jenny.Id, 5)).Line); // a client that says nothing of what it knows
        Assert.Equal(0, await store.One.Conversations.MarkUnreadAsync(conversation, Guid.NewGuid(), 1));

        async Task<ConversationInfo> ListedAsync(Guid user) => (await store.One.Conversations.ListAsync(user)).Single(summary => summary.Conversation == conversation);
    }

    [Fact]
    public async Task The_lobby_has_a_read_cursor_for_whoever_reads_it()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        var newest = (await store.One.Messages.AppendAsync(ToLobby(tom))).Message.Seq;
        Assert.Equal(newest, (await store.One.Conversations.MarkReadAsync(ConversationId.Lobby, jenny.Id, newest)).Line);
        Assert.Equal(newest, (await store.One.Conversations.MarkReadAsync(ConversationId.Lobby, jenny.Id, 0)).Line);
        Assert.Equal(0, (await store.One.Conversations.ListAsync(jenny.Id)).Single().Unread);
    }

    [Fact]
    public async Task Who_sends_has_read_what_they_sent()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        await store.One.Messages.AppendAsync(Direct(tom, jenny));
        var own = await store.One.Messages.AppendAsync(Direct(jenny, tom));
        Assert.Equal(2, (await store.One.Conversations.ListAsync(jenny.Id)).Single(summary => summary.Peer == tom).ReadLine);
        Assert.Equal(1, (await store.One.Conversations.ListAsync(tom.Id)).Single(summary => summary.Peer == jenny).ReadLine);
        Assert.Equal(2, (await store.One.Conversations.MarkReadAsync(own.Message.Conversation, jenny.Id, 0)).Line);
    }

    [Fact]
    public async Task A_stranger_learns_nothing_of_a_conversation()
    {
        var users = await store.AddUsersAsync(3);
        var conversation = (await store.One.Messages.AppendAsync(Direct(users[0], users[1]))).Message.Conversation;
        for (var i = 0; i < 2; i++)
            Assert.Null(await store.One.Conversations.FindPeerAsync(conversation, users[2].Id));
        Assert.Equal(0, (await store.One.Conversations.MarkReadAsync(conversation, users[2].Id, 1)).Line);
        Assert.Single(await store.One.Conversations.ListAsync(users[2].Id));
        Assert.Null(await store.One.Conversations.FindPeerAsync(new(Guid.NewGuid()), users[0].Id));
        Assert.Null(await store.One.Conversations.FindPeerAsync(ConversationId.Lobby, users[0].Id));
    }

    [Fact]
    public async Task A_profile_is_remembered_until_it_is_said_to_have_changed()
    {
        var jenny = await store.AddUserAsync();
        Assert.Equal(jenny, await store.One.Users.FindAsync(jenny.Id));
        await store.Database.ScalarAsync<object>("UPDATE users SET brief = 'likes coffee' WHERE id = $1", jenny.Id);
        Assert.Equal("likes tea", (await store.One.Users.FindAsync(jenny.Id))!.Brief);
        store.One.Users.Invalidate(jenny.Id);
        Assert.Equal("likes coffee", (await store.One.Users.FindAsync(jenny.Id))!.Brief);
    }

    [Fact]
    public async Task That_there_is_no_such_user_is_not_remembered()
    {
        var id = Guid.NewGuid();
        Assert.Null(await store.One.Users.FindAsync(id));
        var jenny = await store.AddUserAsync();
        await store.Database.ScalarAsync<object>("UPDATE users SET id = $2 WHERE id = $1", jenny.Id, id);
        Assert.Equal(jenny.Nickname, (await store.One.Users.FindAsync(id))!.Nickname);
    }
}
