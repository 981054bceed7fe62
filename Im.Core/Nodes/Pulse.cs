namespace Im.Core.Nodes;

/// <summary>Lets one loop sleep until somebody wakes it or an interval has passed. A wake between two sleeps ends the next one at once.</summary>
internal sealed class Pulse(TimeProvider time)
{
    private TaskCompletionSource _woken = NewSource();

    public void Wake() => Volatile.Read(ref _woken).TrySetResult();

    /// <summary>Does not throw when cancelled: loops look at the token themselves.</summary>
    public async Task SleepAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        await _woken.Task.WaitAsync(interval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_woken.Task.IsCompleted)
            Volatile.Write(ref _woken, NewSource());
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
