using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Fixtures;

namespace Im.Tests.Distributed;

/// <summary>What the two nodes do together, through the gateway, on the real Redis and Postgres.</summary>
[Collection(ImAppCollection.Name)]
public sealed class CrossNodeTests(ImAppFixture im) : IAsyncLifetime
{
    private string _one = "";
    private string _two = "";

    public async Task InitializeAsync() => (_one, _two) = await im.WaitForTwoNodesAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_lobby_message_reaches_every_connection_on_both_nodes_once_and_in_order_guests_too()
    {
        await using var jenny = await ChatUser.JoinAsync(im.WebAddress, "jenny");
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        await using var guest = ChatUser.Guest(im.WebAddress);
        ChatConnection[] all =
        [
            await jenny.ConnectAsync(_one), await jenny.ConnectAsync(_two), await tom.ConnectAsync(_one), await tom.ConnectAsync(_two),
            await guest.ConnectAsync(_one), await guest.ConnectAsync(_two),
        ];
        var run = Guid.NewGuid().ToString("N");
        for (var i = 0; i < 20; i++)
            await all[i % 4].Client.SendAsync(ChatTarget.Lobby, $"{run} {i}");
        foreach (var connection in all)
        {
            await connection.WaitForFrameAsync<EventFrame>(m => m.Text == $"{run} 19");
            // As the node sent them: the client would put them in order.
            Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{run} {i}"), connection.Frames.OfType<EventFrame>().Where(m => m.Text?.StartsWith(run, StringComparison.Ordinal) is true).Select(m => m.Text));
        }
    }

    [Fact]
    public async Task A_history_of_the_largest_messages_arrives_page_by_page()
    {
        await using var jenny = await ChatUser.JoinAsync(im.WebAddress, "jenny");
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        var sender = await jenny.ConnectAsync(_one);
        // Six bytes of JSON each, and a hundred such messages at least three times what an outbox holds.
        var text = $"{new string('\u0001', ProtocolLimits.MaxTextCharsOne - 1)}.";
        for (var i = 0; i < 60; i++)
            await sender.Client.SendAsync(tom.User, text);

        var reader = await tom.ConnectAsync(_two);
        var seqs = new List<long>();
        LinesFrame page;
        do
        {
            page = await reader.Client.LinesAsync(jenny.User, after: seqs.LastOrDefault(), limit: 100);
            seqs.AddRange(page.Lines.Select(m => m.Line!.Value));
        }
        while (page.More);
        Assert.Equal(Enumerable.Range(1, 60).Select(seq => (long)seq), seqs);
        Assert.DoesNotContain(reader.Changes, change => change.State == ConnectionState.Reconnecting);
    }

    [Fact]
    public async Task A_message_says_which_node_took_it_which_one_brought_it_and_how_long_that_took()
    {
        await using var jenny = await ChatUser.JoinAsync(im.WebAddress, "jenny");
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        var sender = await jenny.ConnectAsync(_one);
        var receiver = await tom.ConnectAsync(_two);
        var text = Guid.NewGuid().ToString();
        await sender.Client.SendAsync(ChatTarget.Lobby, text);
        var message = await receiver.WaitForTextAsync(text);
        Assert.Equal((_one, _two), (message.Node, message.Via!.Node));
        Assert.InRange(message.Via.Ms, 0, 10_000);
    }

