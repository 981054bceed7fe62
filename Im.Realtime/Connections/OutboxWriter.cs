using System.Collections.Concurrent;

namespace Im.Realtime.Connections;

/// <summary>
/// Goes round the outboxes in which something waits and has each write all of it. While it is at one, more gathers in those to come: the busier the node, the more frames go
/// out with one write. A socket that is slow goes on by itself and holds up nobody.
/// </summary>
internal sealed class OutboxWriter : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<Outbox> _waiting = new();
    private int _running;

    public bool IsIdle => Volatile.Read(ref _running) == 0;

    public void Add(Outbox outbox)
    {
        _waiting.Enqueue(outbox);
        if (Interlocked.Exchange(ref _running, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            while (_waiting.TryDequeue(out var outbox))
                _ = outbox.WriteAsync(); // ends in its Closed, whatever happens
            Interlocked.Exchange(ref _running, 0); // not just a volatile write: the look after it must not come before it
        }
        while (!_waiting.IsEmpty && Interlocked.Exchange(ref _running, 1) == 0);
    }
}
