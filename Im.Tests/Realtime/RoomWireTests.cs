using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Realtime.Delivery;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Realtime;

/// <summary>Rooms over the wire: two nodes, people who come and go while they are connected, a bus that is cut.</summary>
[Trait("Category", "Nodes")]
public sealed class RoomWireTests(TwoNodes system) : IClassFixture<TwoNodes>, IAsyncLifetime
{
    private ChatUser _jenny = null!, _tom = null!;
    private ChatConnection _jennys = null!, _toms = null!;

    public async Task InitializeAsync()
    {
        await system.WhenWholeAsync();
        (_jenny, _tom) = (await ChatUser.JoinAsync(system.Address, "jenny"), await ChatUser.JoinAsync(system.Address, "tom"));
        (_jennys, _toms) = (await _jenny.ConnectAsync("node-1"), await _tom.ConnectAsync("node-2"));
    }

    public async Task DisposeAsync()
    {
        await _jenny.DisposeAsync();
        await _tom.DisposeAsync();
    }

    private Rooms Jennys => _jennys.Client.Rooms;

    private Rooms Toms => _toms.Client.Rooms;

    [Fact]
    public async Task Who_joins_while_connected_gets_their_joining_and_everything_after_it_on_each_of_their_devices_and_nothing_after_leaving()
    {
        var phone = await _tom.ConnectAsync("node-1");
        var room = (await Jennys.CreateAsync("Tea")).Conversation;
        await _jennys.WaitForAsync(e => e.Conversation == room && e.Seq == 1);
        await _jennys.Client.SendAsync(room, "before");
        await Jennys.InviteAsync(room, _tom.User.Nickname);
        foreach (var device in new[] { _toms, phone })
            Assert.Equal(("Tea", _jenny.User.Id), await device.WaitForFrameAsync<InvitationFrame>(frame => frame.Conversation == room) is var frame ? (frame.Title, frame.By.Id) : default);
        Assert.Equal(room, (await Toms.InvitationsAsync()).Single().Room.Conversation);
        var joined = await Toms.JoinAsync(room);
        foreach (var device in new[] { _toms, phone, _jennys })
            Assert.Equal(new MemberContent(_tom.User.Id, _tom.User.Nickname, MemberDeeds.Joined), (await device.WaitForAsync(e => e.Conversation == room && e.Seq == joined.Seq)).ContentAs(ProtocolJson.Wire.MemberContent));
        await _jennys.Client.SendAsync(room, "welcome");
        foreach (var device in new[] { _toms, phone })
            await device.WaitForTextAsync("welcome");
        await _toms.Client.SendAsync(room, "thanks");
        await _jennys.WaitForTextAsync("thanks");
        await _toms.Client.TypingAsync(room);
        Assert.Equal(_tom.User.Id, (await _jennys.WaitForFrameAsync<TypingFrame>(frame => frame.Conversation == room)).From.Id);
        await Toms.LeaveAsync(room);
        foreach (var device in new[] { _toms, phone })
            await device.WaitForAsync(e => e.Conversation == room && e.ContentAs(ProtocolJson.Wire.MemberContent)?.What == MemberDeeds.Left);
        await _jennys.Client.SendAsync(room, "gone");
        await _jennys.Client.SendAsync(ConversationId.Lobby, $"after {room}");
        foreach (var device in new[] { _toms, phone })
        {
            await device.WaitForTextAsync($"after {room}");
            var his = device.Events.Where(e => e.Conversation == room).ToList();
            Assert.Equal(Enumerable.Range((int)joined.Seq!.Value, his.Count).Select(seq => (long)seq), his.Select(e => e.Seq));
            Assert.DoesNotContain(his, e => e.Text is "before" or "gone");
        }
        Assert.Equal(ErrorCodes.NotFound, (await Assert.ThrowsAsync<ImException>(() => _toms.Client.SendAsync(room, "me too"))).Code);
    }

