using Im.Core.Bus;
using Im.Core.Sessions;
using Im.Tests.Fixtures;
using Im.Tests.Nodes;

namespace Im.Tests.Sessions;

/// <summary>Two nodes at one session at once, many times over; whoever wins, what holds afterwards is one of the two orders.</summary>
public abstract class SessionRaceTests(RedisUnderTest server) : SessionSuite(server)
{
    private const int Rounds = 50;

    [Fact]
    public async Task Two_nodes_writing_one_session_lose_nothing_and_fill_it_to_32_exactly()
    {
        var (session, _) = await Sessions.CreateAsync(Laptop);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            try
            {
                return await (i % 2 == 0 ? One : Other).Sessions.SetValueAsync(session.Id, $"n{i}", $"{i}") ? $"n{i}" : null;
            }
            catch (ArgumentException)
            {
                return null;
            }
        }));
        var written = outcomes.OfType<string>().ToArray();
        Assert.Equal(32, written.Length);
        var values = (await Sessions.GetAsync(session.Id))!.Values;
        Assert.Equal(written.Order(), values.Keys.Order());
        Assert.All(values, value => Assert.Equal(value.Key, $"n{value.Value}"));
    }

    [Fact]
    public async Task Of_two_renewals_at_once_one_gives_a_token()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (_, token) = await Sessions.CreateAsync(Laptop);
            var tokens = await Task.WhenAll(One.Sessions.RenewAsync(token), Other.Sessions.RenewAsync(token));
            var renewed = Assert.Single(tokens.OfType<string>());
            Assert.NotNull(await Sessions.FindAsync(renewed));
            Assert.NotNull(await Sessions.FindAsync(token));
        }
    }

    [Fact]
    public async Task Of_two_logins_with_one_guest_token_both_succeed_and_one_has_the_values()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (guest, token) = await Sessions.CreateAsync(Laptop);
            await Sessions.SetValueAsync(guest.Id, "draft", "hello");
            var logins = await Task.WhenAll(One.Sessions.LoginAsync(token, Jenny, Laptop), Other.Sessions.LoginAsync(token, Jenny, Laptop));
            Assert.Single(logins, login => login.Session.Values.ContainsKey("draft"));
            Assert.All(await Task.WhenAll(logins.Select(login => Sessions.FindAsync(login.Token))), found => Assert.Equal(Jenny, found?.UserId));
            Assert.Single(Told, change => change == new SessionChange(SessionChangeKind.LoggedIn, guest.Id));
        }
    }

    [Fact]
    public async Task A_login_racing_the_logout_of_the_session_it_replaces_leaves_the_new_one_logged_in()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (before, token) = await Sessions.LoginAsync(null, Tom, Laptop);
            var logout = Other.Sessions.LogoutAsync(before.Id);
            var (session, newToken) = await Sessions.LoginAsync(token, Jenny, Laptop);
            await logout;
            Assert.Null(await Sessions.FindAsync(token));
            Assert.Equal(Jenny, (await Sessions.FindAsync(newToken))!.UserId);
            Assert.Empty(await Sessions.ListAsync(Tom));
            Assert.Single(Told, change => change == new SessionChange(SessionChangeKind.LoggedOut, before.Id));
            Assert.Single(Told, change => change == new SessionChange(SessionChangeKind.LoggedIn, before.Id));
            Assert.Contains(await Sessions.ListAsync(Jenny), one => one.Id == session.Id);
        }
    }

    [Fact]
    public async Task What_is_written_for_a_user_never_lands_in_a_session_that_logged_out()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (session, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
            await Task.WhenAll(One.Sessions.SetValueForUserAsync(Jenny, "secret", "Jenny's"), Other.Sessions.LogoutAsync(session.Id));
            Assert.Empty((await Sessions.GetAsync(session.Id))!.Values);
        }
    }

    [Fact]
    public async Task Signing_out_everywhere_spares_a_session_that_became_a_guests()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (session, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
            var destroyed = One.Sessions.DestroyAllAsync(Jenny);
            var loggedOut = Other.Sessions.LogoutAsync(session.Id);
            Assert.Equal(await destroyed == 0, await Sessions.GetAsync(session.Id) is { UserId: null });
            Assert.NotEqual(await destroyed == 1, await loggedOut);
        }
    }

    [Fact]
    public async Task Signing_out_everywhere_reaches_also_logins_made_meanwhile()
    {
        var stop = false;
        var logins = new List<(Session Session, string Token)>();
        var login = Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop))
                logins.Add(await Other.Sessions.LoginAsync(null, Jenny, Laptop));
        });
        await Eventually.TrueAsync(() => logins.Count >= 20);
        var before = logins.Count;
        var destroyed = await Sessions.DestroyAllAsync(Jenny);
        Volatile.Write(ref stop, true);
        await login;
        Assert.InRange(destroyed, before, logins.Count);
        Assert.Equal(logins.Count - destroyed, (await Sessions.ListAsync(Jenny)).Count);
        Assert.All(await Task.WhenAll(logins.Take(before).Select(one => Sessions.FindAsync(one.Token))), Assert.Null);
        Assert.Equal(logins.Count - destroyed, await Sessions.DestroyAllAsync(Jenny));
    }

    [Fact]
    public async Task Signing_out_everywhere_reaches_a_login_made_while_it_signs_out()
    {
        await Sessions.LoginAsync(null, Jenny, Laptop);
        var login = Task.CompletedTask;
        await Other.Bus.SubscribeAsync(BusTopic.Sessions, _ =>
        {
            if (login != Task.CompletedTask)
                return;
            login = Task.Run(() => Other.Sessions.LoginAsync(null, Jenny, Laptop));
            login.Wait(TimeSpan.FromSeconds(10));
        });
        Assert.Equal(2, await Sessions.DestroyAllAsync(Jenny));
        Assert.True(login.IsCompletedSuccessfully);
        Assert.Empty(await Sessions.ListAsync(Jenny));
    }

    [Fact]
    public async Task A_use_racing_a_sign_out_never_brings_the_session_back()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (session, token) = await Sessions.LoginAsync(null, Jenny, Laptop);
            Time.Advance(TimeSpan.FromMinutes(1));
            await Task.WhenAll(One.Sessions.FindAsync(token), Other.Sessions.DestroyAsync(session.Id), One.Sessions.SetValueAsync(session.Id, "n", "v"), One.Sessions.RenewAsync(token));
            Assert.Null(await Sessions.FindAsync(token));
            Assert.False(await Cluster.Redis.KeyExistsAsync(Cluster.Keys.Session(session.Id)));
            Assert.Equal(0, await Cluster.Redis.SortedSetLengthAsync(Cluster.Keys.UserSessions(Jenny)));
        }
    }

    [Fact]
    public async Task Of_two_who_redeem_one_ticket_one_gets_the_session()
    {
        var (session, _) = await Sessions.CreateAsync(Laptop);
        for (var round = 0; round < Rounds; round++)
        {
            var ticket = await Sessions.CreateTicketAsync(session.Id);
            var redeemed = await Task.WhenAll(One.Sessions.RedeemTicketAsync(ticket), Other.Sessions.RedeemTicketAsync(ticket));
            Assert.Single(redeemed.OfType<Session>());
        }
    }

    [Fact]
    public async Task A_session_destroyed_by_two_at_once_is_told_once()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (session, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
            var destroyed = await Task.WhenAll(One.Sessions.DestroyAsync(session.Id), Other.Sessions.DestroyAsync(session.Id));
            Assert.Single(destroyed, done => done);
            Assert.Single(Told, change => change.SessionId == session.Id);
        }
    }
}

[Trait("Category", "Sessions")]
public sealed class SessionRacesOnRedis(RealRedis server) : SessionRaceTests(server), IClassFixture<RealRedis>;

[Trait("Category", "Sessions")]
public sealed class SessionRacesOnGarnet(Garnet server) : SessionRaceTests(server), IClassFixture<Garnet>;

[Trait("Category", "Sessions")]
[OnRedisCluster]
public sealed class SessionRacesOnRedisCluster(ClusterOfRedis server) : SessionRaceTests(server), IClassFixture<ClusterOfRedis>;
