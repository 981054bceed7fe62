using Im.Core.Sessions;
using Im.Protocol;
using Im.Tests.Fixtures;
using Im.Tests.Nodes;
using StackExchange.Redis;

namespace Im.Tests.Sessions;

public abstract class SessionLifeTests(RedisUnderTest server) : SessionSuite(server)
{
    [Fact]
    public async Task A_new_session_is_a_guests_and_is_found_by_its_token_on_every_node()
    {
        var (session, token) = await Sessions.CreateAsync(Laptop);
        var found = await Other.Sessions.FindAsync(token);
        Assert.Equivalent(session, found);
        Assert.Null(found!.UserId);
        Assert.Equal(Laptop, found.Origin);
        Assert.Equal(Time.GetUtcNow(), found.CreatedAt);
        Assert.Matches("^[A-Za-z0-9_-]{22}$", session.Id);
        Assert.Matches("^[A-Za-z0-9_-]{64}$", token);
        Assert.Equivalent(session, await Other.Sessions.GetAsync(session.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_was_never_given_out_finds_nothing_anywhere(string token)
    {
        Assert.Null(await Sessions.FindAsync(token));
        Assert.Null(await Sessions.GetAsync(token));
        Assert.Null(await Sessions.RenewAsync(token));
        Assert.Null(await Sessions.RedeemTicketAsync(token));
        Assert.Null(await Sessions.GetValueAsync(token, "name"));
        Assert.False(await Sessions.SetValueAsync(token, "name", "value"));
        Assert.False(await Sessions.DeleteValueAsync(token, "name"));
        Assert.False(await Sessions.LogoutAsync(token));
        Assert.False(await Sessions.DestroyAsync(token));
    }

    [Fact]
    public async Task The_public_id_with_another_secret_finds_nothing_and_ends_nothing()
    {
        var (session, token) = await Sessions.CreateAsync(Laptop);
        var forged = SessionToken.New(session.Id).Text;
        Assert.Null(await Sessions.FindAsync(forged));
        Assert.Null(await Sessions.RenewAsync(forged));
        await Sessions.LoginAsync(forged, Tom, Laptop);
        Assert.NotNull(await Sessions.FindAsync(token));
    }

    [Fact]
    public async Task Redis_never_sees_a_token_or_a_ticket()
    {
        var (session, token) = await Sessions.CreateAsync(Laptop);
        var renewed = await Sessions.RenewAsync(token);
        var ticket = await Sessions.CreateTicketAsync(session.Id);
        var all = new List<string>();
        foreach (var key in await Cluster.AllKeysAsync())
        {
            all.Add(key);
            if (await Cluster.Redis.KeyTypeAsync(key) == RedisType.Hash)
                all.AddRange((await Cluster.Redis.HashGetAllAsync(key)).SelectMany(field => new[] { field.Name.ToString(), field.Value.ToString() }));
            else if (await Cluster.Redis.KeyTypeAsync(key) == RedisType.String)
                all.Add((await Cluster.Redis.StringGetAsync(key)).ToString());
        }
        Assert.Contains(all, text => text.Contains(session.Id, StringComparison.Ordinal));
        Assert.DoesNotContain(all, text => new[] { token, renewed!, ticket }.Any(secret => text.Contains(secret[24..], StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Where_it_was_made_is_shortened_and_never_in_the_middle_of_a_character()
    {
        var (session, _) = await Sessions.CreateAsync(new(new string('d', 255) + "😀", new string('1', 100)));
        var origin = (await Sessions.GetAsync(session.Id))!.Origin;
        Assert.Equal(new string('d', 255), origin.Device);
        Assert.Equal(45, origin.Address!.Length);
        Assert.Equal(origin, session.Origin);
    }

    [Fact]
    public async Task A_login_makes_a_new_session_with_the_guests_values_and_ends_the_guests_at_once()
    {
        var (guest, guestToken) = await Sessions.CreateAsync(Laptop);
        await Sessions.SetValueAsync(guest.Id, "theme", "深色");
        var (session, token) = await Other.Sessions.LoginAsync(guestToken, Jenny, Laptop);
        Assert.NotEqual(guest.Id, session.Id);
        Assert.Equal("深色", session.Values["theme"]);
        Assert.Null(await Sessions.FindAsync(guestToken));
        Assert.Null(await Sessions.GetAsync(guest.Id));
        Assert.Equivalent(session, await Sessions.FindAsync(token));
        Assert.Equal(Jenny, (await Sessions.FindAsync(token))!.UserId);
        Assert.Equal([new SessionChange(SessionChangeKind.LoggedIn, guest.Id)], Told);
        Assert.Equal([session.Id], (await Sessions.ListAsync(Jenny)).Select(one => one.Id));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nobody knows this one")]
    public async Task A_login_without_a_guest_session_is_a_fresh_one(string? guestToken)
    {
        var (session, token) = await Sessions.LoginAsync(guestToken, Jenny, Laptop);
        Assert.Empty(session.Values);
        Assert.Equal(Jenny, (await Other.Sessions.FindAsync(token))!.UserId);
        Assert.Empty(Told);
    }

    [Fact]
    public async Task A_login_over_another_users_session_ends_it_and_takes_none_of_its_values()
    {
        var (jennys, jennysToken) = await Sessions.LoginAsync(null, Jenny, Laptop);
        await Sessions.SetValueAsync(jennys.Id, "draft", "for nobody else");
        var (toms, _) = await Sessions.LoginAsync(jennysToken, Tom, Laptop);
        Assert.Empty(toms.Values);
        Assert.Null(await Sessions.FindAsync(jennysToken));
        Assert.Empty(await Sessions.ListAsync(Jenny));
        Assert.Equal([new(SessionChangeKind.LoggedOut, jennys.Id), new SessionChange(SessionChangeKind.LoggedIn, jennys.Id)], Told);
    }

    [Fact]
    public async Task The_same_user_logging_in_again_keeps_the_values()
    {
        var (first, firstToken) = await Sessions.LoginAsync(null, Jenny, Laptop);
        await Sessions.SetValueAsync(first.Id, "draft", "hello");
        var (second, _) = await Sessions.LoginAsync(firstToken, Jenny, Laptop);
        Assert.Equal("hello", second.Values["draft"]);
        Assert.Equal([second.Id], (await Sessions.ListAsync(Jenny)).Select(one => one.Id));
    }

    [Fact]
    public async Task A_logout_leaves_a_guest_with_the_same_id_and_token_and_nothing_of_the_users()
    {
        var (session, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
        await Sessions.SetValueAsync(session.Id, "draft", "hello");
        Assert.True(await Other.Sessions.LogoutAsync(session.Id));
        var guest = await Sessions.FindAsync(token);
        Assert.Equal(session.Id, guest!.Id);
        Assert.Null(guest.UserId);
        Assert.Empty(guest.Values);
        Assert.Empty(await Sessions.ListAsync(Jenny));
        Assert.Equal([new SessionChange(SessionChangeKind.LoggedOut, session.Id)], Told);
    }

    [Fact]
    public async Task Logging_a_guest_out_changes_nothing_and_tells_nobody()
    {
        var (session, _) = await Sessions.CreateAsync(Laptop);
        Assert.True(await Sessions.LogoutAsync(session.Id));
        Assert.Empty(Told);
    }

    [Fact]
    public async Task A_destroyed_session_is_over_for_every_token_and_its_sockets_are_told_once()
    {
        var (session, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var renewed = await Sessions.RenewAsync(token);
        Assert.True(await Other.Sessions.DestroyAsync(session.Id));
        Assert.False(await Sessions.DestroyAsync(session.Id));
        Assert.Null(await Sessions.FindAsync(token));
        Assert.Null(await Sessions.FindAsync(renewed!));
        Assert.Null(await Sessions.GetAsync(session.Id));
        Assert.Equal([new SessionChange(SessionChangeKind.Destroyed, session.Id, Reason: EndReasons.SignedOut)], Told);
    }

    [Fact]
    public async Task Signing_out_all_others_leaves_this_one_and_other_peoples()
    {
        var (here, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var (phone, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var (work, _) = await Other.Sessions.LoginAsync(null, Jenny, Laptop);
        var (toms, _) = await Sessions.LoginAsync(null, Tom, Laptop);
        Assert.Equal(2, await Sessions.DestroyAllAsync(Jenny, exceptSessionId: here.Id));
        Assert.Equal([here.Id], (await Other.Sessions.ListAsync(Jenny)).Select(one => one.Id));
        Assert.Equal([toms.Id], (await Other.Sessions.ListAsync(Tom)).Select(one => one.Id));
        Assert.Equal(new[] { phone.Id, work.Id }.Order(), Told.Where(change => change.Kind == SessionChangeKind.Destroyed).Select(change => change.SessionId).Order());
        Assert.Equal(1, await Sessions.DestroyAllAsync(Jenny));
        Assert.Equal(0, await Sessions.DestroyAllAsync(Jenny));
    }

    [Fact]
    public async Task A_renewed_session_accepts_its_old_token_for_the_grace_time_after_the_new_one_was_used_and_no_longer()
    {
        var (session, old) = await Sessions.CreateAsync(Laptop);
        var renewed = await Sessions.RenewAsync(old, TimeSpan.FromSeconds(10));
        Assert.NotEqual(old, renewed);
        Assert.Equal(session.Id, (await Sessions.FindAsync(renewed!))!.Id);
        Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(session.Id, (await Other.Sessions.FindAsync(old))!.Id);
        Assert.Equal(session.Id, (await Other.Sessions.FindAsync(renewed!))!.Id);
        Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Null(await Other.Sessions.FindAsync(old));
    }

    [Fact]
    public async Task A_renewed_token_used_again_after_its_grace_ends_the_session_and_says_why()
    {
        var (session, stolen) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var renewed = await Sessions.RenewAsync(stolen, TimeSpan.FromSeconds(10));
        Assert.NotNull(await Sessions.FindAsync(renewed!));
        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(await Other.Sessions.FindAsync(stolen));
        Assert.Null(await Sessions.FindAsync(renewed!));
        Assert.Empty(await Sessions.ListAsync(Jenny));
        Assert.Equal(new SessionChange(SessionChangeKind.Destroyed, session.Id, Reason: EndReasons.Reused), Told[^1]);
    }

    [Fact]
    public async Task A_token_renewed_many_times_ago_ends_the_session_as_well()
    {
        var (session, stolen) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var token = stolen;
        for (var day = 0; day < 5; day++)
        {
            token = (await Sessions.RenewAsync(token))!;
            Assert.NotNull(await Other.Sessions.FindAsync(token));
            Time.Advance(TimeSpan.FromDays(1));
        }
        Assert.Null(await Other.Sessions.FindAsync(stolen));
        Assert.Null(await Sessions.GetAsync(session.Id));
    }

    [Fact]
    public async Task A_token_that_was_never_given_ends_nothing_whatever_session_it_names()
    {
        var (session, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
        Assert.Null(await Sessions.FindAsync(SessionToken.New(session.Id).Text));
        Time.Advance(TimeSpan.FromDays(1));
        Assert.Null(await Sessions.FindAsync(SessionToken.New(session.Id).Text));
        Assert.NotNull(await Sessions.FindAsync(token));
    }

    [Fact]
    public async Task A_renewal_whose_answer_was_lost_is_made_again_and_the_lost_token_is_worth_nothing()
    {
        var (session, old) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var lost = await Sessions.RenewAsync(old, TimeSpan.FromSeconds(10));
        Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Null(await Other.Sessions.RenewAsync(old, TimeSpan.FromSeconds(10)));
        Time.Advance(TimeSpan.FromHours(20));
        Assert.Equal(session.Id, (await Other.Sessions.FindAsync(old))!.Id);
        var renewed = await Other.Sessions.RenewAsync(old, TimeSpan.FromSeconds(10));
        Assert.Null(await Sessions.FindAsync(lost!));
        Assert.Equal(session.Id, (await Sessions.FindAsync(renewed!))!.Id);
        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(await Sessions.RenewAsync(old));
        Assert.Null(await Sessions.FindAsync(old));
    }

    [Fact]
    public async Task A_login_with_a_token_whose_renewal_was_lost_replaces_its_session()
    {
        var (guest, old) = await Sessions.CreateAsync(Laptop);
        await Sessions.RenewAsync(old);
        Time.Advance(TimeSpan.FromMinutes(1));
        await Sessions.LoginAsync(old, Jenny, Laptop);
        Assert.Null(await Sessions.GetAsync(guest.Id));
    }

    [Fact]
    public async Task A_further_renewal_ends_the_grace_of_the_token_before_the_last()
    {
        var (_, first) = await Sessions.CreateAsync(Laptop);
        var second = await Sessions.RenewAsync(first);
        Assert.Null(await Sessions.RenewAsync(first));
        var third = await Sessions.RenewAsync(second!);
        Assert.Null(await Sessions.FindAsync(first));
        Assert.NotNull(await Sessions.FindAsync(second!));
        Assert.NotNull(await Sessions.FindAsync(third!));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(601)]
    public async Task A_grace_time_out_of_bounds_is_refused(int seconds) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Sessions.RenewAsync("any", TimeSpan.FromSeconds(seconds)));

    [Fact]
    public async Task A_ticket_gives_its_session_once()
    {
        var (session, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var ticket = await Sessions.CreateTicketAsync(session.Id);
        Assert.Equivalent(session, await Other.Sessions.RedeemTicketAsync(ticket));
        Assert.Null(await Sessions.RedeemTicketAsync(ticket));
    }

    [Fact]
    public async Task A_ticket_is_worth_nothing_after_30_seconds_or_without_its_session()
    {
        var (session, _) = await Sessions.CreateAsync(Laptop);
        var late = await Sessions.CreateTicketAsync(session.Id);
        Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(await Sessions.RedeemTicketAsync(late));
        var orphan = await Sessions.CreateTicketAsync(session.Id);
        await Sessions.DestroyAsync(session.Id);
        Assert.Null(await Sessions.RedeemTicketAsync(orphan));
    }
}

[Trait("Category", "Sessions")]
public sealed class SessionLifeOnRedis(RealRedis server) : SessionLifeTests(server), IClassFixture<RealRedis>;

[Trait("Category", "Sessions")]
public sealed class SessionLifeOnGarnet(Garnet server) : SessionLifeTests(server), IClassFixture<Garnet>;

[Trait("Category", "Sessions")]
[OnRedisCluster]
public sealed class SessionLifeOnRedisCluster(ClusterOfRedis server) : SessionLifeTests(server), IClassFixture<ClusterOfRedis>;
