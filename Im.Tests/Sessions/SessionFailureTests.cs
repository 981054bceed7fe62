using Im.Core.Nodes;
using Im.Core.Sessions;
using Im.Tests.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Im.Tests.Sessions;

[Trait("Category", "Sessions")]
public sealed class SessionFailureTests
{
    private static readonly SessionOrigin Laptop = new(null, null);

    /// <summary>A port nobody listens on, and no patience.</summary>
    private static Task<ConnectionMultiplexer> UnreachableAsync() =>
        ConnectionMultiplexer.ConnectAsync("127.0.0.1:1,abortConnect=false,connectTimeout=200,asyncTimeout=200,connectRetry=0");

    [Fact]
    public async Task Without_Redis_every_operation_says_so()
    {
        await using var redis = await UnreachableAsync();
        await using var node = await TestNode.StartAsync(redis, new(redis), new TestBus().Connect(), "one");
        var (sessions, user, id, token) = (node.Sessions, Guid.NewGuid(), SessionToken.NewSessionId(), SessionToken.New(SessionToken.NewSessionId()).Text);
        Func<Task>[] operations =
        [
            () => sessions.CreateAsync(Laptop), () => sessions.FindAsync(token), () => sessions.GetAsync(id), () => sessions.LoginAsync(token, user, Laptop),
            () => sessions.LogoutAsync(id), () => sessions.RenewAsync(token), () => sessions.DestroyAsync(id), () => sessions.DestroyAllAsync(user), () => sessions.ListAsync(user),
            () => sessions.GetValueAsync(id, "n"), () => sessions.SetValueAsync(id, "n", "v"), () => sessions.DeleteValueAsync(id, "n"),
            () => sessions.SetValueForUserAsync(user, "n", "v"), () => sessions.DeleteValueForUserAsync(user, "n"), () => sessions.CreateTicketAsync(id),
            () => sessions.RedeemTicketAsync(SessionToken.NewTicket().Text), () => sessions.SendToUserAsync(user, new Im.Protocol.MoveFrame(1)),
            () => sessions.SendToSessionAsync(id, new Im.Protocol.MoveFrame(1)), () => sessions.SendToConnectionAsync(id, new Im.Protocol.MoveFrame(1)), () => sessions.ListConnectionsAsync(),
            () => sessions.CheckAsync([id]), () => sessions.CreateBearerAsync(id), () => sessions.FindBearerAsync(SessionToken.NewBearer().Text), () => sessions.DestroyOfAsync(user, id), () => sessions.ListPlacesAsync(user),
        ];
        await Task.WhenAll(operations.Select(operation => Assert.ThrowsAsync<SessionsUnavailableException>(operation)));
        await Assert.ThrowsAsync<NodesUnavailableException>(() => node.Nodes.ListAsync());
    }

    [Fact]
    public async Task A_node_without_a_lease_yet_takes_connections_all_the_same()
    {
        await using var redis = await UnreachableAsync();
        await using var node = await TestNode.StartAsync(redis, new(redis), new TestBus().Connect(), "one");
        await node.Sessions.ConnectAsync(new("c-1", node.Id, null, null, DateTimeOffset.UtcNow));
    }

    [Fact]
    public void Options_out_of_bounds_are_refused()
    {
        AssertRefused(nameof(SessionOptions.TicketLifetime), "01:00:00");
        AssertRefused(nameof(SessionOptions.RenewalGrace), "01:00:00");
        AssertRefused(nameof(SessionOptions.TouchInterval), "00:00:00");
        AssertRefused(nameof(SessionOptions.AbsoluteExpiration), "29.00:00:00");
    }

    private static void AssertRefused(string option, string value)
    {
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new($"Sessions:{option}", value)]).Build()).AddImSessions().BuildServiceProvider();
        var refusal = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains(option, refusal.Message, StringComparison.Ordinal);
    }
}
