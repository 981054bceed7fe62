using Im.Tests.Checker;
using Im.Tests.Fixtures;

namespace Im.Tests.Faults;

/// <summary>The crowd itself: a green run of it would be red if something were wrong, and a red one can be seen again.</summary>
[Collection(ImAppCollection.Name)]
[Trait("Category", "Faults")]
public sealed class CrowdTests(ImAppFixture im)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_message_that_is_not_in_the_table_is_seen_as_lost_and_by_whom_it_was_read()
    {
        var (one, two) = await im.WaitUntilWholeAsync();
        await using var crowd = await Crowd.GatherAsync(im, new(seed: 1, tabs: 5, guests: 1), [one, two]);
        crowd.Talk();
        await Task.Delay(TimeSpan.FromSeconds(1)); // the crowd talks
        await crowd.HushAsync(Patience);
        Assert.True((await crowd.JudgeAsync(Patience)).IsClean);

        crowd.Talk();
        await Task.Delay(TimeSpan.FromSeconds(1)); // it talks on
        await crowd.HushAsync(Patience);
        var (conversation, seq) = await new StoredMessages(await im.GetDatabaseAsync()).DeleteOneAsync();
        var report = await crowd.JudgeAsync(Patience);
        Assert.False(report.IsClean);
        Assert.Single(report.Delivery.Faults, f => (f.Kind, f.Where, f.Conversation, f.Seq) == (FaultKind.Lost, "store", conversation, seq));
        Assert.InRange(report.Delivery.Faults.Count(f => f.Kind == FaultKind.Differing && f.Where.StartsWith("tab", StringComparison.Ordinal) && f.Seq == seq), 2, 3);
    }

    [Fact]
    public void The_same_seed_is_the_same_plan()
    {
        Assert.Equal(Described(new(17)), Described(new(17)));
        Assert.NotEqual(Described(new(17)), Described(new(18)));

        static string Described(CrowdPlan plan) => string.Join("; ", (object[])
        [
            .. plan.Tabs, .. plan.Directs.Select(d => (object)d), plan.FaultAfter, plan.Victim, plan.Chance.Next(),
            .. plan.Tabs.SelectMany(t => plan.Talk(t, 0).Take(20).Concat(plan.Talk(t, 1).Take(20))),
        ]);
    }
}
