using CsCheck;
using Im.Tests.Fixtures;
using Im.Core.Presence;
using Im.Protocol;

namespace Im.Tests.Presence;

public sealed class PresenceBoardTests
{
    private static readonly OnlineUser Jenny = new(Guid.NewGuid(), "Jenny", "likes tea", 1);

    private readonly PresenceBoard _board = new();

    [Fact]
    public void A_user_on_two_nodes_is_one_user_with_the_places_of_both()
    {
        _board.Apply("one", 1, [Jenny with { Places = 2 }], 3);
        _board.Apply("two", 1, [Jenny], 1);
        var snapshot = _board.Snapshot();
        Assert.True(snapshot.Full);
        Assert.Equal([Jenny with { Places = 3 }], snapshot.Users);
        Assert.Equal((4, 1), (snapshot.Guests, snapshot.Online));
    }

    [Fact]
    public void Page_by_page_everybody_is_listed_once_also_whom_the_snapshot_only_counts()
    {
        var all = Enumerable.Range(0, 1_234).Select(i => new OnlineUser(Guid.NewGuid(), $"u{i}", "", 1)).ToArray();
        _board.Apply("one", 1, all, 0);
        var (found, pages) = (new List<Guid>(), 0);
        for (Guid? after = null; after is not null || pages == 0; pages++)
        {
            var page = _board.ListAfter(after);
            Assert.Equal(1_234, page.Online);
            found.AddRange(page.Users.Select(user => user.Id));
            after = page.Next;
        }
        Assert.Equal(3, pages);
        Assert.Equal(all.Select(user => user.Id).Order(), found);
    }

    [Fact]
    public void A_page_of_people_goes_on_behind_somebody_who_left_meanwhile()
    {
        var all = Enumerable.Range(0, 10).Select(i => new OnlineUser(Guid.NewGuid(), $"u{i}", "", 1)).OrderBy(user => user.Id).ToArray();
        _board.Apply("one", 1, [.. all.Where((_, index) => index != 4)], 0);
        Assert.Equal(all[5..], _board.ListAfter(all[4].Id).Users);
        Assert.Empty(_board.ListAfter(all[9].Id).Users);
    }

    [Fact]
    public void Who_leaves_one_of_two_places_keeps_the_profile_of_the_other()
    {
        _board.Apply("one", 1, [Jenny], 0);
        _board.Apply("two", 1, [Jenny], 0);
        _board.Apply("two", 2, [new(Jenny.Id, "", "", 0)], 0);
        Assert.Equal([Jenny], _board.Snapshot().Users);
    }

    [Fact]
    public void A_dropped_column_takes_its_users_along_and_says_who_they_were()
    {
        _board.Apply("one", 1, [Jenny], 5);
        _board.TakeChanges();
        _board.Drop("one");
        _board.Drop("one");
        var changes = _board.TakeChanges();
        Assert.Equal([Jenny with { Places = 0 }], changes!.Users);
        Assert.Equal((false, 0, 0), (changes.Full, changes.Guests, changes.Online));
        Assert.Empty(_board.Nodes);
    }

    [Fact]
    public void A_column_read_again_changes_only_what_differs()
    {
        var (tom, ann) = (Jenny with { Id = Guid.NewGuid(), Nickname = "Tom" }, Jenny with { Id = Guid.NewGuid(), Nickname = "Ann" });
        _board.Apply("one", 1, [Jenny, tom], 1);
        _board.TakeChanges();
        _board.Replace("one", 7, new Dictionary<Guid, OnlineUser> { [Jenny.Id] = Jenny, [ann.Id] = ann }, 1);
        Assert.Equal(new[] { tom with { Places = 0 }, ann }.OrderBy(user => user.Nickname), _board.TakeChanges()!.Users.OrderBy(user => user.Nickname));
        Assert.Equal(7, _board.VersionOf("one"));
        _board.Replace("one", 8, new Dictionary<Guid, OnlineUser> { [Jenny.Id] = Jenny, [ann.Id] = ann }, 1);
        Assert.Null(_board.TakeChanges());
    }

