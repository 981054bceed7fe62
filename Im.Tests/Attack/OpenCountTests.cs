using Im.Core.Limits;
using Im.ServiceDefaults.Connections;
using Microsoft.Extensions.Configuration;

namespace Im.Tests.Attack;

/// <summary>Counting what is open, by owner and in all.</summary>
[Trait("Category", "Attack")]
public sealed class OpenCountTests
{
    [Fact]
    public void One_owner_has_as_many_as_it_may_and_all_together_as_many_as_there_may_be()
    {
        var counts = new OpenCounts(most: 5, mostOfOne: 2);
        Assert.Equal([Room.Free, Room.Free, Room.OwnerIsFull], Enter(counts, "jenny", 3));
        Assert.Equal([Room.Free, Room.Free, Room.OwnerIsFull], Enter(counts, "tom", 3));
        Assert.Equal([Room.Free, Room.AllIsFull], Enter(counts, "eve", 2));
        Assert.Equal([Room.AllIsFull], Enter(counts, null, 1));
    }

    [Fact]
    public void One_owner_never_has_more_than_half_whatever_the_bounds()
    {
        var counts = new OpenCounts(most: 300, mostOfOne: 4_000);
        Assert.Equal(150, Enter(counts, "eve", 400).Count(room => room == Room.Free));
        Assert.Equal([Room.Free], Enter(counts, "jenny", 1));
    }

    [Fact]
    public void A_place_is_given_back_once_and_its_owner_forgotten()
    {
        var counts = new OpenCounts(10, 2);
        counts.TryEnter("jenny", out var one);
        counts.TryEnter("jenny", out var other);
        one!.Dispose();
        one.Dispose();
        one.Resume();
        Assert.Equal((1, 1), (counts.Count, counts.CountOf("jenny")));
        other!.Suspend();
        other.Suspend();
        Assert.Equal(0, counts.Count);
        other.Resume();
        Assert.Equal(1, counts.Count);
        other.Dispose();
        Assert.Equal((0, 0), (counts.Count, counts.CountOf("jenny")));
    }

    [Fact]
    public void Of_many_at_once_no_more_than_there_may_be_come_in()
    {
        var counts = new OpenCounts(1_000, 50);
        var most = 0;
        Parallel.For(0, 20_000, i =>
        {
            if (counts.TryEnter($"{i % 3}", out var place) != Room.Free)
                return;
            InterlockedMax(ref most, counts.CountOf($"{i % 3}"));
            place!.Dispose();
        });
        Assert.InRange(most, 1, 50);
        Assert.Equal(0, counts.Count);
    }

    [Fact]
    public void A_socket_takes_the_place_of_its_TCP_connection_and_gives_it_back()
    {
        var counts = new ConnectionCounts(10, 2, 1);
        counts.Plain.TryEnter("jenny's", out var plain);
        counts.TryEnter("jenny's", plain, out var socket);
        Assert.Equal((0, 1), (counts.Plain.Count, counts.Sockets.Count));
        socket!.Dispose();
        Assert.Equal((1, 0), (counts.Plain.Count, counts.Sockets.Count));
        plain!.Dispose();
        Assert.Equal(0, counts.Plain.Count);
    }

    [Fact]
    public void A_socket_that_changes_hands_counts_for_whose_it_is()
    {
        var counts = new ConnectionCounts(10, 5, 1);
        counts.TryEnter("office", null, out var one);
        counts.TryEnter("office", null, out var other);
        Assert.True(one!.TryBecome("jenny"));
        Assert.True(one.TryBecome("jenny"));
        Assert.False(other!.TryBecome("jenny"));
        Assert.True(other.TryBecome("tom"));
        Assert.True(one.TryBecome(null));
        Assert.True(other.TryBecome("jenny"));
        Assert.Equal((1, 0), (counts.Users.CountOf("jenny"), counts.Users.CountOf("tom")));
        other.Dispose();
        Assert.True(other.TryBecome("tom")); // too late to count
        Assert.Equal(0, counts.Users.Count);
    }

    [Fact]
    public void By_default_an_office_of_500_people_with_two_tabs_each_behind_one_address_works()
    {
        var limits = new LimitOptions();
        var counts = new ConnectionCounts(limits.MaxConnections, limits.MaxConnectionsPerAddress, limits.MaxConnectionsPerUser);
        for (var socket = 0; socket < 1_000; socket++)
        {
            Assert.Equal(Room.Free, counts.TryEnter("192.0.2.7", null, out var place));
            Assert.True(place!.TryBecome($"{socket / 2}"));
        }
        Assert.InRange(limits.Connects.Burst, 1_000, double.MaxValue);
        Assert.InRange(limits.Guests.Burst, 1_000, double.MaxValue);
        Assert.Equal(15, limits.KeepAliveSeconds);
    }

    [Theory]
    [InlineData("10.1.2.3", null), InlineData("::ffff:10.1.2.3", null), InlineData("192.0.2.7", "192.0.2.7"), InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), InlineData("fd00::1", null)]
    public void A_proxy_has_no_bound_of_its_own(string address, string? owner)
    {
        var proxies = new ProxyNetworks(new ConfigurationBuilder().AddInMemoryCollection([new("Proxies", "10.0.0.0/8, fd00::/8")]).Build());
        Assert.Equal(owner, proxies.OwnerOf(System.Net.IPAddress.Parse(address)));
    }

    private static Room[] Enter(OpenCounts counts, string? owner, int times) => [.. Enumerable.Range(0, times).Select(time => counts.TryEnter(owner, out _))];

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
        }
    }
}
