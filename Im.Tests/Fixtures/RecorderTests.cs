namespace Im.Tests.Fixtures;

public sealed class RecorderTests
{
    private readonly Recorder<int> _recorder = new(() => "Jenny on realtime-1", i => $"number {i}");

    [Fact]
    public async Task What_came_before_the_wait_counts()
    {
        _recorder.Add(1);
        _recorder.Add(2);
        Assert.Equal(2, await _recorder.WaitForAsync(i => i > 1, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task What_comes_later_is_waited_for()
    {
        var waiting = _recorder.WaitForAsync(i => i == 3, TimeSpan.FromSeconds(5));
        Assert.False(waiting.IsCompleted);
        foreach (var i in new[] { 1, 2, 3 })
            _recorder.Add(i);
        Assert.Equal(3, await waiting);
    }

    [Fact]
    public async Task A_wait_in_vain_says_who_waited_for_what_and_what_came_instead()
    {
        var nothing = await Assert.ThrowsAsync<TimeoutException>(() => _recorder.WaitForAsync(_ => true, TimeSpan.FromMilliseconds(1), "the answer"));
        Assert.Equal("Jenny on realtime-1: the answer did not come within 0.001 s. Nothing came.", nothing.Message);
        for (var i = 1; i <= 20; i++)
            _recorder.Add(i);
        var other = await Assert.ThrowsAsync<TimeoutException>(() => _recorder.WaitForAsync(i => i == 42, TimeSpan.FromMilliseconds(1), "42"));
        Assert.StartsWith("Jenny on realtime-1: 42 did not come within 0.001 s. 20 came, the last 15:\n  number 6\n", other.Message);
    }
}
