using Im.Tests.Fixtures;

namespace Im.Tests.Attack;

/// <summary>As <see cref="FuzzTests"/>, for frames, and nothing beside it: it looks at the memory of the whole process, in which other tests run servers.</summary>
[Trait("Category", "Attack")]
[Collection(nameof(FrameFuzzTests))]
[CollectionDefinition(nameof(FrameFuzzTests), DisableParallelization = true)]
public sealed class FrameFuzzTests
{
    private const int Frames = 120_000;

    [Fact]
    public void Any_bytes_are_a_frame_or_a_coded_error_and_memory_is_as_before()
    {
        FuzzTests.ReadFrame(FuzzTests.Seeds[0]);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        FuzzTests.Mutated.ForEach(FuzzTests.ReadFrame, count: Frames, threads: 1);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.InRange(after - before, long.MinValue, 16 * 1024 * 1024);
    }
}
