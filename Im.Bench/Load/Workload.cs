namespace Im.Bench.Load;

/// <summary>What the engine's connections do and what becomes of what they receive. Every call comes from the loop's thread.</summary>
internal abstract class Workload
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the load has ended by itself or was drained; fails with what went wrong.</summary>
    public Task Ended => _ended.Task;

    public virtual void OnStart(long now)
    {
    }

    /// <summary>After each round of the loop, about every millisecond when nothing comes.</summary>
    public virtual void OnTick(long now)
    {
    }

    public virtual void OnMessage(LoadConnection connection, in Mark mark, long now)
    {
    }

    public virtual void OnAck(LoadConnection connection, uint load, uint number, long now)
    {
    }

    public virtual void OnTyping(LoadConnection connection, long now)
    {
    }

    public virtual void OnHistory(LoadConnection connection, ReadOnlySpan<byte> record, long now)
    {
    }

    public void End() => _ended.TrySetResult();

    public void Fail(Exception exception) => _ended.TrySetException(exception);
}
