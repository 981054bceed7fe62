using System.Collections.Concurrent;
using Im.Core.Bus;
using Im.Tests.Fixtures;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Im.Tests.Bus;

public sealed class BusOutageTests : IAsyncLifetime
{
    private readonly string _prefix = BusNode.NewPrefix();
    private readonly TcpRelay _relay = BusNode.RelayTo(TestServers.Redis);
    private BusNode _node = null!;
    private BusNode _other = null!;

    public async Task InitializeAsync()
    {
        _node = await BusNode.StartAsync(_prefix, TestServers.Redis, _relay, probe: true);
        _other = await BusNode.StartAsync(_prefix, TestServers.Redis);
    }

    [Fact]
    public async Task Without_Redis_publishing_and_subscribing_fail_and_the_node_is_unhealthy_until_Redis_is_back()
    {
        var received = new ConcurrentQueue<long>();
        await using var kept = await _node.Bus.SubscribeAsync(BusTopic.Presence, envelope => received.Enqueue(envelope.Seq));
        await Eventually.TrueAsync(async () => await _node.HealthAsync() == HealthStatus.Healthy);

        _relay.Close();
        await Eventually.TrueAsync(async () => await _node.HealthAsync() == HealthStatus.Unhealthy);
        await Assert.ThrowsAsync<BusUnavailableException>(async () => await _node.Bus.PublishAsync(BusTopic.Presence, Frame(1)));
        await Assert.ThrowsAsync<BusUnavailableException>(async () => await _node.Bus.SubscribeAsync(new BusTopic("new"), _ => { }));
        await Assert.ThrowsAsync<BusUnavailableException>(async () => await _node.Bus.SubscribeAsync(BusTopic.Presence, _ => { }));

        var reconnected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _node.Bus.Reconnected += () => reconnected.TrySetResult();
        _relay.Open();
        await reconnected.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(1, await _other.Bus.PublishAsync(BusTopic.Presence, Frame(2)));
        Assert.Equal(0, await _other.Bus.PublishAsync(new BusTopic("new"), Frame(3)));
        await Eventually.TrueAsync(() => received.Contains(2));
        await Eventually.TrueAsync(async () => await _node.HealthAsync() == HealthStatus.Healthy);
    }

    [Fact]
    public async Task A_connection_that_looks_well_but_delivers_nothing_shows_in_the_health()
    {
        await Eventually.TrueAsync(async () => await _node.HealthAsync() == HealthStatus.Healthy);
        _relay.Freeze();
        await Eventually.TrueAsync(async () => await _node.HealthAsync() == HealthStatus.Unhealthy);
        _relay.Thaw();
        await Eventually.TrueAsync(async () => await _node.HealthAsync() == HealthStatus.Healthy, seconds: 20);
    }

    [Fact]
    public async Task When_only_the_connection_of_its_subscriptions_was_killed_they_are_confirmed_again()
    {
        var received = new ConcurrentQueue<long>();
        await using var subscription = await _node.Bus.SubscribeAsync(BusTopic.Presence, envelope => received.Enqueue(envelope.Seq));
        var reconnected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _node.Bus.Reconnected += () => reconnected.TrySetResult();
        Assert.Equal(1, _relay.CutSubscribers());
        await reconnected.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(1, await _other.Bus.PublishAsync(BusTopic.Presence, Frame(1)));
        await Eventually.TrueAsync(() => received.Contains(1));
    }

    private static BusEnvelope Frame(long seq) => new(BusKind.Frame, "node", default) { Seq = seq };

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _other.DisposeAsync();
        await _relay.DisposeAsync();
    }
}
