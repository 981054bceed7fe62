using Im.Core.Sessions;
using Im.Tests.Fixtures;
using Im.Tests.Nodes;

namespace Im.Tests.Sessions;

public abstract class SessionValueTests(RedisUnderTest server) : SessionSuite(server)
{
    [Fact]
    public async Task A_typed_value_comes_back_as_it_was_on_another_node_and_in_every_session_of_the_user()
    {
        var theme = new SessionValue<Im.Protocol.InviteRequest>("theme", Im.Protocol.ProtocolJson.Default.InviteRequest);
        var (session, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        Assert.Null(await theme.GetAsync(Other.Sessions, session.Id));
        Assert.True(await theme.SetAsync(Sessions, session.Id, new("dark")));
        Assert.Equal(new("dark"), await theme.GetAsync(Other.Sessions, session.Id));
        var (second, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        Assert.Equal(2, await theme.SetForUserAsync(Sessions, Jenny, new("light")));
        Assert.Equal(new("light"), await theme.GetAsync(Other.Sessions, second.Id));
        Assert.False(await theme.SetAsync(Sessions, "no session", new("dark")));
    }

    [Fact]
    public async Task A_value_set_on_one_node_is_read_and_deleted_on_the_other()
    {
        var (session, token) = await Sessions.CreateAsync(Laptop);
        Assert.Null(await Sessions.GetValueAsync(session.Id, "brief"));
        Assert.True(await Sessions.SetValueAsync(session.Id, "brief", "爱喝茶 🍵"));
        Assert.Equal("爱喝茶 🍵", await Other.Sessions.GetValueAsync(session.Id, "brief"));
        Assert.Equal("爱喝茶 🍵", (await Other.Sessions.FindAsync(token))!.Values["brief"]);
        Assert.True(await Other.Sessions.DeleteValueAsync(session.Id, "brief"));
        Assert.False(await Sessions.DeleteValueAsync(session.Id, "brief"));
        Assert.Null(await Sessions.GetValueAsync(session.Id, "brief"));
    }

    [Fact]
    public async Task An_empty_value_is_a_value()
    {
        var (session, _) = await Sessions.CreateAsync(Laptop);
        await Sessions.SetValueAsync(session.Id, "brief", "");
        Assert.Equal("", await Sessions.GetValueAsync(session.Id, "brief"));
        Assert.Equal("", (await Sessions.GetAsync(session.Id))!.Values["brief"]);
    }

    [Fact]
    public async Task A_value_cannot_pose_as_what_a_session_is()
    {
        var (session, token) = await Sessions.CreateAsync(Laptop);
        foreach (var name in new[] { "user", "token", "expires", "v:user" })
            await Sessions.SetValueAsync(session.Id, name, Jenny.ToString("N"));
        var found = await Sessions.FindAsync(token);
        Assert.Null(found!.UserId);
        Assert.Equal(4, found.Values.Count);
    }

    [Fact]
    public async Task One_call_writes_into_every_session_of_a_user_and_no_other()
    {
        var (laptop, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var (phone, _) = await Other.Sessions.LoginAsync(null, Jenny, Laptop);
        var (toms, _) = await Sessions.LoginAsync(null, Tom, Laptop);
        var (gone, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        await Sessions.LogoutAsync(gone.Id);
        Assert.Equal(2, await Other.Sessions.SetValueForUserAsync(Jenny, "brief", "busy"));
        Assert.Equal("busy", await Sessions.GetValueAsync(laptop.Id, "brief"));
        Assert.Equal("busy", await Sessions.GetValueAsync(phone.Id, "brief"));
        Assert.Null(await Sessions.GetValueAsync(toms.Id, "brief"));
        Assert.Null(await Sessions.GetValueAsync(gone.Id, "brief"));
        Assert.Equal(2, await Sessions.DeleteValueForUserAsync(Jenny, "brief"));
        Assert.Null(await Other.Sessions.GetValueAsync(phone.Id, "brief"));
        Assert.Equal(0, await Sessions.DeleteValueForUserAsync(Jenny, "brief"));
    }

    [Fact]
    public async Task A_name_has_1_to_64_characters_and_a_value_4096_bytes_of_valid_text()
    {
        var (session, _) = await Sessions.CreateAsync(Laptop);
        Assert.True(await Sessions.SetValueAsync(session.Id, new string('n', 64), new string('v', 4096)));
        Assert.Equal(4096, (await Other.Sessions.GetValueAsync(session.Id, new string('n', 64)))!.Length);
        foreach (var (name, value) in new[] { ("", "v"), (new string('n', 65), "v"), ("n", new string('v', 4097)), ("n", new string('茶', 1366)), ("n", "\uD83C"), ("\uD83C", "v") })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => Sessions.SetValueAsync(session.Id, name, value));
            await Assert.ThrowsAnyAsync<ArgumentException>(() => Sessions.SetValueForUserAsync(Jenny, name, value));
        }
        await Assert.ThrowsAsync<ArgumentException>(() => Sessions.GetValueAsync(session.Id, ""));
        await Assert.ThrowsAsync<ArgumentException>(() => Sessions.DeleteValueAsync(session.Id, ""));
        await Assert.ThrowsAsync<ArgumentException>(() => Sessions.DeleteValueForUserAsync(Jenny, ""));
    }

    [Fact]
    public async Task A_session_has_32_values_and_not_a_33rd()
    {
        var (session, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        var (roomy, _) = await Sessions.LoginAsync(null, Jenny, Laptop);
        for (var i = 0; i < 32; i++)
            await Sessions.SetValueAsync(session.Id, $"n{i}", "v");
        await Assert.ThrowsAsync<ArgumentException>(() => Sessions.SetValueAsync(session.Id, "n32", "v"));
        Assert.True(await Sessions.SetValueAsync(session.Id, "n0", "changed"));
        Assert.Equal(1, await Sessions.SetValueForUserAsync(Jenny, "n32", "v"));
        Assert.Equal("v", await Sessions.GetValueAsync(roomy.Id, "n32"));
        Assert.Equal(32, (await Sessions.GetAsync(session.Id))!.Values.Count);
    }
}

[Trait("Category", "Sessions")]
public sealed class SessionValuesOnRedis(RealRedis server) : SessionValueTests(server), IClassFixture<RealRedis>;

[Trait("Category", "Sessions")]
public sealed class SessionValuesOnGarnet(Garnet server) : SessionValueTests(server), IClassFixture<Garnet>;

[Trait("Category", "Sessions")]
[OnRedisCluster]
public sealed class SessionValuesOnRedisCluster(ClusterOfRedis server) : SessionValueTests(server), IClassFixture<ClusterOfRedis>;