    [Fact]
    public void Changes_are_told_once_each_with_what_is_true_now()
    {
        Assert.Null(_board.TakeChanges());
        _board.Apply("one", 1, [Jenny], 0);
        _board.Apply("one", 2, [Jenny with { Places = 2 }], 0);
        _board.Apply("one", 3, [Jenny with { Brief = "busy", Places = 5 }], 0);
        Assert.Equal([Jenny with { Brief = "busy", Places = 5 }], _board.TakeChanges()!.Users);
        Assert.Null(_board.TakeChanges());
        _board.Apply("one", 4, [], 1);
        var guests = _board.TakeChanges();
        Assert.Equal((0, 1, 1), (guests!.Users.Count, guests.Guests, guests.Online));
    }

    [Fact]
    public void A_snapshot_lists_500_users_and_says_how_many_there_are()
    {
        _board.Apply("one", 1, Crowd(1_500), 0);
        var snapshot = _board.Snapshot();
        Assert.Equal((500, 1_500), (snapshot.Users.Count, snapshot.Online));
    }

    [Fact]
    public void Users_beyond_the_list_change_the_count_alone_and_take_the_place_of_those_who_leave()
    {
        var listed = Crowd(500);
        _board.Apply("one", 1, listed, 0);
        _board.TakeChanges();

        var more = Crowd(2);
        _board.Apply("one", 2, more, 0);
        var came = _board.TakeChanges()!;
        Assert.Equal((false, 0, 502), (came.Full, came.Users.Count, came.Online));
        _board.Apply("one", 3, [more[0] with { Brief = "busy" }], 0);
        Assert.Null(_board.TakeChanges());

        _board.Apply("one", 4, [listed[7] with { Places = 0 }], 0);
        var left = _board.TakeChanges()!;
        Assert.Equal([listed[7] with { Places = 0 }, more[0] with { Brief = "busy" }], left.Users.OrderBy(user => user.Places));
        Assert.Equal(501, left.Online);
        Assert.Contains(more[0] with { Brief = "busy" }, _board.Snapshot().Users);
    }

    [Fact]
    public void Whatever_happens_the_changes_add_up_to_the_snapshot() =>
        Gen.Select(Gen.Int[0, 700], Gen.Int[0, 2], Gen.Int[0, 150]).Array[1, 300].ForEach(steps =>
        {
            var (board, ids, seen) = (new PresenceBoard(), new Dictionary<int, Guid>(), new Dictionary<Guid, OnlineUser>());
            for (var i = 0; i < steps.Length; i++)
            {
                var (first, places, briefChars) = steps[i];
                var users = Enumerable.Range(first, 40).Select(n => ids.TryGetValue(n, out var id) ? id : ids[n] = Guid.NewGuid())
                    .Select(id => new OnlineUser(id, "user", new string('界', briefChars), places)).ToArray();
                board.Apply("one", i, users, 0);
                if (board.TakeChanges() is not { } frame)
                    continue;
                if (frame.Full)
                    seen.Clear();
                foreach (var user in frame.Users)
                    seen[user.Id] = user;
                foreach (var gone in seen.Values.Where(user => user.Places == 0).ToArray())
                    seen.Remove(gone.Id);
                if (frame.Online < seen.Count)
                    return false;
            }
            var snapshot = board.Snapshot();
            return snapshot.Users.ToHashSet().SetEquals(seen.Values) && snapshot.Users.Count <= 500 && snapshot.Users.Sum(user => 3 * user.Brief.Length) <= 128 * 1024;
        }, count: 100);

    [Fact]
    public void Long_briefs_make_the_list_shorter_so_that_it_can_be_sent_whole()
    {
        _board.Apply("one", 1, Crowd(400, new string('界', 128)), 0);
        var snapshot = _board.Snapshot();
        Assert.InRange(snapshot.Users.Count, 300, 350);
        Assert.Equal(400, snapshot.Online);
    }

    private static OnlineUser[] Crowd(int count, string brief = "") => [.. Enumerable.Range(0, count).Select(i => new OnlineUser(Guid.NewGuid(), $"user {i}", brief, 1))];
}
