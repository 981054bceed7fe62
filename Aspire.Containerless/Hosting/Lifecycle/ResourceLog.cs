using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Aspire.Containerless.Dashboard;

namespace Aspire.Containerless.Lifecycle;

/// <summary>What one replica has written to its console, over all its starts, and what was done with it. Keeps the last lines only.</summary>
internal sealed class ResourceLog(TimeProvider time)
{
    private const int MaxLines = 5_000;

    private readonly Queue<DashboardLogLine> _lines = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSignal();
    private int _count;

    /// <summary>Writes a line of our own.</summary>
    public void Note(string text) => Append($"{time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)} {text}", isError: false);

    /// <param name="text">Starts with its time, which the dashboard shows or hides as the person likes.</param>
    public void Append(string text, bool isError)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (_lines.Count == MaxLines)
                _lines.Dequeue();
            _lines.Enqueue(new DashboardLogLine(++_count, text, isError));
            changed = _changed;
            _changed = NewSignal();
        }
        changed.SetResult();
    }

    public async IAsyncEnumerable<DashboardLogLine> WatchAsync(bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = 0;
        while (true)
        {
            DashboardLogLine[] fresh;
            Task changed;
            lock (_gate)
            {
                fresh = [.. _lines.SkipWhile(l => l.Number <= seen)];
                changed = _changed.Task;
            }
            foreach (var line in fresh)
                yield return line;
            if (fresh.Length > 0)
                seen = fresh[^1].Number;
            else if (!follow)
                yield break;
            else
                await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The logs of all replicas.</summary>
internal sealed class ResourceLogs(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ResourceLog> _logs = new(StringComparer.OrdinalIgnoreCase);

    public ResourceLog this[string replicaId] => _logs.GetOrAdd(replicaId, _ => new ResourceLog(time));
}
