using System.Runtime.CompilerServices;
using Im.Client;
using Im.Tests.Fixtures;
using Xunit.Abstractions;

namespace Im.Tests.Faults;

/// <summary>
/// Twenty clients on both nodes send at least 50 events a second while a part of the system breaks: nothing is lost, nothing doubled, nothing out of order, and all of them, with the page's client
/// too, show what whoever comes then is shown.
/// </summary>
[Collection(ImAppCollection.Name)]
[Trait("Category", "Faults")]
public sealed class CrowdFaultTests(ImAppFixture im, PageDevice page, ITestOutputHelper output) : IClassFixture<PageDevice>, IAsyncLifetime
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
    public Task Postgres_is_killed_and_started_again(int seed) => RunAsync(seed, (_, _) => _saboteur.KillPostgresAsync());

    [Theory, FaultSeeds]
    public async Task The_gateway_is_killed_and_who_does_not_come_by_it_notices_nothing(int seed)
    {
        HashSet<CrowdTab> direct = [];
        await RunAsync(
            seed,
            (_, crowd) =>
            {
                direct = [.. crowd.Everybody.Where(tab => tab.Client.IsDirect)];
                return _saboteur.KillAsync("web");
            },
            (_, crowd) => Assert.All(crowd.Everybody, tab => Assert.Equal(direct.Contains(tab), tab.Reconnects == 0)));
    }

    [Theory, FaultSeeds]
    public async Task Both_nodes_are_restarted_one_after_the_other_and_nobody_waits_longer_than_two_seconds(int seed)
    {
        var report = await RunAsync(seed, (_, _) => _saboteur.RollAsync(_nodes), (_, crowd) => Assert.All(crowd.Everybody, tab => Assert.NotEqual(0, tab.MovesAsked)));
        Assert.InRange(report.LongestSilence, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Theory, FaultSeeds]
    public async Task Sockets_are_cut_in_the_middle_of_a_frame(int seed)
    {
        const int Relays = 8, Rounds = 3;
        var relays = Enumerable.Range(0, Relays).Select(_ => new TcpRelay("127.0.0.1", im.WebAddress.Port)).ToList();
        await RunAsync(
            seed,
            async (plan, crowd) =>
            {
                var victims = crowd.Tabs.Take(Relays).ToList();
                for (var round = 1; round <= Rounds; round++)
                {
                    await Eventually.TrueAsync(() => victims.All(v => v.Client.State == ConnectionState.Ready));
                    foreach (var relay in relays)
                        relay.CutMidFrame(toClient: plan.Chance.Next(2) == 0, withheldBytes: plan.Chance.Next(1, 9));
                    await Eventually.TrueAsync(() => relays.All(relay => relay.CutsMidFrame == round));
                }
            },
            (_, crowd) => Assert.All(crowd.Tabs.Take(Relays), tab => Assert.InRange(tab.Reconnects, Rounds, int.MaxValue)),
            through: tab => tab < Relays ? new($"http://localhost:{relays[tab].Port}") : im.WebAddress);
        await Task.WhenAll(relays.Select(relay => relay.DisposeAsync().AsTask()));
    }

    private void VictimsLostTheirConnection(CrowdPlan plan, Crowd crowd) =>
        Assert.All(plan.Tabs.Where(t => t.Node == plan.Victim), t => Assert.Contains(crowd.Tabs[t.Index].Changes, c => c.State == ConnectionState.Reconnecting));

    private Task<CrowdReport> RunAsync(int seed, Func<CrowdPlan, Crowd, Task> injectAsync, Action<CrowdPlan, Crowd>? judge = null, Func<int, Uri>? through = null, [CallerMemberName] string test = "")
    {
        var plan = new CrowdPlan(seed);
        return new FaultRun(im, output, plan, $"{nameof(CrowdFaultTests)}.{test}", page)
            .RunAsync(_nodes, crowd => injectAsync(plan, crowd), crowd => judge?.Invoke(plan, crowd), through);
    }
}
