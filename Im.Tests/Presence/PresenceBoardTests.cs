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
    public void A_snapshot_lists_1000_users_and_says_how_many_there_are()
    {
        _board.Apply("one", 1, Crowd(1_500), 0);
        var snapshot = _board.Snapshot();
        Assert.Equal((1_000, 1_500), (snapshot.Users.Count, snapshot.Online));
    }

    [Fact]
    public void More_changes_than_a_snapshot_lists_are_told_as_a_snapshot()
    {
        _board.Apply("one", 1, Crowd(1_001), 0);
        Assert.True(_board.TakeChanges()!.Full);
        _board.Apply("one", 2, Crowd(1_000), 0);
        Assert.False(_board.TakeChanges()!.Full);
    }

    [Fact]
    public void Long_briefs_make_the_list_shorter_so_that_it_can_be_sent_whole()
    {
        _board.Apply("one", 1, Crowd(900, new string('界', 128)), 0);
        var snapshot = _board.Snapshot();
        Assert.InRange(snapshot.Users.Count, 300, 350);
        Assert.Equal(900, snapshot.Online);
        Assert.True(_board.TakeChanges()!.Full);
    }

    private static OnlineUser[] Crowd(int count, string brief = "") => [.. Enumerable.Range(0, count).Select(i => new OnlineUser(Guid.NewGuid(), $"user {i}", brief, 1))];
}
