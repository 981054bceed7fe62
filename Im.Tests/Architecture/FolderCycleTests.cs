using System.Reflection;

namespace Im.Tests.Architecture;

/// <summary>The folders of a project depend on each other in one direction: who reads one of them need not read those above it.</summary>
public sealed class FolderCycleTests
{
    public static TheoryData<Assembly> Projects => [typeof(Im.Core.Kinds.EventKinds).Assembly, typeof(Im.Realtime.Node.RealtimeNode).Assembly, typeof(Im.Client.Chat.ImClient).Assembly];

    [Theory, MemberData(nameof(Projects))]
    public void The_folders_of_a_project_have_no_cycle(Assembly project)
    {
        var edges = FolderGraph.Of(project);
        Assert.NotEmpty(edges);
        var cycle = FolderGraph.Cycle(edges);
        Assert.True(cycle.Count == 0, $"A cycle of folders:\n{string.Join('\n', cycle)}");
    }

    [Fact]
    public void A_cycle_is_seen_and_said_with_an_example()
    {
        var cycle = FolderGraph.Cycle([new("A", "B", "a", "b"), new("B", "C", "b", "c"), new("C", "A", "c", "a"), new("C", "D", "c", "d")]);
        Assert.Equal(["A", "B", "C"], cycle.Select(edge => edge.From).Order());
        Assert.Empty(FolderGraph.Cycle([new("A", "B", "a", "b"), new("A", "C", "a", "c"), new("B", "C", "b", "c")]));
    }
}
