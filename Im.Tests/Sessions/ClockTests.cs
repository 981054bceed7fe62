using Im.Client;
using Im.Core.Accounts;
using Im.Core.Clocks;
using Im.Core.Limits;
using Im.Core.Nodes;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Tests.Attack;
using Im.Tests.Fixtures;
using Im.Tests.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Sessions;

/// <summary>One node's clock is five minutes ahead, the other's five minutes behind: nothing that several machines decide by is any machine's own clock.</summary>
[Trait("Category", "Sessions")]
public sealed class ClockTests(ClockTests.Apart chat) : AttackSuite(chat), IClassFixture<ClockTests.Apart>
{
    public enum Clock { Ahead, Behind }

    private Uri NodeOf(Clock clock) => clock == Clock.Ahead ? chat.One : chat.Two;

    private IServiceProvider ServicesOf(Clock clock) => chat.NodeServices(clock == Clock.Ahead ? 0 : 1);

    [Theory, InlineData(Clock.Ahead), InlineData(Clock.Behind)]
    public async Task A_login_in_another_tab_is_followed_with_a_ticket(Clock clock)
    {
        using var browser = chat.NewBrowser();
        (await browser.GetAsync("/api/me")).ShouldBeOk();
        var tab = await OpenAsync(browser.Token, NodeOf(clock));
        (await browser.LoginAsync(WebCollection.NewNickname())).ShouldBeOk();
        var ticket = (await browser.PostAsync("/api/ticket")).ShouldBeOk().Json.GetProperty("ticket").GetString()!;
        await tab.SendAsync(new AuthenticateRequest { Id = "a", Ticket = ticket });
        var answer = await NextAsync<ServerFrame>(tab, frame => frame.Id == "a");
        Assert.Equal(SessionFrame.Authenticated, Assert.IsType<SessionFrame>(answer).Reason);
    }

    [Theory, InlineData(Clock.Ahead), InlineData(Clock.Behind)]
    public async Task A_mute_begins_and_ends_when_the_database_says(Clock clock)
    {
        var connection = await OpenAsync(Eve.Token, NodeOf(clock));
        await MuteAsync("now() + interval '2 minutes'", clock);
        Assert.Equal(ErrorCodes.Muted, Assert.IsType<ErrorFrame>(await SendAsync(connection, "1")).Code);
        await MuteAsync("now() - interval '2 minutes'", clock);
        Assert.IsType<AckFrame>(await SendAsync(connection, "2"));
    }

    [Theory, InlineData(Clock.Ahead), InlineData(Clock.Behind)]
    public async Task A_renewed_cookies_former_token_is_good_for_its_grace_time(Clock clock)
    {
        var (web, node) = (chat.Services.GetRequiredService<ISessionManager>(), ServicesOf(clock).GetRequiredService<ISessionManager>());
        var (session, token) = await web.CreateAsync(new("a browser", null));
        var renewed = await web.RenewAsync(token);
        Assert.NotNull(await web.FindAsync(renewed!)); // used: the grace time runs
        Assert.Equal(session.Id, (await node.FindAsync(token))?.Id);
    }

    [Theory, InlineData(Clock.Ahead), InlineData(Clock.Behind)]
    public async Task A_shared_bucket_is_neither_full_nor_empty_by_another_clock(Clock clock)
    {
        var rate = new Rate(0.01, 10);
        var (web, node, owner) = (chat.Services.GetRequiredService<ISharedBuckets>(), ServicesOf(clock).GetRequiredService<ISharedBuckets>(), $"{Guid.NewGuid():N}");
        Assert.Null(await web.TakeAsync("test", owner, rate, 10));
        Assert.InRange((await node.TakeAsync("test", owner, rate, 1))!.Value.TotalSeconds, 90, 101);
        Assert.InRange((await web.TakeAsync("test", owner, rate, 1))!.Value.TotalSeconds, 90, 101);
    }

    [Fact]
    public async Task The_nodes_hold_their_leases_and_all_are_listed()
    {
        Assert.Equal(["node-1", "node-2"], (await chat.Services.GetRequiredService<INodeRegistry>().ListAsync()).Where(node => node.Live).Select(node => node.Name));
        var clocks = await Task.WhenAll(((Clock[])[Clock.Ahead, Clock.Behind]).Select(clock => ServicesOf(clock).GetRequiredService<StoreTime>().NowAsync().AsTask()));
        Assert.InRange((clocks[0] - clocks[1]).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    private async Task MuteAsync(string until, Clock clock)
    {
        await chat.Database.ScalarAsync<object>($"UPDATE users SET muted_until = {until} WHERE id = $1", Eve.Id);
        ServicesOf(clock).GetRequiredService<IUserStandings>().Invalidate(Eve.Id);
    }

    private static async Task<ServerFrame> SendAsync(RawConnection connection, string id)
    {
        await connection.SendAsync(new SendFrame { Id = id, Conversation = ConversationId.Lobby, Text = "hello" });
        return await NextAsync<ServerFrame>(connection, frame => frame.Id == id && frame is AckFrame or ErrorFrame);
    }

    public sealed class Apart : TwoNodes
    {
        protected override void ConfigureNode(string name, IServiceCollection services) =>
            services.AddSingleton<TimeProvider>(new ShiftedTime { Shift = TimeSpan.FromMinutes(name == "node-1" ? 5 : -5) });
    }
}