    [Fact]
    public async Task A_node_has_a_room_while_a_connection_of_a_member_is_there_and_no_longer()
    {
        var (one, two) = (RoutesOf(0), RoutesOf(1));
        var room = (await Jennys.CreateAsync("Tea", isPublic: true)).Conversation;
        await Eventually.TrueAsync(() => one.IsOpen(room));
        Assert.False(two.IsOpen(room));
        await Toms.JoinAsync(room);
        await Eventually.TrueAsync(() => two.IsOpen(room));
        await Toms.LeaveAsync(room);
        await Eventually.TrueAsync(() => !two.IsOpen(room));
        var phone = await _jenny.ConnectAsync("node-2");
        Assert.True(two.IsOpen(room)); // before it is ready
        await phone.DisposeAsync();
        await Eventually.TrueAsync(() => !two.IsOpen(room));
        Assert.True(one.IsOpen(room));
    }

    [Fact]
    public async Task A_node_that_the_bus_told_of_no_joining_and_no_leaving_finds_both_in_the_store_and_in_their_order()
    {
        var room = (await Jennys.CreateAsync("Tea", isPublic: true)).Conversation;
        await _jennys.Client.SendAsync(room, "before");
        system.Relays[1].Close();
        try
        {
            await Eventually.TrueAsync(() => !system.NodeServices(1).GetRequiredService<StackExchange.Redis.IConnectionMultiplexer>().IsConnected);
            await Toms.JoinAsync(room);
            await _jennys.Client.SendAsync(room, "welcome");
            await Toms.LeaveAsync(room);
            await _jennys.Client.SendAsync(room, "a secret");
            await _jennys.Client.SendAsync(ConversationId.Lobby, $"after {room}");
            await _toms.WaitForTextAsync($"after {room}");
        }
        finally
        {
            system.Relays[1].Open();
        }
        await _toms.WaitForAsync(e => e.Conversation == room && e.ContentAs(ProtocolJson.Wire.MemberContent)?.What == MemberDeeds.Left, TimeSpan.FromSeconds(20));
        Assert.Equal([MemberDeeds.Joined, "welcome", MemberDeeds.Left], _toms.Events.Where(e => e.Conversation == room).Select(e => e.ContentAs(ProtocolJson.Wire.MemberContent)?.What ?? e.Text));
        Assert.DoesNotContain(_toms.Frames.OfType<EventFrame>(), e => e.Text == "a secret");
    }

    [Fact]
    public async Task Who_was_away_while_they_left_and_came_back_reads_both_stays_and_nothing_between()
    {
        var room = (await Jennys.CreateAsync("Tea", isPublic: true, history: RoomHistories.Joined)).Conversation;
        await Toms.JoinAsync(room);
        await _jennys.Client.SendAsync(room, "one");
        await _toms.WaitForTextAsync("one");
        await _toms.Client.DisconnectAsync();
        await _jennys.Client.SendAsync(room, "two");
        await Toms.LeaveAsync(room);
        await _jennys.Client.SendAsync(room, "a secret");
        await Toms.JoinAsync(room);
        await _jennys.Client.SendAsync(room, "three");
        await _toms.Client.ConnectAsync();
        await _toms.WaitForTextAsync("three");
        Assert.Equal([MemberDeeds.Joined, "one", "two", MemberDeeds.Left, MemberDeeds.Joined, "three"], _toms.Events.Where(e => e.Conversation == room).Select(e => e.ContentAs(ProtocolJson.Wire.MemberContent)?.What ?? e.Text));
        var lines = await _toms.Client.LinesAsync(room);
        Assert.Equal(_toms.Events.Where(e => e.Conversation == room).Select(e => e.Seq), await WithOlderAsync(room, lines));
        // Who is away while they are removed, and stays out, hears how it ended.
        await _toms.Client.DisconnectAsync();
        await _jennys.Client.SendAsync(room, "four");
        await Jennys.RemoveAsync(room, _tom.User.Id);
        await _toms.Client.ConnectAsync();
        await _toms.WaitForAsync(e => e.Conversation == room && e.ContentAs(ProtocolJson.Wire.MemberContent)?.What == MemberDeeds.Removed);
        Assert.Contains(_toms.Events, e => e.Text == "four");
    }

