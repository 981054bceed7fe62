using System.Diagnostics;
using System.Globalization;
using Im.Client;
using Im.Tests.Fixtures;
using Xunit.Abstractions;

namespace Im.Tests.Faults;

/// <summary>
/// One random fault every ten seconds, one after the other, under a crowd that stays connected. Twenty seconds and twenty clients in the suite; by hand for as long as
/// IM_FAULT_MINUTES says, with IM_FAULT_CLIENTS clients, from IM_FAULT_SEED. About once a minute everything is judged, and said on the console.
/// </summary>
[Collection(ImAppCollection.Name)]
[Trait("Category", "Faults")]
public sealed class LongRunTests(ImAppFixture im, PageDevice page, ITestOutputHelper output) : IClassFixture<PageDevice>, IAsyncLifetime
{
    private const int MostFaultsInARound = 6;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10), Patience = TimeSpan.FromSeconds(60);

    private readonly Saboteur _saboteur = new(im);
    private string[] _nodes = [];

    private static double? Minutes => Setting("IM_FAULT_MINUTES", null);

    public async Task InitializeAsync()
    {
        var (one, two) = await im.WaitUntilWholeAsync();
        _nodes = [one, two];
    }

    public async Task DisposeAsync() => await im.WaitUntilWholeAsync();

    [Fact]
    public async Task Random_faults_one_after_the_other_lose_nothing()
    {
        var length = Minutes is { } minutes ? TimeSpan.FromMinutes(minutes) : 2 * Interval;
        var plan = new CrowdPlan(FaultSeedsAttribute.Chosen ?? 7, (int)Setting("IM_FAULT_CLIENTS", 20)!.Value);
        await using var crowd = await Crowd.GatherAsync(im, plan, _nodes);
        Say($"{plan.Tabs.Count} clients of {plan.People} people, {length.TotalMinutes:0.#} minutes, seed {plan.Seed}");
        var began = Stopwatch.StartNew();
        for (var faults = 0; began.Elapsed < length;)
        {
            crowd.Talk();
            for (var i = 0; i < MostFaultsInARound && began.Elapsed < length; i++, faults++)
            {
                var next = Task.Delay(Interval);
                var (what, inject) = Choose(plan, crowd);
                var started = Stopwatch.StartNew();
                await inject();
                await im.WaitUntilWholeAsync();
                Say($"{began.Elapsed:mm\\:ss} {what}; whole again after {started.Elapsed.TotalSeconds:0.0} s");
                await next;
            }
            await crowd.HushAsync(Patience);
            var report = await crowd.JudgeAsync(Patience, page);
            Say($"{began.Elapsed:mm\\:ss} {faults} faults so far; {report}");
            Assert.True(report.IsClean, $"Seed {plan.Seed}, after {faults} faults: {report}");
        }
    }

    private (string What, Func<Task> InjectAsync) Choose(CrowdPlan plan, Crowd crowd)
    {
        var node = _nodes[plan.Chance.Next(2)];
        return plan.Chance.Next(7) switch
        {
            0 => ($"{node} killed", () => _saboteur.KillAsync(node)),
            1 => Hang(node, plan),
            2 => ("Redis killed, back after 3 s without its data", async () =>
            {
                // Who is not connected while the sessions are lost comes back as a guest, whose sends are refused: promised, and not what is looked for here.
                await Eventually.TrueAsync(() => crowd.Tabs.All(t => t.Client.State == ConnectionState.Ready), seconds: 30);
                await _saboteur.KillRedisAsync(TimeSpan.FromSeconds(3));
                await im.WaitUntilWholeAsync();
                await crowd.LogInAgainAsync();
            }),
            3 => ("Redis hung for 5 s", () => _saboteur.HangAsync("redis", TimeSpan.FromSeconds(5))),
            4 => ("Postgres killed", _saboteur.KillPostgresAsync),
            5 => ("gateway killed", () => _saboteur.KillAsync("web")),
            _ => ($"{node} restarted", () => _saboteur.RollAsync(node)),
        };
    }

    // In the suite for 5 s, which it can afford; by hand also for longer than a lease lasts and clients wait.
    private (string What, Func<Task> InjectAsync) Hang(string node, CrowdPlan plan)
    {
        var time = TimeSpan.FromSeconds(Minutes is null ? 5 : plan.Chance.Next(3, 25));
        return ($"{node} hung for {time.TotalSeconds} s", () => _saboteur.HangAsync(node, time));
    }

    private void Say(string what)
    {
        output.WriteLine(what);
        if (Minutes is not null)
            Console.WriteLine(what);
    }

    private static double? Setting(string name, double? otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? double.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
