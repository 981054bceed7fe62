using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Im.Tests.Fixtures;

/// <summary>A bounded wait for what happens elsewhere in its own time.</summary>
internal static class Eventually
{
    public static Task TrueAsync(Func<bool> condition, int seconds = 30, [CallerArgumentExpression(nameof(condition))] string? expected = null) =>
        TrueAsync(() => Task.FromResult(condition()), seconds, expected);

    public static async Task TrueAsync(Func<Task<bool>> condition, int seconds = 30, [CallerArgumentExpression(nameof(condition))] string? expected = null)
    {
        var started = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(seconds), $"Not true within {seconds} s: {expected}");
            await Task.Delay(10);
        }
    }
}
