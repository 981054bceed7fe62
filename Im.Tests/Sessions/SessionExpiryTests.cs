using Im.Core.Sessions;
using Im.Tests.Fixtures;
using Im.Tests.Nodes;

namespace Im.Tests.Sessions;

public abstract class SessionExpiryTests(RedisUnderTest server) : SessionSuite(server)
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task A_logged_in_session_ends_30_days_after_its_last_use()
    {
        var (session, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
        Time.Advance(TimeSpan.FromDays(30) - Instant);
        Assert.NotNull(await Sessions.FindAsync(token));
        Time.Advance(TimeSpan.FromDays(30) - Instant);
        Assert.NotNull(await Sessions.GetAsync(session.Id));
        Time.Advance(Instant);
        await AssertEndedAsync(session.Id, token);
    }

    [Fact]
    public async Task A_guests_session_ends_a_day_after_its_last_use()
    {
        var (session, token) = await Sessions.CreateAsync(Laptop);
        Time.Advance(TimeSpan.FromDays(1) - Instant);
        Assert.NotNull(await Sessions.FindAsync(token));
        Time.Advance(TimeSpan.FromDays(1));
        await AssertEndedAsync(session.Id, token);
    }

    [Fact]
    public async Task After_a_logout_a_session_lives_as_long_as_a_guests()
    {
        var (session, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
        await Sessions.LogoutAsync(session.Id);
        Time.Advance(TimeSpan.FromDays(1) - Instant);
        Assert.NotNull(await Sessions.GetAsync(session.Id));
        Time.Advance(Instant);
        await AssertEndedAsync(session.Id, token);
    }

    [Fact]
    public async Task No_session_lives_longer_than_90_days_however_much_it_is_used()
    {
        var (session, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
        for (var day = 0; day < 89; day++)
        {
            Time.Advance(TimeSpan.FromDays(1));
            Assert.NotNull(await Sessions.FindAsync(token));
        }
        Time.Advance(TimeSpan.FromDays(1));
        await AssertEndedAsync(session.Id, token);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_session_older_than_a_life_that_was_shortened_ends_when_it_is_used(bool looked)
    {
        var (session, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var (other, _) = await Sessions.LoginAsync(null, Tom, Laptop);
        Time.Advance(TimeSpan.FromDays(20));
        Shorten(TimeSpan.FromDays(10));
        if (looked)
            Assert.Empty((await Sessions.CheckAsync([session.Id, other.Id])).Alive);
        Assert.Null(await Sessions.FindAsync(token));
        await AssertEndedAsync(session.Id, token);
        Assert.Equal(0, await Cluster.Redis.SortedSetLengthAsync(Cluster.Keys.UserSessions(Jenny)));
    }

    [Fact]
    public async Task A_logout_from_a_session_older_than_a_life_that_was_shortened_ends_it()
    {
        var (session, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
        await Sessions.SetValueAsync(session.Id, "name", "value");
        Time.Advance(TimeSpan.FromDays(20));
        Shorten(TimeSpan.FromDays(10));
        Assert.True(await Sessions.LogoutAsync(session.Id));
        Assert.False(await Cluster.Redis.KeyExistsAsync(Cluster.Keys.Session(session.Id)));
        Assert.Equal(0, await Cluster.Redis.SortedSetLengthAsync(Cluster.Keys.UserSessions(Jenny)));
        await AssertEndedAsync(session.Id, token);
    }

    // As after a restart with another setting.
    private void Shorten(TimeSpan life)
    {
        foreach (var node in new[] { One, Other })
        {
            var options = node.Get<Microsoft.Extensions.Options.IOptions<SessionOptions>>().Value;
            (options.AbsoluteExpiration, options.SlidingExpiration) = (life, life);
        }
    }

    [Fact]
    public async Task Use_is_written_at_most_once_a_minute()
    {
        var (session, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
        Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(session.LastSeenAt, (await Sessions.FindAsync(token))!.LastSeenAt);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Time.GetUtcNow(), (await Sessions.FindAsync(token))!.LastSeenAt);
        Assert.Equal(Time.GetUtcNow(), (await Other.Sessions.GetAsync(session.Id))!.LastSeenAt);
    }

    [Fact]
    public async Task Redis_itself_removes_what_nobody_uses()
    {
        var (guest, _) = await Sessions.CreateAsync(Laptop);
        var (session, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var ticket = await Sessions.CreateTicketAsync(session.Id);
        Assert.True(SessionToken.TryHashTicket(ticket, out var hash));
        await AssertTimeToLiveAsync(Cluster.Keys.Session(guest.Id), TimeSpan.FromDays(1));
        await AssertTimeToLiveAsync(Cluster.Keys.Session(session.Id), TimeSpan.FromDays(30));
        await AssertTimeToLiveAsync(Cluster.Keys.UserSessions(Jenny), TimeSpan.FromDays(90));
        await AssertTimeToLiveAsync(Cluster.Keys.Ticket(hash), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_use_that_comes_too_late_does_not_bring_a_session_back()
    {
        var (session, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
        Time.Advance(TimeSpan.FromDays(30));
        Assert.False(await One.Get<SessionStore>().TouchAsync(session));
        await AssertEndedAsync(session.Id, token);
        var (destroyed, _) = await Sessions.LoginAsync(null, Tom, Laptop);
        await Sessions.DestroyAsync(destroyed.Id);
        Assert.False(await One.Get<SessionStore>().TouchAsync(destroyed));
        Assert.False(await Cluster.Redis.KeyExistsAsync(Cluster.Keys.Session(destroyed.Id)));
        Assert.Equal(0, await Cluster.Redis.SortedSetLengthAsync(Cluster.Keys.UserSessions(Tom)));
    }

    [Fact]
    public async Task A_use_that_read_the_session_before_its_logout_does_not_make_it_the_users_again()
    {
        var (session, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
        await Other.Sessions.LogoutAsync(session.Id);
        Assert.False(await One.Get<SessionStore>().TouchAsync(session));
        Assert.Empty(await Sessions.ListAsync(Jenny));
        Time.Advance(TimeSpan.FromDays(1));
        await AssertEndedAsync(session.Id, token);
    }

    [Fact]
    public async Task A_users_list_is_cleaned_of_sessions_that_ended()
    {
        for (var i = 0; i < 5; i++)
            await Sessions.LoginAsync(null, Jenny, Laptop);
        var (ended, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        await Cluster.Redis.KeyDeleteAsync(Cluster.Keys.Session(ended.Id));
        Assert.Equal(6, await Cluster.Redis.SortedSetLengthAsync(Cluster.Keys.UserSessions(Jenny)));
        Assert.Equal(5, (await Sessions.ListAsync(Jenny)).Count);
        Assert.Equal(5, await Cluster.Redis.SortedSetLengthAsync(Cluster.Keys.UserSessions(Jenny)));
        Time.Advance(TimeSpan.FromDays(31));
        await Sessions.LoginAsync(null, Jenny, Laptop);
        Assert.Equal(1, await Cluster.Redis.SortedSetLengthAsync(Cluster.Keys.UserSessions(Jenny)));
    }

    [Fact]
    public async Task Sessions_are_listed_last_seen_first()
    {
        var (first, firstToken) = await Sessions.LoginAsync(null, Jenny, Laptop);
        Time.Advance(TimeSpan.FromMinutes(1));
        var (second, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        Assert.Equal([second.Id, first.Id], (await Sessions.ListAsync(Jenny)).Select(one => one.Id));
        Time.Advance(TimeSpan.FromMinutes(1));
        await Sessions.FindAsync(firstToken);
        Assert.Equal([first.Id, second.Id], (await Sessions.ListAsync(Jenny)).Select(one => one.Id));
    }

    [Fact]
    public async Task When_Redis_lost_everything_people_log_in_again_and_nothing_else_breaks()
    {
        var (session, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
        await Cluster.WipeAsync();
        await AssertEndedAsync(session.Id, token);
        var (again, _) = await Sessions.LoginAsync(token, Jenny, Laptop);
        Assert.Equal([again.Id], (await Other.Sessions.ListAsync(Jenny)).Select(one => one.Id));
    }

    private async Task AssertEndedAsync(string sessionId, string token)
    {
        Assert.Null(await Sessions.FindAsync(token));
        Assert.Null(await Sessions.GetAsync(sessionId));
        Assert.Null(await Sessions.RenewAsync(token));
        Assert.Null(await Sessions.GetValueAsync(sessionId, "name"));
        Assert.False(await Sessions.SetValueAsync(sessionId, "name", "value"));
        Assert.False(await Sessions.DeleteValueAsync(sessionId, "name"));
        Assert.False(await Sessions.LogoutAsync(sessionId));
        Assert.Empty(await Sessions.ListAsync(Jenny));
        Assert.False(await Sessions.DestroyAsync(sessionId));
    }

    private async Task AssertTimeToLiveAsync(string key, TimeSpan expected)
    {
        var left = await Cluster.Redis.KeyTimeToLiveAsync(key);
        Assert.InRange(left!.Value, expected - TimeSpan.FromSeconds(20), expected);
    }
}

[Trait("Category", "Sessions")]
public sealed class SessionExpiryOnRedis(RealRedis server) : SessionExpiryTests(server), IClassFixture<RealRedis>;

[Trait("Category", "Sessions")]
public sealed class SessionExpiryOnGarnet(Garnet server) : SessionExpiryTests(server), IClassFixture<Garnet>;

[Trait("Category", "Sessions")]
[OnRedisCluster]
public sealed class SessionExpiryOnRedisCluster(ClusterOfRedis server) : SessionExpiryTests(server), IClassFixture<ClusterOfRedis>;
