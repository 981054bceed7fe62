using System.Runtime.CompilerServices;
using Im.Client;
using Im.Tests.Fixtures;
using Xunit.Abstractions;

namespace Im.Tests.Faults;

/// <summary>Twenty clients on both nodes send at least 50 messages a second while a part of the system breaks: nothing is lost, nothing doubled, nothing out of order.</summary>
[Collection(ImAppCollection.Name)]
[Trait("Category", "Faults")]
public sealed class CrowdFaultTests(ImAppFixture im, ITestOutputHelper output) : IAsyncLifetime
{
    private readonly Saboteur _saboteur = new(im);
    private string[] _nodes = [];

    public async Task InitializeAsync()
    {
        var (one, two) = await im.WaitUntilWholeAsync();
        _nodes = [one, two];
    }

    public async Task DisposeAsync() => await im.WaitUntilWholeAsync();

    [Theory, FaultSeeds]
    public Task A_node_is_killed(int seed) => RunAsync(seed, (plan, _) => _saboteur.KillAsync(_nodes[plan.Victim]), VictimsLostTheirConnection);

    [Theory, FaultSeeds]
    public Task A_node_hangs_for_ten_seconds(int seed) => RunAsync(seed, (plan, _) => _saboteur.HangAsync(_nodes[plan.Victim], TimeSpan.FromSeconds(10)));

    [Theory, FaultSeeds]
    public Task Redis_is_killed_and_comes_back_three_seconds_later_without_its_data(int seed) => RunAsync(seed, (_, _) => _saboteur.KillRedisAsync(TimeSpan.FromSeconds(3)));

    [Theory, FaultSeeds]
    public Task Redis_hangs_for_five_seconds(int seed) => RunAsync(seed, (_, _) => _saboteur.HangAsync("redis", TimeSpan.FromSeconds(5)));

    [Theory, FaultSeeds]
    public Task Postgres_is_killed_and_started_again(int seed) => RunAsync(seed, (_, _) => _saboteur.KillPostgresAsync(TimeSpan.Zero));

    [Theory, FaultSeeds]
    public Task The_gateway_is_killed(int seed) => RunAsync(seed, (_, _) => _saboteur.KillAsync("web"), (_, crowd) =>
        Assert.All(crowd.Everybody, tab => Assert.NotEqual(0, tab.Reconnects)));

    private void VictimsLostTheirConnection(CrowdPlan plan, Crowd crowd) =>
        Assert.All(plan.Tabs.Where(t => t.Node == plan.Victim), t => Assert.Contains(crowd.Tabs[t.Index].Changes, c => c.State == ConnectionState.Reconnecting));

    private Task<CrowdReport> RunAsync(int seed, Func<CrowdPlan, Crowd, Task> injectAsync, Action<CrowdPlan, Crowd>? judge = null, [CallerMemberName] string test = "")
    {
        var plan = new CrowdPlan(seed);
        return new FaultRun(im, output, plan, $"{nameof(CrowdFaultTests)}.{test}").RunAsync(_nodes, crowd => injectAsync(plan, crowd), crowd => judge?.Invoke(plan, crowd));
    }
}
