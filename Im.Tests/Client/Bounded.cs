using Microsoft.Extensions.Time.Testing;

namespace Im.Tests.Client;

/// <summary>Waiting that ends: with what was waited for, or with the test.</summary>
internal static class Bounded
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(60);

    /// <summary>Lets fake time pass in steps until the task is done. Returns how much passed.</summary>
    public static async Task<TimeSpan> PassUntilAsync(this FakeTimeProvider clock, Task task, TimeSpan? step = null)
    {
        var begun = clock.GetUtcNow();
        for (var real = System.Diagnostics.Stopwatch.StartNew(); !task.IsCompleted && real.Elapsed < Time;)
        {
            // What the step wakes runs on other threads and may start the next timer: it gets a real moment for that.
            await Task.WhenAny(task, Task.Delay(5));
            for (var more = 0; ThreadPool.PendingWorkItemCount > 0 && more < 20; more++)
                await Task.Delay(5);
            if (!task.IsCompleted)
                clock.Advance(step ?? TimeSpan.FromMilliseconds(20));
        }
        Assert.True(task.IsCompleted, $"Still waiting after {Time.TotalSeconds} s.");
        await task;
        return clock.GetUtcNow() - begun;
    }

    /// <summary>Waits until the condition holds.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (var real = System.Diagnostics.Stopwatch.StartNew(); !condition(); await Task.Delay(5))
            Assert.True(real.Elapsed < Time, $"Not within {Time.TotalSeconds} s: {what}");
    }
}