    [Fact]
    public async Task A_direct_message_reaches_every_tab_of_both_people_on_both_nodes_and_nobody_else()
    {
        await using var jenny = await ChatUser.JoinAsync(im.WebAddress, "jenny");
        await using var jennyAtHome = await jenny.InAnotherBrowserAsync();
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        await using var eve = await ChatUser.JoinAsync(im.WebAddress, "eve");
        ChatConnection[] entitled = [await jenny.ConnectAsync(_one), await jennyAtHome.ConnectAsync(_two), await tom.ConnectAsync(_one), await tom.ConnectAsync(_two)];
        var other = await eve.ConnectAsync(_two);
        for (var i = 0; i < 5; i++)
        {
            await entitled[0].Client.SendAsync(tom.User, $"to Tom {i}");
            await entitled[3].Client.SendAsync(jenny.User, $"to Jenny {i}");
        }
        string[] expected = [.. Enumerable.Range(0, 5).SelectMany(i => (string[])[$"to Tom {i}", $"to Jenny {i}"])];
        foreach (var connection in entitled)
        {
            await connection.WaitForFrameAsync<EventFrame>(m => m.Text == "to Jenny 4");
            Assert.Equal(expected, connection.Frames.OfType<EventFrame>().Where(m => !m.Conversation.IsLobby).Select(m => m.Text));
        }
        var marker = await eve.Connections[0].Client.SendAsync(ChatTarget.Lobby, "after all that");
        await other.WaitForAsync(m => m.Seq == marker.Seq && m.Conversation.IsLobby);
        Assert.DoesNotContain(other.Events, m => !m.Conversation.IsLobby);
    }

    [Fact]
    public async Task Somebody_who_was_away_finds_the_direct_message_and_its_unread_count()
    {
        await using var jenny = await ChatUser.JoinAsync(im.WebAddress, "jenny");
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        var sender = await jenny.ConnectAsync(_one);
        await sender.Client.SendAsync(tom.User, "are you there?");
        await sender.Client.SendAsync(tom.User, "call me");

        var returned = await tom.ConnectAsync(_two);
        var summary = Assert.Single(await returned.Client.ConversationsAsync(), c => c.Kind == "direct");
        Assert.Equal((jenny.User.Id, 2L, "call me"), (summary.Peer!.Id, summary.Unread, summary.Last!.Text));
        var page = await returned.Client.LinesAsync(jenny.User);
        Assert.Equal(["are you there?", "call me"], page.Lines.Select(m => m.Text));
        await returned.Client.MarkReadAsync(jenny.User, 2);
        Assert.Equal(0, Assert.Single(await returned.Client.ConversationsAsync(), c => c.Kind == "direct").Unread);
    }

