using Im.Tests.Browser;
using Im.Tests.Client;
using Im.Tests.Hosting;
using Im.Tests.Web;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Im.Tests.Fixtures.LongestFirst", "Im.Tests")]

namespace Im.Tests.Fixtures;

/// <summary>Of the collections that run beside each other the longest begin first: one that began last would run on alone, for a minute.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    // The longest, in seconds as seen on two cores; the others take less, and come in whichever order.
    private static readonly Dictionary<string, int> Seconds = new()
    {
        [ImAppCollection.Name] = 350, [NodePackages.Collection] = 125, [PageCollection.Name] = 150, ["FailoverTests"] = 45, ["BenchTests"] = 120, [AppHostProcess.Collection] = 110, ["ServersPostgresTests"] = 58, ["OpenConnectionAttacks"] = 35, [WebCollection.Name] = 35,
        ["MeterAttacks"] = 30, ["TranscriptTests"] = 25, ["ServersRedisServerTests"] = 24, ["ServersGarnetTests"] = 19, ["GatewayTests"] = 18, ["DeployedPageTests"] = 20, ["OutageTests"] = 15,
        ["PresenceOnGarnet"] = 15, ["PresenceOnRedis"] = 15, ["ConnectionTests"] = 15, ["SendTests"] = 14, ["SessionFailureTests"] = 12,
    };

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderByDescending(collection => Seconds.GetValueOrDefault(collection.DisplayName[(collection.DisplayName.LastIndexOf('.') + 1)..]));
}
