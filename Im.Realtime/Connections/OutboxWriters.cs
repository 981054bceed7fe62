namespace Im.Realtime.Connections;

/// <summary>One writer for every two processors; connections are given to them in turn. More would leave each with less to gather.</summary>
internal sealed class OutboxWriters
{
    private readonly OutboxWriter[] _writers = [.. Enumerable.Range(0, Math.Max(1, Environment.ProcessorCount / 2)).Select(_ => new OutboxWriter())];
    private uint _next;

    public OutboxWriter Next() => _writers[Interlocked.Increment(ref _next) % _writers.Length];
}
