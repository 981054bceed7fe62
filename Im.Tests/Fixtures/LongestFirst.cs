using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Im.Tests.Fixtures.LongestFirst", "Im.Tests")]

namespace Im.Tests.Fixtures;

/// <summary>Of the collections that run beside each other the longest begin first: one that began last would run on alone, for a minute.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    // The longest, in seconds as seen on two cores; the others take less, and come in whichever order.
    private static readonly Dictionary<string, int> Seconds = new()
    {
        ["BenchTests"] = 75, ["The page"] = 60, ["OutageEndTests"] = 70, ["ServersPostgresTests"] = 50, ["GatewayTests"] = 30, ["OpenConnectionAttacks"] = 25, ["MeterAttacks"] = 25, ["AccountDoorTests"] = 20,
        ["ServersRedisServerTests"] = 20, ["SendTests"] = 18, ["AddressAttacks"] = 18, ["ServersGarnetTests"] = 15, ["PresenceOnGarnet"] = 15, ["PresenceOnRedis"] = 15, ["OutageTests"] = 15,
    };

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderByDescending(collection => Seconds.GetValueOrDefault(collection.DisplayName[(collection.DisplayName.LastIndexOf('.') + 1)..]));
}
