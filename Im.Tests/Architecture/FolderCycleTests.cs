using System.Reflection;

namespace Im.Tests.Architecture;

/// <summary>The folders of a project depend on each other in one direction: who reads one of them need not read those above it.</summary>
public sealed class FolderCycleTests
{
    // What has still to be turned round. A line that is no longer needed fails, so that the list only becomes shorter.
    private static readonly HashSet<(string From, string To)> RealtimeAllowed = [];

    [Fact]
    public void The_folders_of_Im_Core_have_no_cycle() => HasNoCycle(typeof(Im.Core.Kinds.EventKinds).Assembly, []);

    [Fact]
    public void The_folders_of_Im_Client_have_no_cycle() => HasNoCycle(typeof(Im.Client.Chat.ImClient).Assembly, []);

    [Fact]
    public void The_folders_of_Im_Realtime_have_no_cycle_but_those_that_are_known() => HasNoCycle(typeof(Im.Realtime.Node.RealtimeNode).Assembly, RealtimeAllowed);

    [Fact]
    public void A_cycle_is_seen_and_said_with_an_example()
    {
        var cycle = FolderGraph.Cycle([new("A", "B", "a", "b"), new("B", "C", "b", "c"), new("C", "A", "c", "a"), new("C", "D", "c", "d")]);
        Assert.Equal(["A", "B", "C"], cycle.Select(edge => edge.From).Order());
        Assert.Empty(FolderGraph.Cycle([new("A", "B", "a", "b"), new("A", "C", "a", "c"), new("B", "C", "b", "c")]));
    }

    private static void HasNoCycle(Assembly assembly, HashSet<(string From, string To)> allowed)
    {
        var edges = FolderGraph.Of(assembly);
        Assert.NotEmpty(edges);
        var cycle = FolderGraph.Cycle([.. edges.Where(edge => !allowed.Contains((edge.From, edge.To)))]);
        Assert.True(cycle.Count == 0, $"A cycle of folders:\n{string.Join('\n', cycle)}");
        // Each that is allowed is there, and would close a cycle.
        Assert.DoesNotContain(allowed, one => FolderGraph.Cycle([.. edges.Where(edge => !allowed.Contains((edge.From, edge.To)) || (edge.From, edge.To) == one)]).Count == 0);
    }
}
