using System.Text;
using Im.Client;
using Im.Core.Kinds;
using Im.Core.Messages;
using Im.Core.Rooms;
using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Tests.Messages;

/// <summary>Rooms in the store: memberships are what their events add up to, and who reads what goes by sequence.</summary>
public sealed class RoomTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private IRoomStore Rooms => store.One.Rooms;

    [Fact]
    public async Task Who_made_a_room_owns_it_and_its_first_event_says_so()
    {
        var (room, jenny) = await MakeAsync();
        var events = (await store.Two.Messages.ReadEventsAsync(room, 0, 100)).Events;
        Assert.Equal(("member", 1L, 1L), events is [var first] ? (first.Kind, first.Seq, first.Line!.Value) : default);
        Assert.Equal(new MemberContent(jenny.Id, jenny.Nickname, MemberDeeds.Created, RoomRoles.Owner), EventKinds.Member.Of(events[0]));
        Assert.Equal((RoomRoles.Owner, 1, false, RoomHistories.Joined), await Rooms.FindAsync(room, jenny.Id) is { } info ? (info.Role, info.Members, info.Public, info.History) : default);
        Assert.Null(await Rooms.FindAsync(room, (await store.AddUserAsync()).Id));
    }

    [Fact]
    public async Task A_member_of_a_private_room_reads_from_joining_and_up_to_leaving_and_again_from_the_next_joining()
    {
        var (room, jenny) = await MakeAsync();
        var tom = await store.AddUserAsync();
        await SayAsync(room, jenny, "before");
        await InviteAndJoinAsync(room, jenny, tom);
        await SayAsync(room, jenny, "while he is there");
        Assert.Null((await Rooms.LeaveAsync(room, Sender(tom))).Refusal);
        await SayAsync(room, jenny, "while he is away");
        Assert.Equal(["tom joined", "while he is there", "tom left"], await LinesAsync(room, tom, tom));
        await InviteAndJoinAsync(room, jenny, tom);
        await SayAsync(room, jenny, "after he is back");
        Assert.Equal(["tom joined", "while he is there", "tom left", "tom joined", "after he is back"], await LinesAsync(room, tom, tom));
        var (everything, his) = ((await store.One.Messages.ReadEventsAsync(room, 0, 100)).Events, await EventsAsync(room, tom));
        Assert.Equal(everything.Where(e => e.Seq is >= 4 and <= 6 or >= 9).Select(e => e.Seq), his.Select(e => e.Seq));
        // Each page, from whichever side, however small.
        var scope = (await Rooms.FindStandingAsync(room, tom.Id))!.Scope;
        foreach (var limit in new[] { 1, 2, 3 })
        {
            var (up, down) = (new List<long>(), new List<long>());
            LinePage page;
            do
                up.AddRange((page = await store.One.Messages.ReadLinesAsync(room, null, up.LastOrDefault(), limit, scope)).Lines.Select(line => line.Line!.Value));
            while (page.More);
            do
                down.InsertRange(0, (page = await store.One.Messages.ReadLinesAsync(room, down.Count > 0 ? down[0] : null, null, limit, scope)).Lines.Select(line => line.Line!.Value));
            while (page.More);
            Assert.Equal([4, 5, 6, 9, 10], up);
            Assert.Equal(up, down);
        }
    }

    [Fact]
    public async Task In_a_public_room_everything_is_read_by_who_joins_and_what_was_before_is_not_unread()
    {
        var (room, jenny) = await MakeAsync(isPublic: true);
        var tom = await store.AddUserAsync();
        await SayAsync(room, jenny, "before");
        Assert.Equal(3, (await Rooms.JoinAsync(room, Sender(tom))).Events[0].Seq);
        Assert.Equal(["jenny created", "before", "tom joined"], await LinesAsync(room, tom, jenny, tom));
        Assert.Equal(0, (await ListedAsync(room, tom)).Unread);
        await SayAsync(room, jenny, "after");
        var listed = await ListedAsync(room, tom);
        Assert.Equal((1L, "room", 4L), (listed.Unread, listed.Kind, listed.LastSeq));
        Assert.Equal(RoomRoles.Member, listed.Room!.Role);
    }

    [Fact]
    public async Task What_happens_to_a_room_is_shown_and_is_not_unread()
    {
        var (room, jenny) = await MakeAsync(isPublic: true);
        var (tom, eve) = (await store.AddUserAsync(), await store.AddUserAsync());
        await Rooms.JoinAsync(room, Sender(tom));
        await Rooms.JoinAsync(room, Sender(eve));
        await Rooms.EditAsync(room, Sender(jenny), new("Coffee"), "coffee");
        var listed = await ListedAsync(room, tom);
        Assert.Equal((0L, 4L, 2L, "title"), (listed.Unread, listed.LastLine, listed.ReadLine, listed.Last!.Kind));
        await SayAsync(room, jenny, "one");
        Assert.Equal(1, (await ListedAsync(room, tom)).Unread);
        Assert.Equal(1, (await store.One.Conversations.ListPageAsync(tom.Id, null)).Unread);
        Assert.Equal(0, (await store.One.Conversations.ListPageAsync(tom.Id, null, rooms: false)).Unread);
        Assert.Equal(5, (await store.One.Conversations.MarkReadAsync(room, tom.Id, 100)).Line);
        Assert.Equal(0, (await ListedAsync(room, tom)).Unread);
    }

    [Fact]
    public async Task Who_left_sees_lines_as_they_were_then_and_nothing_of_what_was_done_to_them_since()
    {
        var (room, jenny) = await MakeAsync(isPublic: true);
        var tom = await store.AddUserAsync();
        await Rooms.JoinAsync(room, Sender(tom));
        var (edited, seen, recalled) = (await SayAsync(room, jenny, "first"), await SayAsync(room, jenny, "seen first"), await SayAsync(room, jenny, "gone"));
        await ChangeAsync(room, jenny, new EditKind(), seen, """{"text":"seen edited"}""");
        await ChangeAsync(room, jenny, new ReactionKind(), edited, """{"keys":["👍"]}""");
        await Rooms.LeaveAsync(room, Sender(tom));
        await ChangeAsync(room, jenny, new EditKind(), edited, """{"text":"a secret"}""");
        await ChangeAsync(room, jenny, new EditKind(), seen, """{"text":"another secret"}""");
        await ChangeAsync(room, jenny, new ReactionKind(), edited, """{"keys":["🎉"]}""");
        await ChangeAsync(room, jenny, EventKinds.Recall, recalled, """{"reason":"a third secret"}""");
        await SayAsync(room, jenny, "a reply", replyTo: edited);
        var scope = (await Rooms.FindStandingAsync(room, tom.Id))!.Scope;
        var page = await store.Two.Messages.ReadLinesAsync(room, null, null, 100, scope);
        Assert.Equal(["first", "seen edited", null], page.Lines.Where(line => line.Kind == KindNames.Text).Select(line => line.Content?.Text));
        Assert.Equal(["👍"], page.Lines.Single(line => line.Line == edited).Effects!.SelectMany(effect => effect.ContentAs(ProtocolJson.Wire.ReactionContent)!.Keys));
        Assert.DoesNotContain("secret", string.Concat(page.Lines.SelectMany(line => line.Effects ?? []).Concat(page.Lines).Select(Json)), StringComparison.Ordinal);
        Assert.Equal((page.Lines[^1].Seq, page.Lines[^1].Line), (page.Head.LastSeq, page.Head.LastLine));
        var events = await EventsAsync(room, tom);
        Assert.Equal("first", events.Single(e => e.Line == edited).Content!.Value.Text);
        Assert.Null(events.Single(e => e.Line == seen).Content); // its edit, which is among them, has taken its place
        Assert.Equal("seen edited", events.Single(e => e.Kind == KindNames.Edit).Content!.Value.Text);
        Assert.DoesNotContain("secret", string.Concat(events.Select(Json)), StringComparison.Ordinal);
        // A quote of what was before one's time is not shown either.
        await Rooms.EditAsync(room, Sender(jenny), new(History: RoomHistories.Joined), null);
        var eve = await store.AddUserAsync();
        await Rooms.JoinAsync(room, Sender(eve));
        await SayAsync(room, jenny, "a reply", replyTo: edited);
        var hers = await store.One.Messages.ReadLinesAsync(room, null, null, 100, (await Rooms.FindStandingAsync(room, eve.Id))!.Scope);
        Assert.Equal((2, 0, false), (hers.Lines.Count, hers.Quoted.Count, hers.More));
        Assert.Null(await store.One.Messages.FindLineAsync(room, edited, (await Rooms.FindStandingAsync(room, eve.Id))!.Scope));
    }

    [Fact]
    public async Task Nothing_is_stored_of_who_is_no_member_nor_in_an_archived_room()
    {
        var (room, jenny) = await MakeAsync(isPublic: true);
        var tom = await store.AddUserAsync();
        await Assert.ThrowsAsync<MessageRejectedException>(() => SayAsync(room, tom, "I was never here"));
        await Assert.ThrowsAsync<MessageRejectedException>(() => SayAsync(ConversationId.NewRoom(), tom, "nobody was"));
        await Rooms.JoinAsync(room, Sender(tom));
        await SayAsync(room, tom, "hello", id: "once");
        await Rooms.BanAsync(room, Sender(jenny), tom.Id);
        await Assert.ThrowsAsync<MessageRejectedException>(() => SayAsync(room, tom, "I am still here"));
        Assert.True((await store.Two.Messages.AppendAsync(Text(room, tom, "hello", "once"))).Duplicate); // what was stored stays acked
        await Rooms.EditAsync(room, Sender(jenny), new(Archived: true), null);
        await Assert.ThrowsAsync<MessageRejectedException>(() => SayAsync(room, jenny, "nobody hears it"));
    }

    [Fact]
    public async Task After_the_answer_to_a_removal_nothing_more_is_stored_of_who_was_removed()
    {
        var (room, jenny) = await MakeAsync(isPublic: true);
        for (var round = 0; round < 5; round++)
        {
            var tom = await store.AddUserAsync();
            await Rooms.JoinAsync(room, Sender(tom));
            using var stop = new CancellationTokenSource();
            var floods = new[] { store.One, store.Two }.Select(async node =>
            {
                while (!stop.IsCancellationRequested)
                    try
                    {
                        await node.Messages.AppendAsync(Text(room, tom, "on and on"));
                    }
                    catch (MessageRejectedException)
                    {
                        return;
                    }
            }).ToList();
            await store.One.Messages.AppendAsync(Text(room, tom, "I am here"));
            var done = await Rooms.RemoveAsync(room, Sender(jenny), tom.Id);
            var after = (await store.One.Messages.GetHeadAsync(room)).LastSeq;
            await Task.WhenAll(floods).WaitAsync(TimeSpan.FromSeconds(30));
            await stop.CancelAsync();
            Assert.Equal(after, (await store.One.Messages.GetHeadAsync(room)).LastSeq);
            Assert.Equal(MemberDeeds.Removed, EventKinds.Member.Of(done.Events[0])!.What);
        }
    }

    [Fact]
    public async Task A_room_whose_owner_goes_passes_to_the_administrator_of_longest_standing_and_without_one_is_archived()
    {
        var (room, jenny) = await MakeAsync(isPublic: true);
        var people = await store.AddUsersAsync(3);
        foreach (var person in people)
            await Rooms.JoinAsync(room, Sender(person));
        foreach (var person in people[1..])
            await Rooms.SetRoleAsync(room, Sender(jenny), person.Id, RoomRoles.Administrator);
        await Rooms.LeaveAsync(room, Sender(jenny));
        Assert.Equal(RoomRoles.Owner, (await Rooms.FindAsync(room, people[1].Id))!.Role);
        await store.One.Accounts.EraseAsync(people[1].Id, removeMessages: false);
        Assert.Equal(RoomRoles.Owner, (await Rooms.FindAsync(room, people[2].Id))!.Role);
        await Rooms.LeaveAsync(room, Sender(people[2]));
        Assert.Equal((true, 1), await Rooms.FindAsync(room, people[0].Id) is { } left ? (left.Archived, left.Members) : default);
        Assert.Null(await Rooms.FindAsync(room, jenny.Id)); // nobody finds an archived one
    }

    [Fact]
    public async Task Two_who_hand_the_room_over_at_once_leave_one_owner()
    {
        var (room, jenny) = await MakeAsync(isPublic: true);
        var people = await store.AddUsersAsync(4);
        foreach (var person in people)
            await Rooms.JoinAsync(room, Sender(person));
        var done = await Task.WhenAll(people.Select((person, i) => (i % 2 == 0 ? store.One : store.Two).Rooms.SetRoleAsync(room, Sender(jenny), person.Id, RoomRoles.Owner)));
        Assert.Single(done, result => result.Refusal is null);
        Assert.Single((await Rooms.ListMembersAsync(room, jenny.Id, null))!.People, member => member.Role == RoomRoles.Owner);
    }

    [Fact]
    public async Task Of_a_link_for_two_two_come_in_however_many_try_at_once()
    {
        var (room, jenny) = await MakeAsync();
        var hash = Guid.NewGuid().ToByteArray();
        Assert.NotNull((await Rooms.AddLinkAsync(room, Sender(jenny), hash, new(60, MaxUses: 2))).Link);
        var people = await store.AddUsersAsync(6);
        var done = await Task.WhenAll(people.Select((person, i) => (i % 2 == 0 ? store.One : store.Two).Rooms.JoinByLinkAsync(hash, Sender(person))));
        Assert.Equal(2, done.Count(result => result.Refusal is null));
        Assert.Equal(2, (await Rooms.ListLinksAsync(room, jenny.Id))!.Single().Uses);
        await store.Database.ScalarAsync<object>("UPDATE room_links SET max_uses = NULL, expires_at = now() - interval '1 second' WHERE hash = $1", hash);
        Assert.Equal(RoomRefusal.NotFound, (await Rooms.JoinByLinkAsync(hash, Sender(people[5]))).Refusal ?? RoomRefusal.NotFound);
        Assert.Equal(3, (await Rooms.FindAsync(room, jenny.Id))!.Members);
    }

    [Fact]
    public async Task Of_a_deleted_account_a_room_keeps_what_happened_and_no_name()
    {
        var (room, jenny) = await MakeAsync(isPublic: true);
        var tom = await store.AddUserAsync();
        await Rooms.JoinAsync(room, Sender(tom));
        await SayAsync(room, tom, "hello");
        await Rooms.SetRoleAsync(room, Sender(jenny), tom.Id, RoomRoles.Administrator);
        var (other, eve) = await MakeAsync();
        await Rooms.InviteAsync(other, Sender(eve), tom.Id);
        await store.One.Accounts.EraseAsync(tom.Id, removeMessages: true);
        foreach (var conversation in new[] { room, other })
            Assert.Equal(0, await store.Database.ScalarAsync<long>("SELECT count(*) FROM events WHERE conversation_id = $1 AND (content LIKE '%' || $2 || '%' OR sender_nickname = $2)", conversation.Value, tom.Nickname));
        var events = (await store.One.Messages.ReadEventsAsync(room, 0, 100)).Events;
        Assert.Equal([MemberDeeds.Created, MemberDeeds.Joined, MemberDeeds.Role, MemberDeeds.Left], events.Select(EventKinds.Member.Of).OfType<MemberContent>().Select(member => member.What));
        Assert.Equal((KindNames.Erasure, null), (events[^1].Kind, events.Single(e => e.Kind == KindNames.Text).Content));
        Assert.Equal(1, (await Rooms.FindAsync(room, jenny.Id))!.Members);
        Assert.Equal(0, await store.Database.ScalarAsync<long>("SELECT count(*) FROM room_outsiders WHERE user_id = $1", tom.Id));
    }

    [Fact]
    public async Task Public_rooms_are_listed_by_title_and_found_by_a_part_of_it_page_by_page()
    {
        var marker = $"{Guid.NewGuid():N}"[..8];
        var owner = await store.AddUserAsync();
        for (var i = 0; i < 120; i++)
            await Rooms.CreateAsync(Sender(owner), new($"{marker} {i:000}", Public: i < 110), $"{marker} {i:000}");
        var (found, page) = (new List<string>(), await Rooms.ListPublicAsync(owner.Id, marker, null));
        for (; ; page = await Rooms.ListPublicAsync(owner.Id, marker, RoomCursor.TryParse($"{page.Next}", out var next) ? next : null))
        {
            found.AddRange(page.Rooms.Select(room => room.Title));
            if (page.Next is null)
                break;
        }
        Assert.Equal(Enumerable.Range(0, 110).Select(i => $"{marker} {i:000}"), found);
        Assert.Equal([$"{marker} 042"], (await Rooms.ListPublicAsync(owner.Id, $"{marker} 042", null)).Rooms.Select(room => room.Title));
        var listed = new List<ConversationInfo>();
        for (var talks = await store.One.Conversations.ListPageAsync(owner.Id, null); ; talks = await store.One.Conversations.ListPageAsync(owner.Id, talks.Next))
        {
            listed.AddRange(talks.Conversations);
            if (talks.Next is null)
                break;
        }
        Assert.Equal(120, listed.Where(info => info.Room is not null).DistinctBy(info => info.Conversation).Count());
    }

    private async Task<(ConversationId Room, UserInfo Owner)> MakeAsync(bool isPublic = false)
    {
        var owner = await store.AddUserAsync();
        return ((await Rooms.CreateAsync(Sender(owner), new("Tea", "", isPublic), "tea")).Room!.Conversation, owner);
    }

    private async Task InviteAndJoinAsync(ConversationId room, UserInfo by, UserInfo user)
    {
        Assert.Null((await Rooms.InviteAsync(room, Sender(by), user.Id)).Refusal);
        Assert.Null((await Rooms.JoinAsync(room, Sender(user))).Refusal);
    }

    private async Task<long> SayAsync(ConversationId room, UserInfo user, string text, string? id = null, long? replyTo = null) =>
        (await store.One.Messages.AppendAsync(Text(room, user, text, id) with { Target = replyTo })).Event.Line!.Value;

    private static NewEvent Text(ConversationId room, UserInfo user, string text, string? id = null) => Texts.New(room, Sender(user), null, id ?? $"{Guid.NewGuid()}", text, 1_790_000_000_123, "realtime-1");

    private Task ChangeAsync(ConversationId room, UserInfo user, EventKind kind, long line, string content)
    {
        Assert.Null(kind.Check(new(Encoding.UTF8.GetBytes(content)), user, out var kept));
        return store.One.Messages.AppendAsync(new NewEvent(room, Sender(user), null, $"{Guid.NewGuid()}", kind, kept, 1_790_000_000_123, "realtime-1") { Target = line });
    }

    private async Task<List<string>> LinesAsync(ConversationId room, UserInfo reader, params UserInfo[] named)
    {
        var (lines, scope) = (new List<EventFrame>(), (await Rooms.FindStandingAsync(room, reader.Id))!.Scope);
        LinePage page;
        do
            lines.InsertRange(0, (page = await store.Two.Messages.ReadLinesAsync(room, lines.FirstOrDefault()?.Line, null, 100, scope)).Lines);
        while (page.More);
        string[] names = named.Length == 2 ? ["jenny", "tom"] : ["tom"];
        return [.. lines.Select(line => EventKinds.Member.Of(line) is { } member ? $"{names[Array.FindIndex(named, one => one.Id == member.User)]} {member.What}" : line.Content!.Value.Text)];
    }

    private async Task<List<EventFrame>> EventsAsync(ConversationId room, UserInfo reader)
    {
        var (all, scope) = (new List<EventFrame>(), (await Rooms.FindStandingAsync(room, reader.Id))!.Scope);
        EventPage page;
        do
            all.AddRange((page = await store.Two.Messages.ReadEventsAsync(room, all.LastOrDefault()?.Seq ?? 0, 2, scope)).Events);
        while (page.More);
        return all;
    }

    private async Task<ConversationInfo> ListedAsync(ConversationId room, UserInfo user) => (await store.Two.Conversations.ListAsync(user.Id)).Single(info => info.Conversation == room);

    private static string Json(EventFrame e) => e.Content is { } content ? Encoding.UTF8.GetString(content.Utf8.Span) : "";

    private static SenderInfo Sender(UserInfo user) => new(user.Id, user.Nickname);
}
