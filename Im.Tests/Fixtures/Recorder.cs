namespace Im.Tests.Fixtures;

/// <summary>Keeps everything that happened, and waits for what is to happen; a wait that fails says what happened instead.</summary>
/// <param name="owner">Whose this is, for the failure message.</param>
internal sealed class Recorder<T>(Func<string> owner, Func<T, string> describe)
{
    private const int Shown = 15;

    private readonly Lock _lock = new();
    private readonly List<T> _items = [];
    private TaskCompletionSource _more = New();

    /// <summary>What was recorded so far.</summary>
    public IReadOnlyList<T> All
    {
        get
        {
            lock (_lock)
                return [.. _items];
        }
    }

    public void Add(T item)
    {
        TaskCompletionSource more;
        lock (_lock)
        {
            _items.Add(item);
            (more, _more) = (_more, New());
        }
        more.SetResult();
    }

    /// <summary>The first item, past or future, that fits.</summary>
    public async Task<T> WaitForAsync(Func<T, bool> predicate, TimeSpan timeout, string what = "what the test waits for")
    {
        using var limit = new CancellationTokenSource(timeout);
        for (var next = 0; ; next++)
        {
            Task more;
            lock (_lock)
                more = next < _items.Count ? Task.CompletedTask : _more.Task;
            try
            {
                await more.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{owner()}: {what} did not come within {timeout.TotalSeconds} s. {Came()}");
            }
            T item;
            lock (_lock)
                item = _items[next];
            if (predicate(item))
                return item;
        }
    }

    private string Came()
    {
        var all = All;
        var shown = all.Skip(all.Count - Math.Min(all.Count, Shown)).Select(item => $"\n  {describe(item)}");
        return all.Count == 0 ? "Nothing came." : $"{all.Count} came{(all.Count > Shown ? $", the last {Shown}" : "")}:{string.Concat(shown)}";
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
