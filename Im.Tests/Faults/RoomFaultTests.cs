using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Im.Tests.Faults;

/// <summary>A node is killed while people come into a room and go: nothing is lost, doubled, out of order, or told to who was not there.</summary>
[Collection(ImAppCollection.Name)]
[Trait("Category", "Faults")]
public sealed class RoomFaultTests(ImAppFixture im, ITestOutputHelper output)
{
    [Theory, FaultSeeds]
    public async Task A_node_is_killed_while_people_come_into_a_room_and_go(int seed)
    {
        var (one, two) = await im.WaitUntilWholeAsync();
        await using var crowd = await RoomCrowd.GatherAsync(im.WebAddress, await im.GetDatabaseAsync(), [one, two], people: 10, seed);
        crowd.Talk();
        await Task.Delay(TimeSpan.FromSeconds(2)); // the crowd comes and goes
        await new Saboteur(im).KillAsync(seed % 2 == 0 ? one : two);
        await im.WaitUntilWholeAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        await RoomBusCutTests.EndAsync(crowd, output);
    }
}

/// <summary>The same on two nodes of which one, and then the other, loses its way to Redis.</summary>
[Trait("Category", "Nodes")]
public sealed class RoomBusCutTests(TwoNodes system, ITestOutputHelper output) : IClassFixture<TwoNodes>
{
    [Fact]
    public async Task The_bus_connection_of_one_node_after_the_other_is_cut_while_people_come_into_a_room_and_go()
    {
        await using var crowd = await RoomCrowd.GatherAsync(system.Address, system.Database.ConnectionString, ["node-1", "node-2"], people: 8, seed: 1);
        crowd.Talk();
        foreach (var (relay, index) in system.Relays.Select((relay, index) => (relay, index)))
        {
            var before = crowd.Deeds;
            relay.Close();
            await Eventually.TrueAsync(() => !system.NodeServices(index).GetRequiredService<StackExchange.Redis.IConnectionMultiplexer>().IsConnected);
            await Eventually.TrueAsync(() => crowd.Deeds > before + 20, seconds: 60); // while it is away
            relay.Open();
            await Eventually.TrueAsync(() => system.NodeServices(index).GetRequiredService<StackExchange.Redis.IConnectionMultiplexer>().IsConnected, seconds: 30);
        }
        await EndAsync(crowd, output);
    }

    internal static async Task EndAsync(RoomCrowd crowd, ITestOutputHelper output)
    {
        await crowd.HushAsync();
        var report = await crowd.JudgeAsync();
        output.WriteLine($"{crowd.Deeds} comings and goings; {report}");
        Assert.True(report.IsClean, $"{report}");
        Assert.True(report.Acked > 50 && crowd.Deeds > 20, $"{crowd.Deeds} comings and goings; {report}");
    }
}
