using Im.Core.Sessions;
using Im.Protocol;
using Im.Tests.Fixtures;
using Im.Tests.Nodes;

namespace Im.Tests.Sessions;

/// <summary>A node looks up the sessions it has sockets of.</summary>
public abstract class SessionCheckTests(RedisUnderTest server) : SessionSuite(server)
{
    [Fact]
    public async Task It_says_which_exist_and_whose_they_are_now()
    {
        var (guest, _) = await Sessions.CreateAsync(Laptop);
        var (jenny, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var (ended, _) = await Sessions.LoginAsync(null, Tom, Laptop);
        var (loggedOut, _) = await Sessions.LoginAsync(null, Tom, Laptop);
        await Sessions.DestroyAsync(ended.Id);
        await Sessions.LogoutAsync(loggedOut.Id);
        var check = await Other.Sessions.CheckAsync([guest.Id, jenny.Id, ended.Id, loggedOut.Id, "no session's id"]);
        Assert.Equal(new Dictionary<string, Guid?> { [guest.Id] = null, [jenny.Id] = Jenny, [loggedOut.Id] = null }, check.Alive);
        Assert.False(check.Lost);
    }

    [Fact]
    public async Task More_than_a_batch_of_sessions_are_looked_up()
    {
        var ids = new List<string>();
        for (var i = 0; i < 250; i++)
            ids.Add((await Sessions.CreateAsync(Laptop)).Session.Id);
        await Sessions.DestroyAsync(ids[120]);
        Assert.Equal(ids.Where((_, i) => i != 120).Order(), (await Sessions.CheckAsync(ids)).Alive.Keys.Order());
    }

    [Fact]
    public async Task A_session_with_an_open_socket_does_not_expire_of_disuse_but_does_end_after_its_longest_life()
    {
        var (session, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
        for (var day = 0; day < 89; day += 20)
        {
            Time.Advance(TimeSpan.FromDays(17));
            Assert.Equal(Time.GetUtcNow() < session.CreatedAt.AddDays(90), (await Sessions.CheckAsync([session.Id])).Alive.ContainsKey(session.Id));
        }
        Assert.NotNull(await Sessions.FindAsync(token));
        Time.Advance(TimeSpan.FromDays(6));
        Assert.Empty((await Sessions.CheckAsync([session.Id])).Alive);
    }

    [Fact]
    public async Task Sessions_lost_with_Redis_are_told_from_sessions_that_were_ended_once()
    {
        var (session, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        foreach (var process in new[] { One, Other })
            Assert.False((await process.Sessions.CheckAsync([session.Id])).Lost);
        await Cluster.WipeAsync();
        foreach (var process in new[] { One, Other })
        {
            var check = await process.Sessions.CheckAsync([session.Id]);
            Assert.Empty(check.Alive);
            Assert.True(check.Lost);
            Assert.False((await process.Sessions.CheckAsync([session.Id])).Lost);
        }
    }

    [Fact]
    public async Task Signing_out_everywhere_tells_also_sockets_whose_sessions_are_in_no_list()
    {
        var (kept, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var (ended, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        Assert.Equal(1, await Sessions.DestroyAllAsync(Jenny, kept.Id));
        Assert.Equal([new(SessionChangeKind.Destroyed, ended.Id, Reason: EndReasons.SignedOut), new(SessionChangeKind.AllDestroyed, kept.Id, Jenny, EndReasons.SignedOut)], Told);
    }
}

[Trait("Category", "Sessions")]
public sealed class SessionCheckOnRedis(RealRedis server) : SessionCheckTests(server), IClassFixture<RealRedis>;

[Trait("Category", "Sessions")]
public sealed class SessionCheckOnGarnet(Garnet server) : SessionCheckTests(server), IClassFixture<Garnet>;

[Trait("Category", "Sessions")]
[OnRedisCluster]
public sealed class SessionCheckOnRedisCluster(ClusterOfRedis server) : SessionCheckTests(server), IClassFixture<ClusterOfRedis>;