    [Fact]
    public async Task The_list_has_the_room_with_its_settings_and_a_reading_is_told_to_ones_other_devices()
    {
        var phone = await _tom.ConnectAsync("node-1");
        var room = (await Jennys.CreateAsync("Tea", "what we drink", isPublic: true)).Conversation;
        await Toms.JoinAsync(room);
        await _jennys.Client.SendAsync(room, "one");
        await Jennys.EditAsync(room, new(Title: "Coffee"));
        await _toms.WaitForAsync(e => e.Conversation == room && e.Kind == KindNames.Title);
        var info = (await _toms.Client.ConversationsAsync()).Single(one => one.Conversation == room);
        Assert.Equal(("room", "Coffee", "what we drink", 2, RoomRoles.Member, 1L), (info.Kind, info.Room!.Title, info.Room.Topic, info.Room.Members, info.Room.Role, info.Unread));
        Assert.Equal(4, await _toms.Client.MarkReadAsync(room, 4));
        await phone.WaitForFrameAsync<ReadFrame>(frame => frame.Conversation == room && frame.Line == 4);
        Assert.Equal(0, (await _toms.Client.ConversationsAsync()).Single(one => one.Conversation == room).Unread);
        Assert.Equal([(_jenny.User.Id, RoomRoles.Owner), (_tom.User.Id, RoomRoles.Member)], (await Toms.MembersAsync(room)).Members.Select(member => (member.Id, member.Role)));
        Assert.Contains((await Toms.ListAsync("COFFEE")).Rooms, found => found.Conversation == room);
    }

    [Fact]
    public async Task Many_who_come_and_go_while_they_connect_and_disconnect_hear_what_they_may_and_no_more()
    {
        var room = (await Jennys.CreateAsync("Tea", isPublic: true, history: RoomHistories.Joined)).Conversation;
        var (stop, said) = (new CancellationTokenSource(), 0);
        var talk = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await _jennys.Client.SendAsync(room, $"{++said}");
        });
        for (var round = 0; round < 6; round++)
        {
            var joining = Toms.JoinAsync(room);
            var device = await _tom.ConnectAsync($"node-{1 + round % 2}");
            await joining;
            await Eventually.TrueAsync(() => device.Frames.OfType<EventFrame>().Any(e => e.Conversation == room && e.Text is not null), expected: "it hears what is said after it joined");
            await Toms.LeaveAsync(room);
            await device.DisposeAsync();
        }
        await stop.CancelAsync();
        await talk;
        await _toms.WaitForAsync(e => e.Conversation == room && e.ContentAs(ProtocolJson.Wire.MemberContent)?.What == MemberDeeds.Left && _toms.Events.Count(one => one.ContentAs(ProtocolJson.Wire.MemberContent)?.What == MemberDeeds.Left) >= 5);
        var checker = new Checker.DeliveryChecker();
        for (var i = 0; i < _tom.Connections.Count; i++)
        {
            checker.EntitleMember($"device {i}", room, _tom.User.Id);
            foreach (var e in _tom.Connections[i].Frames.OfType<EventFrame>().Where(e => e.Conversation == room).DistinctBy(e => e.Seq).OrderBy(e => e.Seq))
                checker.Received($"device {i}", e);
        }
        var stored = await new Faults.StoredMessages(system.Database.ConnectionString).ReadAsync(new Dictionary<ConversationId, long> { [room] = 0 });
        Assert.Equal(0, checker.Judge(stored).Count(Checker.FaultKind.Leaked));
    }

    private async Task<List<long>> WithOlderAsync(ConversationId room, LinesFrame page)
    {
        var all = page.Lines.Select(line => line.Seq).ToList();
        while (page.More)
        {
            page = await _toms.Client.LinesAsync(room, before: page.Lines[0].Line);
            all.InsertRange(0, page.Lines.Select(line => line.Seq));
        }
        return all;
    }

    private RoomRoutes RoutesOf(int node) => system.NodeServices(node).GetRequiredService<RoomRoutes>();
}