    [Fact]
    public async Task History_and_live_messages_join_without_a_gap_or_a_double()
    {
        await using var jenny = await ChatUser.JoinAsync(im.WebAddress, "jenny");
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        var sender = await jenny.ConnectAsync(_one);
        using var stop = new CancellationTokenSource();
        var sending = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
                await sender.Client.SendAsync(tom.User, $"{i}");
        });
        for (var joined = 0; joined < 10; joined++)
        {
            var tab = await tom.ConnectAsync(joined % 2 == 0 ? _one : _two);
            var live = await tab.WaitForAsync(m => !m.Conversation.IsLobby);
            var page = await tab.Client.LinesAsync(jenny.User, limit: 100);
            Assert.InRange(live.Seq, 1, page.LastSeq);
            await tab.WaitForAsync(m => !m.Conversation.IsLobby && m.Seq > page.LastSeq);
            var given = tab.Events.Where(m => !m.Conversation.IsLobby).Select(m => m.Seq).ToList();
            IsWhole(given);
            IsWhole([.. page.Lines.Select(m => m.Seq), .. given.Where(seq => seq > page.LastSeq)]);
            await tab.DisposeAsync();
        }
        await stop.CancelAsync();
        await sending;

        static void IsWhole(IReadOnlyList<long> sequences) => Assert.Equal(Enumerable.Range(0, sequences.Count).Select(i => sequences[0] + i), sequences);
    }

    [Fact]
    public async Task The_online_list_counts_the_places_of_each_person_on_both_nodes()
    {
        await using var jenny = await ChatUser.JoinAsync(im.WebAddress, "jenny", "likes tea");
        await using var jennyAtHome = await jenny.InAnotherBrowserAsync();
        await using var guest = ChatUser.Guest(im.WebAddress);
        var watcher = await guest.ConnectAsync(_two);
        await jenny.ConnectAsync(_one);
        await jenny.ConnectAsync(_two);
        var third = await jennyAtHome.ConnectAsync(_one);
        await WaitForPlacesAsync(watcher, jenny.User.Id, 3);
        Assert.Equal("likes tea", watcher.Client.Online.Users.Single(u => u.Id == jenny.User.Id).Brief);
        await third.DisposeAsync();
        await WaitForPlacesAsync(watcher, jenny.User.Id, 2);
        await jenny.DisposeAsync();
        await Eventually.TrueAsync(() => watcher.Client.Online.Users.All(u => u.Id != jenny.User.Id));
    }

    [Fact]
    public async Task A_brief_changed_in_one_place_changes_everywhere()
    {
        await using var jenny = await ChatUser.JoinAsync(im.WebAddress, "jenny", "likes tea");
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        var here = await jenny.ConnectAsync(_one);
        var there = await jenny.ConnectAsync(_two);
        var watcher = await tom.ConnectAsync(_two);
        await here.Client.UpdateBriefAsync("prefers coffee");
        foreach (var own in (ChatConnection[])[here, there])
            await own.WaitForFrameAsync<SessionFrame>(f => f is { Reason: SessionFrame.Profile, User.Brief: "prefers coffee" });
        await Eventually.TrueAsync(() => watcher.Client.Online.Users.Any(u => u.Id == jenny.User.Id && u.Brief == "prefers coffee"));
    }

    [Fact]
    public async Task Logging_out_makes_every_tab_of_the_browser_a_guest_at_once_and_no_other_browser()
    {
        await using var jenny = await ChatUser.JoinAsync(im.WebAddress, "jenny");
        await using var jennyAtHome = await jenny.InAnotherBrowserAsync();
        var here = await jenny.ConnectAsync(_one);
        var there = await jenny.ConnectAsync(_two);
        var home = await jennyAtHome.ConnectAsync(_one);
        await here.Client.LogoutAsync();
        foreach (var tab in (ChatConnection[])[here, there])
            await tab.WaitForFrameAsync<SessionFrame>(f => f.Reason == SessionFrame.Logout);
        var refused = await Assert.ThrowsAsync<ImException>(() => there.Client.SendAsync(ChatTarget.Lobby, "as whom?"));
        Assert.Equal(ErrorCodes.NotLoggedIn, refused.Code);
        await home.Client.SendAsync(ChatTarget.Lobby, "still me");
    }

    [Fact]
    public async Task A_guest_reads_and_does_not_write()
    {
        await using var guest = ChatUser.Guest(im.WebAddress);
        var connection = await guest.ConnectAsync(_one);
        await connection.Client.LinesAsync(ChatTarget.Lobby);
        var refused = await Assert.ThrowsAsync<ImException>(() => connection.Client.SendAsync(ChatTarget.Lobby, "me too"));
        Assert.Equal(ErrorCodes.NotLoggedIn, refused.Code);
    }

    [Fact]
    public async Task A_message_sent_again_on_the_other_node_is_stored_once_and_answered_with_the_first_result()
    {
        await using var jenny = await ChatUser.JoinAsync(im.WebAddress, "jenny");
        var first = await (await jenny.ConnectAsync(_one)).Client.SendAsync(ChatTarget.Lobby, "once", "the same id");
        var again = await (await jenny.ConnectAsync(_two)).Client.SendAsync(ChatTarget.Lobby, "once", "the same id");
        Assert.Equal((first.Seq, true), (again.Seq, again.Duplicate));
    }

    [Fact]
    public async Task Typing_reaches_the_other_person_on_the_other_node()
    {
        await using var jenny = await ChatUser.JoinAsync(im.WebAddress, "jenny");
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        var typist = await jenny.ConnectAsync(_one);
        var other = await tom.ConnectAsync(_two);
        await typist.Client.TypingAsync(tom.User);
        var typing = await other.WaitForFrameAsync<TypingFrame>(f => f.From.Id == jenny.User.Id);
        Assert.Equal(ConversationId.Direct(jenny.User.Id, tom.User.Id), typing.Conversation);
    }

    private static Task WaitForPlacesAsync(ChatConnection watcher, Guid user, int places) =>
        Eventually.TrueAsync(() => watcher.Client.Online.Users.Any(u => u.Id == user && u.Places == places));
}
