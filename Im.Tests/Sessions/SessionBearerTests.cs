using Im.Core.Sessions;
using Im.Tests.Fixtures;
using Im.Tests.Nodes;

namespace Im.Tests.Sessions;

/// <summary>Bearer tokens, ending only one's own, and where sessions are connected.</summary>
public abstract class SessionBearerTests(RedisUnderTest server) : SessionSuite(server)
{
    [Fact]
    public async Task A_bearer_token_finds_its_session_for_an_hour_on_any_node()
    {
        var (session, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var one = await Sessions.CreateBearerAsync(session.Id);
        var other = await Other.Sessions.CreateBearerAsync(session.Id);
        Time.Advance(TimeSpan.FromMinutes(59));
        foreach (var bearer in new[] { one, other })
            Assert.Equal((session.Id, Jenny), (await Other.Sessions.FindBearerAsync(bearer) is { } found ? (found.Id, found.UserId!.Value) : default));
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await Sessions.FindBearerAsync(one));
    }

    [Fact]
    public async Task It_is_worth_nothing_after_a_logout_or_the_end_of_its_session_or_for_a_guest()
    {
        var (loggedOut, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var (ended, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var (guest, _) = await Sessions.CreateAsync(Laptop);
        var bearers = new List<string>();
        foreach (var session in new[] { loggedOut, ended, guest })
            bearers.Add(await Sessions.CreateBearerAsync(session.Id));
        await Sessions.LogoutAsync(loggedOut.Id);
        await Sessions.DestroyAsync(ended.Id);
        foreach (var bearer in bearers)
            Assert.Null(await Other.Sessions.FindBearerAsync(bearer));
    }

    [Fact]
    public async Task What_is_no_bearer_token_finds_nothing()
    {
        var (_, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
        foreach (var text in new[] { "", "imt_", token, $"imt_{token}", $"imt_{new string('A', 43)}" })
            Assert.Null(await Sessions.FindBearerAsync(text));
    }

    [Fact]
    public async Task Its_use_is_the_sessions_use()
    {
        var (session, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        Time.Advance(TimeSpan.FromDays(29));
        var bearer = await Sessions.CreateBearerAsync(session.Id);
        Assert.Equal(Time.GetUtcNow(), (await Sessions.FindBearerAsync(bearer))!.LastSeenAt);
        Time.Advance(TimeSpan.FromDays(29));
        Assert.NotNull(await Sessions.GetAsync(session.Id));
    }

    [Fact]
    public async Task Only_ones_own_session_is_ended()
    {
        var (session, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        Assert.False(await Other.Sessions.DestroyOfAsync(Tom, session.Id));
        Assert.NotNull(await Sessions.GetAsync(session.Id));
        Assert.True(await Other.Sessions.DestroyOfAsync(Jenny, session.Id));
        Assert.False(await Sessions.DestroyOfAsync(Jenny, session.Id));
    }

    [Fact]
    public async Task A_session_is_listed_with_the_nodes_on_which_it_has_connections()
    {
        var node = await Cluster.StartNodeAsync("realtime-1", Time);
        var (connected, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var (idle, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        await Task.WhenAll(((string[])["c-1", "c-2"]).Select(id => node.Sessions.ConnectAsync(new(id, node.Id, connected.Id, Jenny, Time.GetUtcNow()))));
        var places = (await Sessions.ListPlacesAsync(Jenny)).ToDictionary(place => place.Session.Id, place => (string.Join(',', place.Nodes), place.Connections));
        Assert.Equal(new() { [connected.Id] = ("realtime-1", 2), [idle.Id] = ("", 0) }, places);
    }

    [Fact]
    public async Task A_changed_standing_is_told_to_every_process()
    {
        await Sessions.AnnounceStandingAsync(Jenny);
        Assert.Equal([new(SessionChangeKind.Standing, "", Jenny)], Told);
    }
}

[Trait("Category", "Sessions")]
public sealed class SessionBearersOnRedis(RealRedis server) : SessionBearerTests(server), IClassFixture<RealRedis>;

[Trait("Category", "Sessions")]
public sealed class SessionBearersOnGarnet(Garnet server) : SessionBearerTests(server), IClassFixture<Garnet>;

[Trait("Category", "Sessions")]
[OnRedisCluster]
public sealed class SessionBearersOnRedisCluster(ClusterOfRedis server) : SessionBearerTests(server), IClassFixture<ClusterOfRedis>;
